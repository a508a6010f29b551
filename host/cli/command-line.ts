// The command line. Exit code 0: done; 1: not done, and a sentence on stderr says why; 2: wrongly called.
import { HostError } from "../kit/errors.ts";
import { version } from "../kit/installation.ts";
import { StoreUnavailable } from "../kit/sql/unavailable.ts";
import { nearest } from "../kit/yaml/nearest.ts";
import { InvalidFileError } from "../kit/yaml/problem.ts";
import { commandHelp, overview, readArguments } from "./command.ts";
import { loadCommand, summaries } from "./command-table.ts";

/** Runs a command. Returns the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  if (argv.length === 0 || argv[0] === "--help" || argv[0] === "-h" || argv[0] === "help") {
    process.stdout.write(overview(summaries));
    return argv.length === 0 ? 2 : 0;
  }
  if (argv[0] === "--version" || argv[0] === "-V" || argv[0] === "version") {
    console.log(`zerohop ${version()}`);
    return 0;
  }
  const name = Object.keys(summaries).find((name) => name === argv.slice(0, name.split(" ").length).join(" "));
  if (name === undefined) return unknownCommand(argv);
  const rest = argv.slice(name.split(" ").length);
  const command = await loadCommand(name);
  if (rest.includes("--help") || rest.includes("-h")) {
    process.stdout.write(commandHelp(name, summaries[name]!, command));
    return 0;
  }
  try {
    return await command.run(readArguments(command, rest));
  } catch (error) {
    if (error instanceof StoreUnavailable) return report(name, new HostError("storage", error.message));
    if (error instanceof HostError) return report(name, error);
    if (!isRefusal(error)) throw error;
    console.error(`zerohop ${name}: ${error.message}`);
    return 1;
  }
}

/** What the system refuses with a file, as a rule one that an argument names: its name is in the message. */
function isRefusal(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error && "path" in error;
}

function report(name: string, error: HostError): number {
  // The lines of an invalid file begin with its name, so that editors can follow them.
  if (error instanceof InvalidFileError) console.error(error.message);
  else console.error(`zerohop ${name}: ${error.message}`);
  if (error.code !== "usage") return 1;
  console.error(`See zerohop ${name} --help.`);
  return 2;
}

function unknownCommand(argv: readonly string[]): number {
  const names = Object.keys(summaries);
  const words = argv.filter((argument) => !argument.startsWith("-")).slice(0, 2);
  const group = names.filter((name) => name.startsWith(`${words[0]} `));
  const suggestion = nearest(words.join(" "), names) ?? nearest(words[0] ?? "", names) ?? group[0];
  const hint = suggestion === undefined ? "See zerohop --help." : `Did you mean zerohop ${suggestion}?`;
  console.error(`zerohop: unknown command "${words.join(" ") || argv[0]}". ${hint}`);
  return 2;
}
