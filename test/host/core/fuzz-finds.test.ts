// What fuzzing has found, and what it starts from, run again. test/fuzz/main.ts finds more.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { Mutator } from "../../fuzz/mutator.ts";
import { targets } from "../../fuzz/targets/index.ts";

const folder = join(import.meta.dirname, "..", "..", "fuzz", "finds");
const finds = readdirSync(folder);

describe.each(targets)("$name", ({ name, cost = 1, create }) => {
  const ofTarget = finds.filter((file) => file.startsWith(`${name}-`));

  test(`hold for every seed and ${ofTarget.length} finds`, async () => {
    const target = await create();
    for (const seed of target.seeds) target.run(new Uint8Array(Buffer.from(seed)));
    for (const file of ofTarget) target.run(new Uint8Array(readFileSync(join(folder, file))));
  });

  test("hold for as many as a thousand inputs made of the seeds", async () => {
    const target = await create();
    const mutator = new Mutator(1);
    const seeds = target.seeds.map((seed) => new Uint8Array(Buffer.from(seed)));
    const dictionary = target.dictionary.map((word) => new Uint8Array(Buffer.from(word, "latin1")));
    for (let i = 0; i < 1000 / cost; i++) target.run(mutator.next(seeds, dictionary));
  });
});
