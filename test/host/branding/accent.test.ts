// Whatever accent an operator chooses, what is written in it or on it can be read.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { accentRules } from "../../../host/features/branding/accent.ts";
import { contrast, formatColor, parseColor } from "../../../host/features/branding/color.ts";

const color = (text: string) => parseColor(text)!;

describe("colours", () => {
  // Ratios that the W3C and the checkers that follow it give.
  test.each([
    ["#000", "#fff", 21],
    ["#ffffff", "#ffffff", 1],
    ["#767676", "#ffffff", 4.54],
    ["#777777", "#ffffff", 4.48],
    ["#ff0000", "#ffffff", 4],
    ["#00f", "#fff", 8.59],
  ])("contrast as WCAG says: %s on %s", (a, b, ratio) => {
    expect(contrast(color(a), color(b))).toBeCloseTo(ratio, 2);
    expect(contrast(color(b), color(a))).toBe(contrast(color(a), color(b)));
  });

  test("are written as they were read", () => {
    for (const text of ["#000000", "#0b6b53", "#ffffff", "#010203", "#fefdfc"])
      expect(formatColor(color(text))).toBe(text);
    expect(formatColor(color("#AbC"))).toBe("#aabbcc");
  });

  test.each(["", "#", "0b6b53", "#12", "#1234", "#12345", "#1234567", "#12345g", "red", "#fff;}body{", " #fff"])(
    "are nothing else: %j",
    (text) => {
      expect(parseColor(text)).toBeUndefined();
    },
  );
});

const stylesheet = readFileSync(join(import.meta.dirname, "../../../portal/styles/portal.css"), "utf8");

/** The variables of each scheme in the portal's stylesheet. */
const [light, dark] = [...stylesheet.matchAll(/:root \{([^}]*)\}/g)]
  .slice(0, 2)
  .map(([, rules]) =>
    Object.fromEntries([...rules!.matchAll(/--([a-z-]+): (#[0-9a-f]+);/g)].map(([, k, v]) => [k!, v!])),
  );

function shades(accent: string) {
  const [ofLight, ofDark] = [...accentRules(color(accent)).matchAll(/:root\{([^}]*)\}/g)].map(([, rules]) =>
    Object.fromEntries(rules!.split(";").map((rule) => rule.split(":") as [string, string])),
  );
  return [
    [light!, ofLight!],
    [dark!, ofDark!],
  ] as const;
}

describe("an accent colour", () => {
  test("is legible in both schemes, as text on every ground and under the text of a button, whatever it is", () => {
    const any = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, "0")}`);
    fc.assert(
      fc.property(any, (accent) => {
        for (const [scheme, shade] of shades(accent)) {
          const of = (name: string) => color(shade[name]!);
          for (const ground of ["ground", "sheet", "sunken"])
            expect(contrast(of("--accent"), color(scheme[ground]!)), `${accent} on ${ground}`).toBeGreaterThanOrEqual(
              4.5,
            );
          for (const button of ["--accent", "--accent-strong"])
            expect(contrast(of(button), of("--on-accent")), `${accent} as ${button}`).toBeGreaterThanOrEqual(4.5);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("stays as it is where it is legible", () => {
    const [[, ofLight], [, ofDark]] = shades("#1d4ed8");
    expect(ofLight["--accent"]).toBe("#1d4ed8");
    expect(ofDark["--accent"]).not.toBe("#1d4ed8");
    expect(shades("#8ab4f8")[1][1]["--accent"]).toBe("#8ab4f8");
  });

  test("keeps its hue when it is made legible", () => {
    const [[, ofLight]] = shades("#ffd400");
    const [red, green, blue] = color(ofLight["--accent"]!);
    expect(red > green && green > blue).toBe(true);
  });

  test("is Zerohop's own as legible", () => {
    for (const scheme of [light!, dark!]) {
      for (const ground of ["ground", "sheet", "sunken"])
        expect(contrast(color(scheme.accent!), color(scheme[ground]!))).toBeGreaterThanOrEqual(4.5);
      expect(contrast(color(scheme.accent!), color(scheme["on-accent"]!))).toBeGreaterThanOrEqual(4.5);
    }
  });
});
