// Checks the config file and the files that it names (users, certificates, whose the SQLite database is), so that a start with
// them cannot fail over their content. Warns of what in the policy has no effect, which is no mistake.

import type { Config } from "../../app/config/config.ts";
import { openUsers } from "../../identity/open-users.ts";
import { systemClock } from "../../kit/clock.ts";
import { createLog } from "../../kit/log.ts";
import { checkSqliteOwner } from "../../kit/sql/ownership.ts";
import { YamlDocument } from "../../kit/yaml/document.ts";
import { formatProblem } from "../../kit/yaml/problem.ts";
import { challengeWarnings } from "../../policy/challenges.ts";
import { policyWarnings } from "../../policy/warnings.ts";
import { type Command, configOption } from "../command.ts";
import { openConfig } from "../open.ts";

export const command: Command = {
  options: { config: configOption },
  examples: ["zerohop check --config /etc/zerohop/zerohop.yml"],
  async run(args) {
    const { config } = openConfig(args);
    if (config.storage.local) checkSqliteOwner(config.storage.local.path);
    const users = openUsers(config.authenticationBackend, systemClock, createLog(config.log.level));
    users.close();
    const file = String(args.options.config);
    const ofUsers = users.usersFile?.warnings ?? [];
    const obstacle = config.passwordChange.enabled ? await users.usersFile?.obstacleToChanges() : undefined;
    const warnings = [
      ...ofUsers.map((warning) => formatProblem(warning, "warning: ")),
      ...(obstacle === undefined ? [] : [passwordsAreFixed(file, obstacle)]),
      ...warningLines(file, config),
    ];
    for (const line of warnings) console.error(line);
    console.log(`${file}: no mistakes${warnings.length > 0 ? `, ${count(warnings.length)}` : ""}`);
    return 0;
  },
};

/** Nobody is offered what would fail; whoever means it so says so. */
function passwordsAreFixed(file: string, obstacle: string): string {
  const path = ["authentication_backend", "file", "path"];
  const { line, column } = YamlDocument.read(file).locate(path);
  const message = `people are not offered to change their passwords: ${obstacle}; where that is meant, set password_change.disable`;
  return `${file}:${line}:${column}: warning: ${path.join(".")}: ${message}`;
}

/** `file:line:col: warning: message`, with the places of the rules that the message names. */
function warningLines(file: string, { accessControl, session }: Pick<Config, "accessControl" | "session">): string[] {
  const document = YamlDocument.read(file);
  const place = (path: readonly (string | number)[]) => {
    const { line, column } = document.locate(["access_control", ...path]);
    return `${file}:${line}:${column}`;
  };
  const warnings = [...policyWarnings(accessControl), ...challengeWarnings(accessControl, session.cookies)];
  return warnings.map(({ path, message, seeAlso }) => {
    const places = seeAlso.map((rule) => `rule ${rule} is at ${place(["rules", rule - 1])}`).join(", ");
    return `${place(path)}: warning: ${message}${places === "" ? "" : ` (${places})`}`;
  });
}

function count(warnings: number): string {
  return warnings === 1 ? "1 warning" : `${warnings} warnings`;
}
