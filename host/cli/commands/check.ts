// Checks the config file and the files that it names (users, certificates, whose the SQLite database is), so that a start with
// them cannot fail over their content. Warns of what in the policy has no effect, which is no mistake. Exit code 1: there is a mistake.

import type { Config } from "../../app/config/config.ts";
import { openUsers } from "../../identity/open-users.ts";
import { systemClock } from "../../kit/clock.ts";
import type { Layers } from "../../kit/config/layers.ts";
import { HostError } from "../../kit/errors.ts";
import { createLog } from "../../kit/log.ts";
import { checkSqliteOwner } from "../../kit/sql/ownership.ts";
import { formatPath, formatProblem, InvalidFileError, type Path, type Problem } from "../../kit/yaml/problem.ts";
import { challengeWarnings } from "../../policy/challenges.ts";
import { policyWarnings } from "../../policy/warnings.ts";
import { type ConfigArguments, commandOf, configOption, flagOption } from "../command.ts";
import { openConfig } from "../open.ts";

export const command = commandOf({
  options: {
    config: configOption,
    json: flagOption("print one JSON object per mistake and warning: severity, file, line, column, path, message"),
  },
  examples: ["zerohop check --config /etc/zerohop/zerohop.yml", "zerohop check --config zerohop.yml --json"],
  async run(args) {
    if (args.options.json) return checkForPrograms(args);
    const file = args.options.config.join(", ");
    const warnings = await check(args);
    for (const { text } of warnings) console.error(text);
    console.log(`${file}: no mistakes${warnings.length > 0 ? `, ${count(warnings.length)}` : ""}`);
    return 0;
  },
});

/** The same on stdout, where nothing else is written. */
async function checkForPrograms(args: ConfigArguments): Promise<number> {
  const print = (severity: "error" | "warning", { file, line, column, path, message }: Problem) =>
    console.log(JSON.stringify({ severity, file, line, column, path, message }));
  try {
    for (const warning of await check(args)) print("warning", warning);
    return 0;
  } catch (error) {
    if (!(error instanceof HostError) || error.code === "usage") throw error;
    const whole = {
      file: args.options.config.join(", "),
      line: 1,
      column: 1,
      path: formatPath([]),
      message: error.message,
    };
    for (const problem of error instanceof InvalidFileError ? error.problems : [whole]) print("error", problem);
    return 1;
  }
}

/** A warning, and the line that a person reads. */
interface Warning extends Problem {
  readonly text: string;
}

/** Throws HostError, InvalidFileError as a rule, when there are mistakes. */
async function check(args: ConfigArguments): Promise<readonly Warning[]> {
  const { config, layers, warnings } = openConfig(args);
  if (config.storage.local) checkSqliteOwner(config.storage.local.path);
  const log = createLog(config.log.level, { write: (line) => void process.stderr.write(line) });
  const users = await openUsers(config.authenticationBackend, systemClock, log);
  users.close();
  const ofUsers = users.usersFile?.warnings ?? [];
  const obstacle = config.passwordChange.enabled ? await users.usersFile?.obstacleToChanges() : undefined;
  return [
    ...warnings.map(withText),
    ...ofUsers.map(withText),
    ...(obstacle === undefined ? [] : [withText(passwordsAreFixed(layers, obstacle))]),
    ...ofPolicy(layers, config),
  ];
}

function withText(problem: Problem): Warning {
  return { ...problem, text: formatProblem(problem, "warning: ") };
}

/** Nobody is offered what would fail; whoever means it so says so. */
function passwordsAreFixed(layers: Layers, obstacle: string): Problem {
  const path = ["authentication_backend", "file", "path"];
  const message = `people are not offered to change their passwords: ${obstacle}; where that is meant, set password_change.disable`;
  return { ...layers.place(path), path: formatPath(path), message };
}

/** `file:line:col: warning: message`, with the places of the rules that the message names. */
function ofPolicy(layers: Layers, { accessControl, session }: Pick<Config, "accessControl" | "session">): Warning[] {
  const position = (path: Path) => layers.place(["access_control", ...path]);
  const place = (path: Path) => {
    const { file, line, column } = position(path);
    return `${file}:${line}:${column}`;
  };
  const warnings = [...policyWarnings(accessControl), ...challengeWarnings(accessControl, session.cookies)];
  return warnings.map(({ path, message, seeAlso }) => {
    const places = seeAlso.map((rule) => `rule ${rule} is at ${place(["rules", rule - 1])}`).join(", ");
    const sentence = `${message}${places === "" ? "" : ` (${places})`}`;
    return {
      ...position(path),
      path: formatPath(["access_control", ...path]),
      message: sentence,
      text: `${place(path)}: warning: ${sentence}`,
    };
  });
}

function count(warnings: number): string {
  return warnings === 1 ? "1 warning" : `${warnings} warnings`;
}
