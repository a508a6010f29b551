import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { createAssemblyScriptPool } from "vitest-pool-assemblyscript/config";

const textLiterals = join(import.meta.dirname, "scripts", "text-literals.js");

/** Tests wait for processes and timers most of the time, so that two cores have work for more files than two. */
const parallel = { maxWorkers: 3, sequence: { groupOrder: 0 } };

/** One project per kind of test; each mirrors the folder it tests. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "assembly",
          include: ["test/assembly/**/*.as.test.ts"],
          ...parallel,
          pool: createAssemblyScriptPool({ extraCompilerFlags: ["--transform", textLiterals] }),
        },
      },
      { test: { name: "gate", include: ["test/gate/**/*.test.ts"], ...parallel, testTimeout: 30_000 } },
      {
        test: {
          name: "host",
          include: ["test/host/**/*.test.ts", "test/portal/**/*.test.ts", "test/scripts/**/*.test.ts"],
          ...parallel,
          testTimeout: 30_000,
        },
      },
      {
        // Real proxies and a real browser, after all others: what they time suffers from a machine that is busy.
        test: {
          name: "real",
          include: [
            ...["test/proxies/**/*.test.ts", "test/attacks/**/*.test.ts"],
            ...["test/browser/**/*.test.ts", "test/demo/**/*.test.ts", "test/bench/**/*.test.ts"],
          ],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
