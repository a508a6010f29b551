import { join } from "node:path";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { createAssemblyScriptPool } from "vitest-pool-assemblyscript/config";
import { longest, type Project, projects } from "./scripts/test-projects.ts";

const textLiterals = join(import.meta.dirname, "scripts", "text-literals.js");

/** Tests wait for processes and timers most of the time, so that two cores have work for more files than two. */
const parallel = { maxWorkers: 3, sequence: { groupOrder: 0 } };

/** Files that one worker runs one after the other, with the modules that the first has loaded: what a file changes of them it puts back. */
const together = { ...parallel, isolate: false };

/** How the projects run, by their names. Those of one groupOrder run side by side. */
const runs: Readonly<Record<Project["name"], object>> = {
  assembly: {
    ...parallel,
    // With the memory manager of the gates: the one that this pool has by itself writes over memory that somebody else has asked for.
    pool: createAssemblyScriptPool({ extraCompilerFlags: ["--transform", textLiterals, "--runtime", "minimal"] }),
  },
  unit: { ...together, setupFiles: ["test/no-processes.ts"] },
  contract: together,
  crash: parallel,
  // Those of one file that run side by side are so few, since the machine has another file's to run as well.
  real: { maxWorkers: 2, maxConcurrency: 3, sequence: { groupOrder: 1 }, hookTimeout: 240_000 },
  // An API server, what configures proxies from it, and a proxy: together they have work for all cores.
  kubernetes: { maxWorkers: 1, sequence: { groupOrder: 2 }, hookTimeout: 1_800_000 },
  // After all others and one at a time: what they measure is the machine's as well.
  timing: { maxWorkers: 1, sequence: { groupOrder: 3 } },
};

/** A machine at twice its load is slow, and nothing is wrong with it: whoever waits for what is to come waits this long. Milliseconds. */
const patience = { testTimeout: 120_000, hookTimeout: 120_000, expect: { poll: { timeout: 20_000 } } };

/** Begins with the longest files, also where no earlier run has told which those are: none is to run on alone at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const groupOf = ({ project }: TestSpecification) => project.config.sequence.groupOrder;
    const rankOf = ({ moduleId }: TestSpecification) => {
      const rank = longest.findIndex((file) => moduleId.endsWith(`/${file}`));
      return rank < 0 ? longest.length : rank;
    };
    return sorted.sort((a, b) => groupOf(a) - groupOf(b) || rankOf(a) - rankOf(b));
  }
}

/** What Node runs itself, as outside of tests, and keeps compiled: vitest takes half a second for a host's modules, for each file anew. */
const root = import.meta.dirname.replace(/[^\w/]/g, "\\$&");
const server = { deps: { external: [new RegExp(`^${root}/(bench|demo|host|portal|scripts|workshop)/`)] } };

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: projects.map(({ name, include, exclude }): TestProjectInlineConfiguration => {
      return { test: { name, include: [...include], exclude: [...exclude], server, ...patience, ...runs[name] } };
    }),
  },
});
