// The command line. Exit code 0: done; 1: not done, and a sentence on stderr says why; 2: wrongly called.
import { HostError } from "../kit/errors.ts";
import { StoreUnavailable } from "../kit/sql/unavailable.ts";
import { nearest } from "../kit/yaml/nearest.ts";
import { InvalidFileError } from "../kit/yaml/problem.ts";
import { type CommandEntry, commandHelp, overview, readArguments } from "./command.ts";

/** Loaded when called: what one command needs does not slow down the others. */
const commands: readonly CommandEntry[] = [
  {
    name: "serve",
    summary: "Runs the host: the portal, the sessions, and the bundle for the gates.",
    load: () => import("./commands/serve.ts"),
  },
  {
    name: "check",
    summary: "Checks the config and the users file; prints each mistake as file:line:col: path: message.",
    load: () => import("./commands/check.ts"),
  },
  {
    name: "policy check",
    summary: "Reads requests as JSON lines from stdin and prints the policy and the rule (0: the default) of each.",
    load: () => import("./commands/policy-check.ts"),
  },
  {
    name: "policy explain",
    summary: "Shows what a request meets, rule by rule, and why. The config's other sections are not looked at.",
    load: () => import("./commands/policy-explain.ts"),
  },
  {
    name: "policy test",
    summary: "Checks the expectations of a file against its policy; prints each that fails, and why.",
    load: () => import("./commands/policy-test.ts"),
  },
  {
    name: "policy diff",
    summary: "Shows for whom, on which hosts and with which methods two policies differ. Exit code 1: they do.",
    load: () => import("./commands/policy-diff.ts"),
  },
  {
    name: "gate config",
    summary: "Prints the JSON to give to a proxy as the gate's plugin configuration, with a new edge token.",
    load: () => import("./commands/gate-config.ts"),
  },
  {
    name: "bundle watch",
    summary: "Keeps the bundle file of a Traefik plugin current, on the plugin's machine.",
    load: () => import("./commands/bundle-watch.ts"),
  },
  {
    name: "edge-token list",
    summary: "Lists the edge tokens of gates, and when each was last used.",
    load: () => import("./commands/edge-token-list.ts"),
  },
  {
    name: "edge-token revoke",
    summary: "Takes edge tokens back by their names: their gates get no bundle any more.",
    load: () => import("./commands/edge-token-revoke.ts"),
  },
  {
    name: "lint",
    summary:
      "Names what in a proxy's configuration opens a way around the gate. Exit code 1: it does; 2: it was not understood.",
    load: () => import("./commands/lint.ts"),
  },
  {
    name: "hash-password",
    summary: "Asks for a password (or reads it from stdin) and prints its argon2id hash for the users file.",
    load: () => import("./commands/hash-password.ts"),
  },
  {
    name: "user list",
    summary: "Lists the users of the users file.",
    load: () => import("./commands/user-list.ts"),
  },
  {
    name: "user add",
    summary: "Adds a user to the users file; asks for the password.",
    load: () => import("./commands/user-add.ts"),
  },
  {
    name: "user password",
    summary: "Sets a user's password in the users file, and ends the user's sessions.",
    load: () => import("./commands/user-password.ts"),
  },
  {
    name: "user disable",
    summary: "Disables users in the users file, and ends their sessions.",
    load: () => import("./commands/user-disable.ts"),
  },
  {
    name: "user enable",
    summary: "Lets disabled users of the users file log in again.",
    load: () => import("./commands/user-enable.ts"),
  },
  {
    name: "user delete",
    summary: "Takes users out of the users file, and ends their sessions.",
    load: () => import("./commands/user-delete.ts"),
  },
  {
    name: "session list",
    summary: "Lists the sessions that live.",
    load: () => import("./commands/session-list.ts"),
  },
  {
    name: "session revoke",
    summary: "Ends sessions at once: the ones named, or all of a user.",
    load: () => import("./commands/session-revoke.ts"),
  },
  {
    name: "ban list",
    summary: "Lists the users and addresses that are banned after too many failed logins.",
    load: () => import("./commands/ban-list.ts"),
  },
  {
    name: "ban lift",
    summary: "Lets a user or an address try again at once.",
    load: () => import("./commands/ban-lift.ts"),
  },
  {
    name: "audit",
    summary: "Prints who logged in, failed to, was banned, and what operators changed.",
    load: () => import("./commands/audit.ts"),
  },
  {
    name: "key rotate",
    summary: "Makes a new session key. Sessions live on, unless --revoke ends them all because a key has leaked.",
    load: () => import("./commands/key-rotate.ts"),
  },
  {
    name: "storage backup",
    summary: "Copies the SQLite database into a new file, also while the host runs.",
    load: () => import("./commands/storage-backup.ts"),
  },
  {
    name: "storage encryption check",
    summary: "Decrypts everything that is encrypted in the database, to see whether the encryption key is right.",
    load: () => import("./commands/storage-encryption-check.ts"),
  },
  {
    name: "storage encryption change-key",
    summary: "Encrypts the database with another key; asks for it, unless a file or the environment has it.",
    load: () => import("./commands/storage-encryption-change-key.ts"),
  },
  {
    name: "storage restored",
    summary: "Makes a restored database safe to use; everybody has to log in again. Run it before the host starts.",
    load: () => import("./commands/storage-restored.ts"),
  },
];

/** Runs a command. Returns the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  if (argv.length === 0 || argv[0] === "--help" || argv[0] === "-h" || argv[0] === "help") {
    process.stdout.write(overview(commands));
    return argv.length === 0 ? 2 : 0;
  }
  const entry = commands.find(({ name }) => name === argv.slice(0, name.split(" ").length).join(" "));
  if (!entry) return unknownCommand(argv);
  const rest = argv.slice(entry.name.split(" ").length);
  const { command } = await entry.load();
  if (rest.includes("--help") || rest.includes("-h")) {
    process.stdout.write(commandHelp(entry, command));
    return 0;
  }
  try {
    return await command.run(readArguments(command, rest));
  } catch (error) {
    if (error instanceof StoreUnavailable) return report(entry.name, new HostError("storage", error.message));
    if (!(error instanceof HostError)) throw error;
    return report(entry.name, error);
  }
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
  const names = commands.map(({ name }) => name);
  const words = argv.filter((argument) => !argument.startsWith("-")).slice(0, 2);
  const group = names.filter((name) => name.startsWith(`${words[0]} `));
  const suggestion = nearest(words.join(" "), names) ?? nearest(words[0] ?? "", names) ?? group[0];
  const hint = suggestion === undefined ? "See zerohop --help." : `Did you mean zerohop ${suggestion}?`;
  console.error(`zerohop: unknown command "${words.join(" ") || argv[0]}". ${hint}`);
  return 2;
}
