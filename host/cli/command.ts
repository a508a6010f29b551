// What a command of the command line is, and how its arguments are read.
import { type ParseArgsConfig, parseArgs } from "node:util";
import { HostError } from "../kit/errors.ts";
import { nearest } from "../kit/yaml/nearest.ts";

export interface Option {
  readonly type: "string" | "boolean";
  /** The placeholder of the value in the help text, such as FILE in `--config FILE`. */
  readonly value?: string;
  readonly help: string;
  readonly required?: boolean;
  /** Whether it can be given several times: its values are in `lists`. */
  readonly multiple?: boolean;
}

export interface Arguments {
  /** By option name, without the dashes. */
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  /** The values of options that can be given several times, by name. */
  readonly lists: Readonly<Record<string, readonly string[] | undefined>>;
  readonly positionals: readonly string[];
}

export interface Command {
  readonly options: Readonly<Record<string, Option>>;
  /** What the arguments without dashes are, as in `[SID...]`; absent: there are none. */
  readonly positionals?: string;
  /** Whole command lines, for the help. */
  readonly examples: readonly string[];
  /** Lines that the help ends with. */
  readonly notes?: () => readonly string[];
  /** Returns the exit code. */
  run(args: Arguments): Promise<number>;
}

export const configOption: Option = {
  type: "string",
  value: "FILE",
  help: "the YAML config file (docs/configuration.md); several, and folders, are laid over each other",
  required: true,
  multiple: true,
};

/** The files and folders that --config names. */
export function configNames({ lists }: Arguments): readonly string[] {
  return lists.config ?? [];
}

/** Reads a command's arguments. Throws HostError "usage". */
export function readArguments(command: Command, argv: readonly string[]): Arguments {
  const options: ParseArgsConfig["options"] = {};
  for (const [name, { type, multiple = false }] of Object.entries(command.options)) options[name] = { type, multiple };
  const { values, positionals } = parse(command, argv, options);
  for (const [name, { required, value }] of Object.entries(command.options))
    if (required && values[name] === undefined) throw new HostError("usage", `--${name} ${value} is needed`);
  if (command.positionals === undefined && positionals.length > 0)
    throw new HostError("usage", `"${positionals[0]}" is one argument too many`);
  return { options: values as Arguments["options"], lists: values as Arguments["lists"], positionals };
}

function parse(command: Command, argv: readonly string[], options: NonNullable<ParseArgsConfig["options"]>) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const unknown = code === "ERR_PARSE_ARGS_UNKNOWN_OPTION" ? /'(-[^']*)'/.exec(message)?.[1] : undefined;
    if (unknown === undefined) throw new HostError("usage", message.split(". ")[0]!);
    const names = Object.keys(command.options);
    const suggestion = nearest(unknown.replace(/^-+/, ""), names);
    const hint = suggestion === undefined ? "" : `; did you mean --${suggestion}?`;
    throw new HostError("usage", `unknown option ${unknown}${hint}`);
  }
}

/** The help text of one command. */
export function commandHelp(name: string, summary: string, command: Command): string {
  const options = Object.entries(command.options).map(([option, { value, help, required }]) => {
    const usage = `--${option}${value ? ` ${value}` : ""}`;
    return { usage, help, optional: required !== true };
  });
  const words = options.map(({ usage, optional }) => (optional ? `[${usage}]` : usage));
  const rows = options.map(({ usage, help }) => [usage, help] as const);
  return [
    ["zerohop", name, ...words, command.positionals ?? ""].join(" ").trim(),
    `\n\n${summary}\n`,
    rows.length > 0 ? `\n${table(rows)}\n` : "",
    ...paragraph(command.notes?.() ?? []),
    ...paragraph(command.examples.flatMap((example, i) => (i === 0 ? ["Examples", `  ${example}`] : `  ${example}`))),
  ].join("");
}

function paragraph(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["\n", ...lines.map((line) => `${line}\n`)];
}

/** The help text that lists the commands: what each does, by name. */
export function overview(summaries: Readonly<Record<string, string>>): string {
  return `zerohop COMMAND [OPTIONS]\n\n${table(Object.entries(summaries))}\n\nzerohop COMMAND --help says more about one and shows how it is called; zerohop --version tells the version.\n`;
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
}
