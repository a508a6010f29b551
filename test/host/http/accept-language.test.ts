import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lookUpLanguage } from "../../../host/http/accept-language.ts";
import { cpuTime } from "../../../workshop/processes/cpu-time.ts";

const tags = ["en", "de", "fr", "es", "zh", "ja"];
const lookUp = (header: string) => lookUpLanguage(header, tags);

describe("the language that a browser asks for", () => {
  it.each([
    ["de", "de"],
    ["DE", "de"],
    ["de-CH-1996", "de"],
    ["zh-CN,zh;q=0.9,en;q=0.8", "zh"],
    ["zh-Hant", "zh"],
    ["zh-TW,en;q=0.5", "zh"],
    ["zh-Hant-TW", "zh"],
    ["ja-JP-x-private", "ja"],
    ["es-419", "es"],
    ["fr;q=0.4, de;q=0.8, en;q=0.6", "de"],
    ["fr;q=0.8, de;q=0.8", "fr"],
    ["pt-BR, it;q=0.9, es;q=0.3", "es"],
    ["fr ; q=0.1 ,\tde ;\tq=0.2", "de"],
    ["de;q=1.000, fr", "de"],
    [", ,de", "de"],
    // A wildcard is for what comes after all that is named.
    ["*", "en"],
    ["*, fr;q=0.1", "fr"],
    ["pt, *;q=0.5", "en"],
    ["en;q=0, *", "de"],
    ["de;q=0, de-AT", undefined],
    ["de-AT;q=0, de", "de"],
    ["en;q=0, de;q=0, fr;q=0, es;q=0, zh;q=0, ja;q=0, *", undefined],
    ["*;q=0", undefined],
    ["*;q=0, fr", "fr"],
    ["pt, it", undefined],
    ["d", undefined],
    ["deutsch", undefined],
    ["x-de", undefined],
    ["", undefined],
  ])("of %j it is %s", (header, expected) => {
    expect(lookUp(header)).toBe(expected);
  });

  it.each([
    "de;q=1.5",
    "de;q=-1",
    "de;q=0.1234",
    "de;q=",
    "de;q",
    "de;level=1",
    "de;q=0.5;q=0.6",
    "de_DE",
    "de-",
    "-de",
    "abcdefghi",
    "de-*",
    "**",
    "d\u00e9",
    "de\0",
    "de en",
    "\u202ede",
  ])("an entry that is not well formed says nothing: %j", (entry) => {
    expect(lookUp(entry)).toBeUndefined();
    expect(lookUp(`${entry},fr;q=0.1`)).toBe("fr");
  });

  it("is one of those that there are, whatever bytes come", () => {
    const piece = fc.oneof(
      fc.constantFrom(...tags, "*", ";q=0", ";q=0.5", ",", "-", ";", " ", "q=", "zh-Hant"),
      fc.string({ unit: "binary", maxLength: 10 }),
    );
    const header = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(header, (text) => {
        expect([...tags, undefined]).toContain(lookUp(text));
      }),
      { numRuns: 2000 },
    );
  });

  it("is found among the first entries of a long header, soon", () => {
    const hostile = [
      `fr,${"a,".repeat(10_000)}`,
      `fr,${"*;q=0.5,".repeat(10_000)}`,
      `fr,${`${"a-".repeat(12_000)}a`}`,
      `fr,${" ".repeat(30_000)}de`,
      `fr,${";".repeat(30_000)}`,
      `fr,de;q=0.${"1".repeat(30_000)}`,
    ];
    const start = cpuTime();
    for (let round = 0; round < 100; round++) for (const header of hostile) expect(lookUp(header)).toBe("fr");
    // 600 look-ups; a quadratic one takes minutes.
    expect(cpuTime() - start).toBeLessThan(2000);
    expect(lookUp(`${"a,".repeat(10_000)}fr`)).toBeUndefined();
  });
});
