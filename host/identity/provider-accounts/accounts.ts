// The people of all sources together: those of the users file or the directory, and those with an account that a provider's word has made.
// A name belongs to one source and stays with it, so that nobody becomes somebody else by being called the same.
import type { Logger } from "../../kit/log.ts";
import type { PasswordCheck } from "../password-check.ts";
import { mistakeInName } from "../profile-text.ts";
import type { Profiles, User } from "../profiles.ts";
import {
  folded,
  type IdentityKey,
  type ProviderAccount,
  type ProviderAccountStore,
  type ProviderProfile,
} from "./store.ts";

interface Dependencies {
  readonly store: ProviderAccountStore;
  /** The users file or the directory. */
  readonly primary: Profiles;
  /** The ids of the providers that are configured. */
  readonly providers: ReadonlySet<string>;
  /** Tables of second factors, whose rows belong to a user each, `username`: a name that has one there is nobody else's. */
  readonly factorTables: readonly string[];
  readonly log: Logger;
}

/** Names that are tried before an account is refused. */
const mostNames = 100;

export class ProviderAccounts implements Profiles {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  async find(name: string): Promise<User | undefined> {
    const { store, primary, providers } = this.#dependencies;
    const account = await store.account(name);
    if (!account) return primary.find(name);
    return account.disabled || !providers.has(account.provider) ? undefined : userOf(account);
  }

  /** People type names and addresses for passwords, which accounts of providers have none of. */
  async identify(input: string): Promise<User | undefined> {
    const user = await this.#dependencies.primary.identify(input);
    return user && !(await this.isOwned(user.name)) ? user : undefined;
  }

  /** Whether a name is that of an account of a provider's. */
  async isOwned(name: string): Promise<boolean> {
    return (await this.#dependencies.store.account(name)) !== undefined;
  }

  /** Makes an account for somebody who has signed in for the first time. `plain`: without the provider's id in its name, if nobody had it. */
  async create(
    key: IdentityKey,
    wanted: string | undefined,
    profile: ProviderProfile,
    { plain, now }: { readonly plain: boolean; readonly now: number },
  ): Promise<string | undefined> {
    const { store, factorTables } = this.#dependencies;
    const names: string[] = [];
    for (const name of namesFor(wanted ?? key.subject, key.provider, plain)) {
      const isFree = mistakeInName(name) === undefined && !(await store.isNameUsed(name, factorTables));
      if (!isFree || (await this.#isElsewhere(name))) continue;
      names.push(name);
      // One more for whom another host gives the first one to meanwhile.
      if (names.length === 3) break;
    }
    return store.create(key, names, profile, now);
  }

  /** Whether there is a user of another source's by this name, or by what applications may take for it. */
  async #isElsewhere(name: string): Promise<boolean> {
    for (const spelled of new Set([name, folded(name)]))
      if (await this.#dependencies.primary.find(spelled)) return true;
    return false;
  }

  /** Checks passwords for those alone who are of the users file or the directory. */
  guard(passwords: PasswordCheck): PasswordCheck {
    return {
      nameOf: (typed) => passwords.nameOf(typed),
      verify: async (name, password, from) => {
        const verification = await passwords.verify(name, password, from);
        if (verification.outcome !== "verified" && verification.outcome !== "expired") return verification;
        const { user } = verification;
        if (!(await this.isOwned(user.name))) return verification;
        const { log } = this.#dependencies;
        log.warn(
          { user: user.name },
          "somebody of the users file or the directory has the name of a provider's account",
        );
        return { outcome: "refused", reason: "unknown user" };
      },
    };
  }
}

function* namesFor(wanted: string, provider: string, plain: boolean): Generator<string> {
  // No half of a character at the end of what is cut.
  const base = wanted
    .slice(0, 200)
    .replace(/\p{Cs}$/u, "")
    .trim();
  if (plain) yield base;
  yield `${base}@${provider}`;
  for (let number = 2; number <= mostNames; number++) yield `${base}.${number}@${provider}`;
}

export function userOf({ username, displayName, email, groups }: ProviderAccount): User {
  return {
    name: username,
    ...(displayName !== null && { displayName }),
    ...(email !== null && { email }),
    groups,
  };
}
