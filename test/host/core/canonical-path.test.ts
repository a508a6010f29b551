// The canonical path against an independent reading of its rules, and against what applications make of a raw path.
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { compileAssembly } from "../../../workshop/gate/compile-assembly.ts";
import { readingsOfBytes, type Target } from "./canonical-target.ts";

interface PathExports {
  readonly memory: WebAssembly.Memory;
  allocate(size: number): number;
  resetArena(): void;
  read(at: number, length: number, reading: number): number;
  departuresOfPath(): number;
  resourceAddress(): number;
  resourceSize(): number;
  pathSize(): number;
  queryAddress(): number;
  querySize(): number;
}

let wasm: PathExports;
beforeAll(async () => {
  wasm = (await compileAssembly<PathExports>("../test/assembly/core/url/exports.ts")).exports;
});

/** One character a byte, before and after. Undefined when the target is refused. */
function read(target: string, reading = 0): Target | undefined {
  wasm.resetArena();
  const at = wasm.allocate(target.length);
  Buffer.from(wasm.memory.buffer, at, target.length).write(target, "latin1");
  if (wasm.read(at, target.length, reading) !== 0) return undefined;
  const text = (from: number, size: number) => Buffer.from(wasm.memory.buffer, from, size).toString("latin1");
  const resource = text(wasm.resourceAddress(), wasm.resourceSize());
  const query = text(wasm.queryAddress(), wasm.querySize());
  return { resource, path: resource.slice(0, wasm.pathSize()), query };
}

/** Every reading the core decides on, the plain one first. */
function allReadings(target: string): Target[] {
  const plain = read(target);
  if (!plain) return [];
  const departures = wasm.departuresOfPath();
  const others: Target[] = [];
  for (let reading = departures; reading > 0; reading = (reading - 1) & departures) {
    const other = read(target, reading);
    if (!other) return [];
    others.push(other);
  }
  expect(others.length).toBeLessThan(16);
  return [plain, ...others];
}

/** For comparisons. */
function asText({ resource, path, query }: Target): string {
  return JSON.stringify([resource, path, query]);
}

const escaped = (byte: number) => `%${byte.toString(16).padStart(2, "0")}`;
const piece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("a", "b", "admin", "x.y", "/", "/", "/", "/") },
  {
    weight: 4,
    arbitrary: fc.constantFrom(".", "..", "%2e", ";", "%3B", ";x=1", "%3f", "%23", "?", "%", "25", "2f", "%25", "%2F"),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "\\",
      "%5c",
      "%00",
      "#",
      " ",
      "%c3%a9",
      "\xc3\xa9",
      "%c0%ae",
      "%e3",
      "%7f",
      "5c",
      "%32",
      "%2520",
      "%252F",
    ),
  },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }).map(escaped) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)) },
);
const targets = fc.array(piece, { maxLength: 12 }).map((pieces) => `/${pieces.join("")}`);

// What applications, servers and frameworks do to a path, in whatever order they do it.
type Step = (path: string) => string;
const decodeOnce: Step = (path) =>
  path.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
const decodeAllBut =
  (kept: RegExp): Step =>
  (path) =>
    path.replace(/%([0-9a-f]{2})/gi, (whole, hex) =>
      kept.test(hex) ? whole.toUpperCase() : String.fromCharCode(Number.parseInt(hex, 16)),
    );
const mergeSlashes: Step = (path) => path.replace(/\/+/g, "/");
const stripParameters: Step = (path) => path.replace(/;[^/]*/g, "");
const stripRest: Step = (path) => path.replace(/;.*/s, "");
const backslashAsSlash: Step = (path) => path.replaceAll("\\", "/");
const cutAtNul: Step = (path) => path.split("\0", 1)[0]!;
const splitAgain: Step = (path) => path.split(/[?#]/, 1)[0]!;
const removeDotSegments: Step = (path) => {
  const kept: string[] = [];
  const segments = path.split("/").slice(1);
  segments.forEach((segment, index) => {
    const dots = segment === "." || segment === "..";
    if (segment === "..") kept.pop();
    if (!dots) kept.push(segment);
    else if (index === segments.length - 1) kept.push("");
  });
  return `/${kept.join("/")}`;
};
const tidying = [mergeSlashes, backslashAsSlash, removeDotSegments, cutAtNul];
/** What URL libraries, servers and frameworks leave as it is: reserved characters, slashes, both kinds of slashes, backslashes. */
const kept = [/3f|23/i, /2f/i, /2f|5c/i, /5c/i, /2f|3f|23/i, /2f|5c|3f|23/i];
const decoding = [
  ...[[decodeOnce], [decodeOnce, decodeOnce]],
  ...kept.map((characters) => [decodeAllBut(characters)]),
  // One that keeps escaped slashes, and another behind it that decodes them.
  ...kept.slice(1, 4).map((characters) => [decodeAllBut(characters), decodeOnce]),
];

/** An application: it decodes once or twice, and does any of the other steps before, between and after, in any order. */
const applications = fc
  .tuple(
    fc.constantFrom(...decoding),
    // All parameters are cut alike.
    fc
      .constantFrom(stripParameters, stripRest)
      .chain((strip) => fc.array(fc.constantFrom(...tidying, strip), { maxLength: 6 })),
    fc.boolean(),
    fc.infiniteStream(fc.nat()),
  )
  .map(([decodings, others, splits, random]): Step[] => {
    const steps: Step[] = [...decodings];
    for (const step of others) steps.splice(random.next().value! % (steps.length + 1), 0, step);
    // Whoever splits again does so on what was decoded.
    if (splits && decodings[0] === decodeOnce) steps.splice(steps.indexOf(decodeOnce) + 1, 0, splitAgain);
    return steps;
  });

describe("the canonical path", () => {
  test("and its other readings are those of an independent implementation", () => {
    let accepted = 0;
    fc.assert(
      fc.property(targets, (target) => {
        const ours = allReadings(target).map(asText);
        const theirs = readingsOfBytes(target).map(asText);
        expect(new Set(ours)).toEqual(new Set(theirs));
        expect(ours[0]).toBe(theirs[0]);
        accepted += ours.length > 1 ? 1 : 0;
      }),
      { numRuns: 20_000 },
    );
    expect(accepted).toBeGreaterThan(500);
  });

  test("is the path as any application reads it, or one that is decided as well", () => {
    let accepted = 0;
    fc.assert(
      fc.property(targets, applications, (target, steps) => {
        const paths = allReadings(target).map(({ path }) => path);
        if (paths.length === 0) return;
        accepted++;
        const raw = target.split("?", 1)[0]!;
        expect(paths).toContain(steps.reduce((path, step) => step(path), raw));
      }),
      { numRuns: 40_000 },
    );
    expect(accepted).toBeGreaterThan(4000);
  });

  test("is its own canonical path once it is escaped again", () => {
    fc.assert(
      fc.property(targets, (target) => {
        const plain = read(target);
        if (!plain) return;
        const again = plain.path.replace(/[^A-Za-z0-9/._~-]/g, (letter) => escaped(letter.charCodeAt(0)));
        expect(read(again)?.path).toBe(plain.path);
      }),
      { numRuns: 10_000 },
    );
  });
});
