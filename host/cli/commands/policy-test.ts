// Checks expectations against a policy. Exit code 0: all hold; 1: one does not, or the file has mistakes.

import { loadAccessControl } from "../../app/config/load.ts";
import { systemClock } from "../../kit/clock.ts";
import { readExpectations } from "../../policy/expectations.ts";
import { runExpectations, type Trial, unreachedRules } from "../../policy/run-expectations.ts";
import { readSection } from "../../policy/section.ts";
import { commandOf, flagOption, onlyPositional } from "../command.ts";
import { painter } from "../paint.ts";
import { failureText, summaryText } from "../policy-test-text.ts";

export const command = commandOf({
  options: { json: flagOption("print JSON") },
  positionals: "FILE",
  examples: ["zerohop policy test expectations.yml"],
  async run(args) {
    const file = onlyPositional(args, "name one file of expectations");
    const { config, expectations } = readExpectations(file);
    const policy = loadAccessControl(config);
    const trials = runExpectations(policy, expectations, systemClock);
    const failed = trials.filter(({ differences }) => differences.length > 0);
    const unreached = unreachedRules(trials, readSection(policy.section).rules.length);
    if (args.options.json) process.stdout.write(json(file, trials, unreached));
    else {
      const paint = painter(process.stdout);
      for (const trial of failed) process.stdout.write(failureText(trial, file, config, paint));
      process.stdout.write(summaryText(trials.length, failed.length, unreached, paint));
    }
    return failed.length > 0 ? 1 : 0;
  },
});

function json(file: string, trials: readonly Trial[], unreachedRules: readonly number[]): string {
  const results = trials.map(({ expectation: { name, line, column, expected }, request, decision, differences }) => {
    return { file, line, column, name, passed: differences.length === 0, expected, decision, request };
  });
  const passed = results.filter((result) => result.passed).length;
  return `${JSON.stringify({ passed, failed: results.length - passed, unreachedRules, results }, null, 2)}\n`;
}
