// By what else than their names people can log in whose names are in a file: their address, or their name in another case. Each of these
// must be one user's, or it would be chance who is meant.
import type { Path } from "../kit/yaml/problem.ts";
import type { User } from "./profiles.ts";

/** As Authelia's `authentication_backend.file.search` has it. */
export interface UsersFileSearch {
  readonly email: boolean;
  readonly caseInsensitive: boolean;
}

export const byNameOnly: UsersFileSearch = { email: false, caseInsensitive: false };

/** What two names or addresses have in common that differ by case alone. */
const folded = (text: string) => text.toLowerCase();

/** The names of users by what is typed for them, folded. */
export type Aliases = ReadonlyMap<string, string>;

export function aliasesOf(users: Iterable<User>, { email, caseInsensitive }: UsersFileSearch): Aliases {
  const aliases = new Map<string, string>();
  for (const user of users) {
    if (caseInsensitive) aliases.set(folded(user.name), user.name);
    if (email && user.email !== undefined) aliases.set(folded(user.email), user.name);
  }
  return aliases;
}

/** The user's name for which something is an alias; undefined when it is nobody's. */
export function namedBy(typed: string, aliases: Aliases): string | undefined {
  return aliases.size === 0 ? undefined : aliases.get(folded(typed));
}

/**
 * One text for all spellings of a name that nobody has. A user's take the time of one hash: if these took the times of several, that would
 * tell them apart.
 */
export function oneSpelling(typed: string, { email, caseInsensitive }: UsersFileSearch): string {
  return caseInsensitive || (email && typed.includes("@")) ? folded(typed) : typed;
}

/** Tells what could mean more than one user. */
export function reportAmbiguities(
  users: Iterable<User>,
  { email, caseInsensitive }: UsersFileSearch,
  report: (path: Path, message: string, part: "key" | "value") => void,
): void {
  if (!email && !caseInsensitive) return;
  const all = [...users];
  const names = new Map<string, string>();
  for (const { name } of all) {
    const other = names.get(folded(name));
    if (other === undefined) names.set(folded(name), name);
    else if (caseInsensitive)
      report(
        ["users", name],
        `is ${JSON.stringify(other)} in another case: search.case_insensitive allows one of them`,
        "key",
      );
  }
  const owners = new Map<string, string>();
  for (const { name, email: address } of all) {
    if (address === undefined) continue;
    const path = ["users", name, "email"];
    const namesake = names.get(folded(address));
    if (namesake !== undefined && namesake !== name && folded(name) !== folded(address))
      report(
        path,
        `is the name of the user ${JSON.stringify(namesake)}: with search an address may not be another's name`,
        "value",
      );
    const owner = owners.get(folded(address));
    if (owner === undefined) owners.set(folded(address), name);
    else if (email)
      report(
        path,
        `is the address of ${JSON.stringify(owner)} too: search.email allows each address for one user`,
        "value",
      );
  }
}
