// `npm run bench -- regex [--rounds 15] [--seconds 0.02]`: what a regex of a policy costs in the gate's WebAssembly and in
// V8's own RegExp on the same text, whether it matches and with its groups; what ten thousand of them cost to load; and how
// the time of patterns that stall a backtracking engine grows with the text.
import { parseArgs } from "node:util";
import { compileAssembly } from "../workshop/gate/compile-assembly.ts";
import { nanosecondsPerCall } from "./measure/calls.ts";
import { machineFacts } from "./measure/machine.ts";
import { interleave, median, spread } from "./measure/rounds.ts";
import { markdownTable } from "./measure/table.ts";

/** Patterns as policies have them, each with a text that it matches and one that it does not. */
const subjects: readonly (readonly [pattern: string, hit: string, miss: string])[] = [
  ["^/$", "/", "/x"],
  ["^/api([/?].*)?$", "/api/users/42/settings", "/static/app.js"],
  ["^/(?P<User>[a-z]+)/personal(/.*)?$", "/alice/personal/notes/2026", "/alice/shared/notes/2026"],
  ["\\.(js|css|png)$", "/static/assets/app.bundle.js", "/static/assets/app.bundle.map"],
];

/** Patterns that take a backtracking engine exponential or polynomial time on a text of `a`. */
const hostile = ["(a+)+$", "(a+)+b", "(a|aa)*b", ".*.*.*x", "(a+a+)+y", "(.*)*$"] as const;
const lengths = [1, 4, 16, 64].map((kilobytes) => kilobytes * 1024);

/** The gate's two questions, and V8's nearest. */
const variants = ["gate: matches", "V8: test", "gate: capture", "V8: exec"] as const;
type Variant = (typeof variants)[number];

interface RegexExports {
  readonly memory: WebAssembly.Memory;
  allocate(size: number): number;
  createRegion(): number;
  freeRegion(region: number): void;
  regionBytes(region: number): number;
  compileRegex(region: number, pattern: number, length: number): number;
  matches(regex: number, at: number, length: number): number;
  regexSteps(): bigint;
  capture(regex: number, at: number, length: number, captures: number): number;
}

export interface MatchCost {
  readonly pattern: string;
  readonly text: string;
  readonly found: boolean;
  /** Nanoseconds per call: the median of the rounds, and half the distance between their quartiles. */
  readonly nanoseconds: Readonly<Record<Variant, number>>;
  readonly spread: Readonly<Record<Variant, number>>;
}

export interface LoadCost {
  readonly regexes: number;
  readonly milliseconds: number;
  readonly bytes: number;
}

/** Times each variant for `seconds` in every one of `rounds` interleaved rounds, after a round that counts for nothing. */
export async function measureMatching(rounds: number, seconds: number): Promise<MatchCost[]> {
  const engine = await startEngine();
  const costs: MatchCost[] = [];
  for (const [pattern, hit, miss] of subjects) {
    const regex = engine.compile(pattern);
    const ownRegExp = new RegExp(pattern.replaceAll("(?P<", "(?<"));
    for (const text of [hit, miss]) {
      const found = text === hit;
      const [at, length] = engine.place(text);
      const calls: Record<Variant, () => boolean> = {
        "gate: matches": () => engine.exports.matches(regex, at, length) === 1,
        "V8: test": () => ownRegExp.test(text),
        "gate: capture": () => engine.exports.capture(regex, at, length, engine.capturesAt) === 1,
        "V8: exec": () => ownRegExp.exec(text) !== null,
      };
      for (const variant of variants) {
        if (calls[variant]() !== found) throw new Error(`${variant}: ${pattern} answers wrongly on ${text}`);
      }
      const measure = async (variant: Variant) => nanosecondsPerCall(calls[variant], seconds, 1000);
      await interleave(variants, 1, measure);
      const samples = await interleave(variants, rounds, measure);
      costs.push({ pattern, text, found, nanoseconds: each(samples, median), spread: each(samples, spread) });
    }
  }
  return costs;
}

/** Compiles as many different patterns into one region, as a bundle does. */
export async function measureLoading(regexes: number): Promise<LoadCost> {
  const { exports, compile } = await startEngine();
  const region = exports.createRegion();
  const start = performance.now();
  for (let i = 0; i < regexes; i++) compile(`^/app${i}/(?P<User>[a-z]+)/personal([/?].*)?$`, region);
  return { regexes, milliseconds: performance.now() - start, bytes: exports.regionBytes(region) };
}

export interface GrowthCost {
  readonly pattern: string;
  /** For each of `lengths`: microseconds of a match, the fastest of ten, and steps of the engine per byte. */
  readonly byLength: readonly { readonly microseconds: number; readonly stepsPerByte: number }[];
}

/** Matches each hostile pattern against texts of growing length. */
export async function measureGrowth(): Promise<GrowthCost[]> {
  const { exports, compile, place } = await startEngine();
  const [at] = place("a".repeat(lengths.at(-1)!));
  return hostile.map((pattern) => {
    const regex = compile(pattern);
    const byLength = lengths.map((length) => {
      const stepsBefore = exports.regexSteps();
      exports.matches(regex, at, length);
      const stepsPerByte = Number(exports.regexSteps() - stepsBefore) / length;
      const times = Array.from({ length: 10 }, () => {
        const start = performance.now();
        exports.matches(regex, at, length);
        return performance.now() - start;
      });
      return { microseconds: Math.min(...times) * 1000, stepsPerByte };
    });
    return { pattern, byLength };
  });
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { rounds: { type: "string", default: "15" }, seconds: { type: "string", default: "0.02" } },
  });
  const costs = await measureMatching(Number(values.rounds), Number(values.seconds));
  const rows = costs.map(({ pattern, text, found, nanoseconds, spread }) => [
    `\`${pattern.replaceAll("|", "\\|")}\``,
    `${text} (${found ? "hit" : "miss"})`,
    ...variants.map((variant) => `${nanoseconds[variant].toFixed(0)} ± ${spread[variant].toFixed(0)}`),
    `${(nanoseconds["gate: matches"] / nanoseconds["V8: test"]).toFixed(2)}x`,
    `${(nanoseconds["gate: capture"] / nanoseconds["V8: exec"]).toFixed(2)}x`,
  ]);
  console.log(
    markdownTable(["pattern", "text", ...variants.map((name) => `${name}, ns`), "matches/test", "capture/exec"], rows),
  );
  const { regexes, milliseconds, bytes } = await measureLoading(10_000);
  console.log(`\n${regexes} patterns: ${milliseconds.toFixed(0)} ms to load, ${(bytes / 1e6).toFixed(1)} MB`);
  const growth = (await measureGrowth()).map(({ pattern, byLength }) => [
    `\`${pattern.replaceAll("|", "\\|")}\``,
    ...byLength.map(({ microseconds, stepsPerByte }) => `${microseconds.toFixed(0)} (${stepsPerByte.toFixed(1)})`),
  ]);
  const columns = lengths.map((length) => `${length / 1024} KiB`);
  console.log(`\n${markdownTable(["µs on a text of `a` (steps per byte)", ...columns], growth)}\n`);
  console.log(`${values.rounds} rounds of ${values.seconds} s; ${machineFacts()}, V8 ${process.versions.v8}`);
}

async function startEngine() {
  const { exports } = await compileAssembly<RegexExports>("../test/assembly/core/regex/exports.ts");
  const ownRegion = exports.createRegion();
  const place = (text: string): [at: number, length: number] => {
    const at = exports.allocate(text.length);
    Buffer.from(exports.memory.buffer).write(text, at, "latin1");
    return [at, text.length];
  };
  const patternAt = exports.allocate(1024);
  const compile = (pattern: string, region = ownRegion) => {
    Buffer.from(exports.memory.buffer).write(pattern, patternAt, "latin1");
    const regex = exports.compileRegex(region, patternAt, pattern.length);
    if (!regex) throw new Error(`${pattern} does not compile`);
    return regex;
  };
  return { exports, place, compile, capturesAt: exports.allocate(256) };
}

function each(
  samples: Readonly<Record<Variant, number[]>>,
  reduce: (values: number[]) => number,
): Readonly<Record<Variant, number>> {
  return Object.fromEntries(variants.map((variant) => [variant, reduce(samples[variant])])) as Record<Variant, number>;
}

if (import.meta.main) await run(process.argv.slice(2));
