// Requests, answers, bundles, ticks and clocks in any order: what test/gate/interleaving.ts checks holds throughout.
import fc from "fast-check";
import { expect, test } from "vitest";
import { Interleaving } from "./interleaving.ts";

const anything = fc.uint8Array({ minLength: 20, maxLength: 400, size: "max" });

test("nobody gets what is another's, and whoever waits is answered, in any order of events", () => {
  fc.assert(
    fc.property(anything, (bytes) => new Interleaving().run(bytes)),
    { numRuns: 80, seed: 23 },
  );
});

test("a gate that has seen it all takes no more memory than one that has seen a little", () => {
  const life = new Interleaving();
  const sizes = () => [life.gate.main, ...life.gate.workers].map(({ instance }) => instance.memory.size);
  let before: number[] | undefined;
  fc.assert(
    fc.property(anything, (bytes) => {
      life.run(bytes);
      before ??= sizes();
    }),
    { numRuns: 60, seed: 29 },
  );
  // The table of open connections is taken when the first comes.
  const grown = sizes().map((size, i) => size - before![i]!);
  expect(Math.max(...grown)).toBeLessThanOrEqual(2 * 1024 * 1024);
  const later = sizes();
  fc.assert(
    fc.property(anything, (bytes) => life.run(bytes)),
    { numRuns: 60, seed: 31 },
  );
  expect(sizes()).toEqual(later);
});
