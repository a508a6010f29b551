// Adds the users of another program's list to the users file: CSV, htpasswd's or Tinyauth's.
import { usage } from "../../kit/errors.ts";
import { readText } from "../../migration/authelia/sources.ts";
import { addListed } from "../../migration/users/add.ts";
import { readCsv } from "../../migration/users/csv.ts";
import { readHtpasswd } from "../../migration/users/htpasswd.ts";
import { type ListReader, readList } from "../../migration/users/list.ts";
import { readTinyauth } from "../../migration/users/tinyauth.ts";
import { usersFileOf } from "../../operations/users.ts";
import { commandOf, configOption, onlyPositional, requiredOption } from "../command.ts";
import { asOperator } from "../open.ts";

const readers: Readonly<Record<string, ListReader>> = { csv: readCsv, htpasswd: readHtpasswd, tinyauth: readTinyauth };

export const command = commandOf({
  options: {
    config: configOption,
    from: requiredOption(Object.keys(readers).join("|"), "whose list it is"),
  },
  positionals: "FILE",
  notes: () => [
    "Password hashes that can be verified are kept; whoever has another one, or none, gets a password by zerohop user password or by e-mail.",
    "A CSV file names its columns in the first line: username, displayname, email, groups (a;b), password or password_hash, disabled.",
    "With a mistake in the list nobody is added. Whoever is in the users file already stays as they are.",
  ],
  examples: [
    "zerohop import users --config zerohop.yml --from csv people.csv",
    "zerohop import users --config zerohop.yml --from htpasswd /etc/nginx/.htpasswd",
  ],
  async run(args) {
    const { from } = args.options;
    if (!Object.hasOwn(readers, from))
      throw usage(`--from ${from} is not known: ${Object.keys(readers).join(", ")} are`);
    const file = onlyPositional(args, "name one file");
    const users = readList(file, readText(file), readers[from]!);
    const { added, known, apps, usersFile } = await asOperator(args, async (operator, config) => ({
      ...(await addListed(operator, users, sayHashed)),
      usersFile: usersFileOf(config),
    }));
    const names = added.map(({ name }) => name).join(", ");
    console.log(`added to ${usersFile}: ${added.length}${names === "" ? "" : ` (${names})`}`);
    if (apps > 0) console.log(`authenticator apps: ${apps}`);
    if (known.length > 0) console.log(`there already, and as before: ${known.join(", ")}`);
    for (const { line, name, withoutPassword } of added)
      if (withoutPassword !== undefined)
        console.log(`${file}:${line}: ${name} has no password until one is set: ${withoutPassword}`);
    return 0;
  },
});

/** A hash takes a fraction of a second, and so a long list minutes. */
function sayHashed(count: number, all: number): void {
  if (count % 100 === 0 && count < all) console.error(`hashed ${count} of ${all} passwords ...`);
}
