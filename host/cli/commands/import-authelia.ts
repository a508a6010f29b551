// Makes a configuration of Zerohop's from Authelia's, and carries over what people have set up there.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseEnv } from "node:util";
import { stringify } from "yaml";
import { fateOf, fates, furtherKeys } from "../../app/config/authelia/keys.ts";
import { loadConfig } from "../../app/config/load.ts";
import { schema } from "../../app/config/sections.ts";
import { systemClock } from "../../kit/clock.ts";
import { type Mapping, valueAt } from "../../kit/config/mapping.ts";
import type { Environment } from "../../kit/config/secrets.ts";
import { usage } from "../../kit/errors.ts";
import { InvalidFileError } from "../../kit/yaml/problem.ts";
import { keysIn } from "../../kit/yaml/schema.ts";
import { carryOver } from "../../migration/authelia/carry-over.ts";
import { readDatabase } from "../../migration/authelia/database.ts";
import { here, usersFile } from "../../migration/authelia/files.ts";
import { type ReportLine, reportText } from "../../migration/authelia/report.ts";
import { readConfiguration, readText, textOf, unknownVariables } from "../../migration/authelia/sources.ts";
import { translate } from "../../migration/authelia/translation.ts";
import { commandOf, listOption, requiredOption, textOption } from "../command.ts";
import { asOperatorOf } from "../open.ts";

const configName = "zerohop.yml";
const usersName = "users.yml";
const reportName = "import-report.txt";
const identifiersName = "opaque-identifiers.yml";

export const command = commandOf({
  options: {
    config: {
      ...listOption(
        "PATH",
        "Authelia's configuration: a file, or a folder of files; several are laid one over the other",
      ),
      required: true,
    },
    output: requiredOption("DIR", "the folder to write to; nothing in it is overwritten"),
    users: textOption("FILE", "its users file, where the configuration's path is not this machine's"),
    database: textOption("FILE|URL", "its SQLite file, or postgres://…; what people set up is carried over"),
    "portal-url": textOption("URL", "the portal's URL, where the configuration is older than 4.38 and has none"),
    "env-file": listOption("FILE", "variables that Authelia runs with, as NAME=VALUE lines"),
  },
  examples: [
    "zerohop import authelia --config configuration.yml --output zerohop",
    "zerohop import authelia --config configuration.yml --env-file authelia.env --users users_database.yml --database db.sqlite3 --output zerohop",
  ],
  async run(args) {
    const {
      config: paths,
      output,
      users: givenUsers,
      database,
      "portal-url": portalUrl,
      "env-file": files,
    } = args.options;
    for (const name of [configName, usersName, reportName, identifiersName])
      if (existsSync(join(output, name))) throw usage(`${join(output, name)} is there already; name another folder`);
    const ours = keysIn(schema);
    const known = [
      ...ours.map(({ name }) => name).filter((name) => !name.includes("[]")),
      ...Object.keys(fates),
      ...furtherKeys,
    ];
    const environment = environmentOf(files);
    const source = readConfiguration(paths, environment, known);
    const { config, report } = translate(source, ours, {
      portalUrl,
      find: (path) => here(path, paths[0]!),
      usersFile: usersName,
      database: "zerohop.sqlite3",
    });
    const users = usersFile(source, paths[0]!, givenUsers, join(output, usersName));
    mkdirSync(output, { recursive: true, mode: 0o700 });
    const file = join(output, configName);
    const comment = `# Made by zerohop import authelia; ${reportName} says what became of each key.\n`;
    writeFileSync(file, comment + stringify(config, { lineWidth: 0 }), { mode: 0o600 });
    if (users?.content) writeFileSync(join(output, usersName), users.content, { mode: 0o600 });
    const mistakes = mistakesIn(file);
    const lines = [
      ...report,
      ...unknownVariables(environment, known).map(variableLine),
      ...(users ? [users.line] : []),
      ...(await carried(source, paths[0]!, database, file, mistakes === "")),
    ];
    const text = reportText(lines, mistakes);
    writeFileSync(join(output, reportName), text, { mode: 0o600 });
    process.stdout.write(text);
    console.log(mistakes === "" ? `${file}: no mistakes` : `${file}: mistakes, see above`);
    return mistakes === "" ? 0 : 1;
  },
});

function environmentOf(files: readonly string[] = []): Environment {
  return Object.assign({}, process.env, ...files.map((file) => parseEnv(readText(file))));
}

/** What was carried over of people's second factors into the database of the config `file`, as lines of the report. */
async function carried(
  source: Mapping,
  config: string,
  given: string | undefined,
  file: string,
  isRight: boolean,
): Promise<readonly ReportLine[]> {
  const where = given ?? here(valueAt(source, ["storage", "local", "path"]), config);
  // Of MySQL the report has said that nothing can be carried over.
  if (where === undefined && valueAt(source, ["storage", "mysql"]) !== undefined) return [];
  if (where === undefined)
    return [
      {
        outcome: "to do",
        key: "database",
        words: "give Authelia's database with --database, and second factors are carried over",
      },
    ];
  if (!isRight)
    return [
      { outcome: "to do", key: "database", words: "nothing is carried over before the configuration has no mistakes" },
    ];
  const key = valueAt(source, ["storage", "encryption_key"]);
  if (key === undefined)
    throw usage("storage.encryption_key is needed to read the database: give it, or the file that has it");
  const data = await readDatabase(where, textOf(key), systemClock());
  const { totp, passkeys, bans, preferences, leftOut } = await asOperatorOf([file], (operator) =>
    carryOver(operator, data),
  );
  const { identifiers } = data;
  if (identifiers.length > 0)
    writeFileSync(join(dirname(file), identifiersName), stringify({ identifiers }), { mode: 0o600 });
  return [
    {
      outcome: "taken",
      key: "database",
      words: `${totp} authenticator apps, ${passkeys} passkeys, ${preferences} preferred methods and ${bans} bans, from schema ${data.schema}`,
    },
    ...(identifiers.length > 0 ? [identifiersLine(identifiers.length)] : []),
    ...leftOut.map((words): ReportLine => ({ outcome: "missing", key: "database", words })),
  ];
}

/** What is said of a variable by what is said of the section that it is of. */
function variableLine({ variable, around }: ReturnType<typeof unknownVariables>[number]): ReportLine {
  const fate = around === undefined ? undefined : fateOf(around.split("."));
  if (fate && "notNeeded" in fate) return { outcome: "not needed", key: variable, words: fate.notNeeded };
  const words = fate && "missing" in fate ? fate.missing : "it gives no key that is known";
  return { outcome: "missing", key: variable, words };
}

function identifiersLine(count: number): ReportLine {
  const words =
    `${count} opaque identifiers, in the form of Authelia's own export: by these applications know people (sub), and whatever ` +
    "OpenID Connect provider takes over must go on with them";
  return { outcome: "to do", key: identifiersName, words };
}

function mistakesIn(file: string): string {
  try {
    loadConfig(file, process.env);
    return "";
  } catch (error) {
    if (error instanceof InvalidFileError) return error.message;
    throw error;
  }
}
