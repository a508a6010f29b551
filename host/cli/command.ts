// What a command of the command line is, and how its arguments are read.
import { type ParseArgsConfig, parseArgs } from "node:util";
import { usage } from "../kit/errors.ts";
import { nearest } from "../kit/yaml/nearest.ts";

export interface Option {
  readonly type: "string" | "boolean";
  /** The placeholder of the value in the help text, such as FILE in `--config FILE`. */
  readonly value?: string;
  readonly help: string;
  readonly required?: boolean;
  /** Whether it can be given several times: its value is a list. */
  readonly multiple?: boolean;
}

type Options = Readonly<Record<string, Option>>;

/** What an option is where its command runs. */
type ValueOf<O extends Option> = O extends { readonly type: "boolean" }
  ? boolean
  :
      | (O extends { readonly multiple: true } ? readonly string[] : string)
      | (O extends { readonly required: true } ? never : undefined);

export interface Arguments<O extends Options = Options> {
  /** By option name, without the dashes. */
  readonly options: { readonly [Name in keyof O]: ValueOf<O[Name]> };
  readonly positionals: readonly string[];
}

export interface Command<O extends Options = Options> {
  readonly options: O;
  /** What the arguments without dashes are, as in `[SID...]`; absent: there are none. */
  readonly positionals?: string;
  /** Whole command lines, for the help. */
  readonly examples: readonly string[];
  /** Lines that the help ends with. */
  readonly notes?: () => readonly string[];
  /** Returns the exit code. */
  run(args: Arguments<O>): Promise<number>;
}

/** A command whose `run` gets its options as what they are. */
export function commandOf<const O extends Options>(command: Command<O>): Command<O> {
  return command;
}

/** `--help`: there, or not. */
export function flagOption(help: string) {
  return { type: "boolean", help } as const;
}

/** `--user NAME`. `value` is the placeholder in the help text. */
export function textOption(value: string, help: string) {
  return { type: "string", value, help } as const;
}

/** An option without which the command does not run. */
export function requiredOption(value: string, help: string) {
  return { ...textOption(value, help), required: true } as const;
}

/** An option that can be given several times. */
export function listOption(value: string, help: string) {
  return { ...textOption(value, help), multiple: true } as const;
}

const configHelp = "the YAML config file (docs/configuration.md); several, and folders, are laid over each other";
/** The files and folders of the config. */
export const configOption = { ...listOption("FILE", configHelp), required: true } as const;
export const jsonOption = flagOption("print one JSON object per line");

/** The arguments of a command that reads the config. */
export type ConfigArguments = Arguments<{ readonly config: typeof configOption }>;

/** The one argument without dashes. Throws HostError "usage" with the sentence where there is another number of them. */
export function onlyPositional({ positionals }: Pick<Arguments, "positionals">, sentence: string): string {
  if (positionals.length !== 1) throw usage(sentence);
  return positionals[0]!;
}

/** Reads a command's arguments. Throws HostError "usage". */
export function readArguments<O extends Options>(command: Command<O>, argv: readonly string[]): Arguments<O> {
  const { values, positionals } = parse(command.options, argv);
  for (const [name, { required, value }] of Object.entries(command.options))
    if (required && values[name] === undefined) throw usage(`--${name} ${value} is needed`);
  if (command.positionals === undefined && positionals.length > 0)
    throw usage(`"${positionals[0]}" is one argument too many`);
  return { options: values as Arguments<O>["options"], positionals };
}

function parse(known: Options, argv: readonly string[]) {
  const options: NonNullable<ParseArgsConfig["options"]> = {};
  for (const [name, { type, multiple = false }] of Object.entries(known))
    options[name] = { type, multiple, ...(type === "boolean" && { default: false }) };
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const unknown = code === "ERR_PARSE_ARGS_UNKNOWN_OPTION" ? /'(-[^']*)'/.exec(message)?.[1] : undefined;
    if (unknown === undefined) throw usage(message.split(". ")[0]!);
    const suggestion = nearest(unknown.replace(/^-+/, ""), Object.keys(known));
    const hint = suggestion === undefined ? "" : `; did you mean --${suggestion}?`;
    throw usage(`unknown option ${unknown}${hint}`);
  }
}

/** The help text of one command. */
export function commandHelp(name: string, summary: string, command: Command): string {
  const options = Object.entries(command.options).map(([option, { value, help, required }]) => {
    const form = `--${option}${value ? ` ${value}` : ""}`;
    return { form, help, optional: required !== true };
  });
  const words = options.map(({ form, optional }) => (optional ? `[${form}]` : form));
  const rows = options.map(({ form, help }) => [form, help] as const);
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
