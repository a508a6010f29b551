import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { createAssemblyScriptPool } from "vitest-pool-assemblyscript/config";

const textLiterals = join(import.meta.dirname, "scripts", "text-literals.js");

/** One project per kind of test; each mirrors the folder it tests. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "assembly",
          include: ["test/assembly/**/*.as.test.ts"],
          pool: createAssemblyScriptPool({ extraCompilerFlags: ["--transform", textLiterals] }),
        },
      },
      { test: { name: "gate", include: ["test/gate/**/*.test.ts"], testTimeout: 30_000 } },
      { test: { name: "host", include: ["test/host/**/*.test.ts", "test/portal/**/*.test.ts"], testTimeout: 30_000 } },
      {
        // Real proxies and a real browser: one file at a time, for they share ports and two cores.
        test: {
          name: "real",
          include: ["test/proxies/**/*.test.ts", "test/browser/**/*.test.ts", "test/demo/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
