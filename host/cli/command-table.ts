// The commands, and what each does. A command is a file in commands/, named by its words.
import type { Command } from "./command.ts";

/** What each command does, by its name: one to three words, which name its file in commands/ too. */
export const summaries: Readonly<Record<string, string>> = {
  init: "Lays out a site: configuration, keys, the first user and the proxy's configuration, finished. Asks for what no option says.",
  serve: "Runs the host: the portal, the sessions, and the bundle for the gates.",
  health:
    "Asks the host that runs on this machine whether it can answer, as containers are asked. Exit code 1: it cannot.",
  check: "Checks the config and the users file; prints each mistake as file:line:col: path: message.",
  "policy check":
    "Reads requests as JSON lines from stdin and prints the policy and the rule (0: the default) of each.",
  "policy explain": "Shows what a request meets, rule by rule, and why. The config's other sections are not looked at.",
  "policy test": "Checks the expectations of a file against its policy; prints each that fails, and why.",
  "policy diff": "Shows for whom, on which hosts and with which methods two policies differ. Exit code 1: they do.",
  "gate config": "Prints the JSON to give to a proxy as the gate's plugin configuration, with a new edge token.",
  "bundle watch": "Keeps the bundle file of a Traefik plugin current, on the plugin's machine.",
  "edge-token list": "Lists the edge tokens of gates, and when each was last used.",
  "edge-token revoke": "Takes edge tokens back by their names: their gates get no bundle any more.",
  proxy: "Writes the configuration of a proxy before the portal and applications, with nothing left to change.",
  lint: "Names what in a proxy's configuration opens a way around the gate. Exit code 1: it does; 2: it was not understood.",
  "import authelia":
    "Makes a configuration from Authelia's, says what became of each key, and carries over second factors.",
  "import users": "Adds the users of a CSV file, or of htpasswd's or Tinyauth's list, to the users file.",
  "hash-password": "Asks for a password (or reads it from stdin) and prints its argon2id hash for the users file.",
  "user list": "Lists the users of the users file.",
  "user add": "Adds a user to the users file; asks for the password.",
  "user password": "Sets a user's password in the users file, and ends the user's sessions.",
  "user disable": "Disables users in the users file, and ends their sessions.",
  "user enable": "Lets disabled users of the users file log in again.",
  "user delete": "Takes users out of the users file, and ends their sessions.",
  "account list": "Lists the accounts of people who sign in with providers.",
  "account invite": "Prints a link that makes an account, where a provider's first login needs an invitation.",
  "account disable": "Keeps the owners of accounts from signing in with their providers, and ends their sessions.",
  "account enable": "Lets the owners of disabled accounts sign in again.",
  "account delete": "Removes accounts of providers with their second factors, and ends their sessions.",
  "session list": "Lists the sessions that live.",
  "session revoke": "Ends sessions at once: the ones named, or all of a user.",
  "ban list": "Lists the users and addresses that are banned after too many failed logins.",
  "ban lift": "Lets a user or an address try again at once.",
  audit: "Prints who logged in, failed to, was banned, and what operators changed.",
  "key rotate": "Makes a new session key. Sessions live on, unless --revoke ends them all because a key has leaked.",
  "storage backup": "Copies the SQLite database into a new file, also while the host runs.",
  "storage encryption check":
    "Decrypts everything that is encrypted in the database, to see whether the encryption key is right.",
  "storage encryption change-key":
    "Encrypts the database with another key; asks for it, unless a file or the environment has it.",
  "storage restored":
    "Makes a restored database safe to use; everybody has to log in again. Run it before the host starts.",
  completion: "Prints the script that has a shell complete zerohop's commands and options.",
};

/** Loads one command when it is called: what it needs does not slow down the others. */
export async function loadCommand(name: string): Promise<Command> {
  const file: { readonly command: Command } = await import(`./commands/${name.replaceAll(" ", "-")}.ts`);
  return file.command;
}
