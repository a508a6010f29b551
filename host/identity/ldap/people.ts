// Finds people and their groups with the service account.
import type { Clock } from "../../kit/clock.ts";
import type { Logger } from "../../kit/log.ts";
import { mistakeInGroup, mistakeInName, mistakeInText } from "../profile-text.ts";
import { DirectoryUnavailable, type User } from "../profiles.ts";
import { isDisabled, stateAttributes } from "./account-state.ts";
import { type LdapConnection, resultCode, resultCodes, scopeOf } from "./connection.ts";
import { isWithin, parseDn } from "./dn.ts";
import type { Entry } from "./entry.ts";
import { escapeDnValue } from "./escape.ts";
import { fillFilter } from "./filter.ts";
import type { ServicePool } from "./service-pool.ts";
import type { LdapSettings } from "./settings.ts";

/** Somebody who is in the directory. */
export interface Person {
  readonly name: string;
  readonly dn: string;
  readonly disabled: boolean;
  readonly entry: Entry;
}

/** One is wanted; several who share a mail address are told apart by their names. */
const mostEntries = 100;

export class People {
  readonly #settings: LdapSettings;
  readonly #pool: ServicePool;
  readonly #clock: Clock;
  readonly #log: Logger;

  constructor(settings: LdapSettings, pool: ServicePool, clock: Clock, log: Logger) {
    this.#settings = settings;
    this.#pool = pool;
    this.#clock = clock;
    this.#log = log;
  }

  /** The DN that the template gives, when there is a template. */
  directDn(name: string): string | undefined {
    return this.#settings.userDnTemplate?.replaceAll("{username}", () => escapeDnValue(name));
  }

  /**
   * The one person that the users filter finds for what somebody typed; undefined when it finds none or several. Whose name
   * it is comes before whose address it is, or people could lock others out by an address. Throws DirectoryUnavailable.
   */
  async find(input: string): Promise<Person | undefined> {
    if (mistakeInName(input) !== undefined) return undefined;
    const { users, attributes } = this.#settings;
    const { username, displayName, mail, memberOf } = attributes;
    const dn = this.directDn(input);
    const entries = await this.#search(
      {
        base: dn ?? users.base,
        scope: dn === undefined ? "sub" : "base",
        filter: fillFilter(users.filter, { input }, this.#clock()),
        attributes: [username, displayName, mail, memberOf, ...stateAttributes],
        limit: mostEntries,
      },
      "users",
    );
    const isTyped = (value: string) => value.toLowerCase() === input.toLowerCase();
    const named = entries.filter((entry) => entry.all(username).some(isTyped));
    const [entry, ...others] = named.length > 0 ? named : entries;
    if (!entry) return undefined;
    if (others.length > 0) {
      this.#log.warn("the users filter finds several entries for one name; none of them can log in by it");
      return undefined;
    }
    const names = entry.all(username);
    const name = names.find(isTyped) ?? names[0];
    const mistake = name === undefined ? `has no attribute ${username}` : mistakeInName(name);
    if (name === undefined || mistake !== undefined) {
      this.#log.warn({ dn: entry.dn, mistake }, "an entry cannot be used");
      return undefined;
    }
    return { name, dn: entry.dn, disabled: isDisabled(entry, this.#clock()), entry };
  }

  /** A person's profile, groups included. Throws DirectoryUnavailable. */
  async profile({ name, dn, entry }: Person): Promise<User> {
    const { attributes, groups } = this.#settings;
    const displayName = sendable(entry.first(attributes.displayName));
    const email = sendable(entry.first(attributes.mail));
    const names = groups.from === "member_of" ? this.#memberOf(entry) : await this.#searchGroups(name, dn);
    return {
      name,
      ...(displayName === undefined ? {} : { displayName }),
      ...(email === undefined ? {} : { email }),
      groups: [...new Set(names)].filter((group) => mistakeInGroup(group) === undefined).sort(),
    };
  }

  async #searchGroups(username: string, dn: string): Promise<readonly string[]> {
    const { groups, attributes } = this.#settings;
    if (groups.filter === "") return [];
    const filter = fillFilter(groups.filter, { dn, username, input: username }, this.#clock());
    const search = { base: groups.base, scope: "sub" as const, filter, attributes: [attributes.groupName] };
    return (await this.#search(search, "groups")).flatMap((entry) => entry.all(attributes.groupName));
  }

  /** The groups that an entry names itself, when they are below the base. */
  #memberOf(entry: Entry): readonly string[] {
    const { groups, attributes } = this.#settings;
    const base = parseDn(groups.base) ?? [];
    return entry.all(attributes.memberOf).flatMap((text) => {
      const dn = parseDn(text);
      if (!dn || !isWithin(dn, base)) return [];
      const own = dn[0]?.find(({ type }) => type.toLowerCase() === attributes.groupName.toLowerCase());
      return own ? [own.value] : [];
    });
  }

  async #search(search: Parameters<LdapConnection["search"]>[0], what: string): Promise<readonly Entry[]> {
    try {
      return await this.#pool.run((connection) => connection.search(search));
    } catch (error) {
      const code = resultCode(error);
      if (code === undefined) throw error;
      // A name made by the template may be nobody's. A base that is not there is a mistake in the config, or in the
      // server's access rules: that says nothing about anybody.
      const absent: readonly number[] = [resultCodes.noSuchObject, resultCodes.invalidDnSyntax];
      if (search.scope === "base" && absent.includes(code)) return [];
      throw new DirectoryUnavailable(`the search for ${what} failed with result code ${code}`, {
        cause: error,
        scope: scopeOf(code),
      });
    }
  }
}

/** The text, or undefined when it is empty or a header or cookie cannot carry it. */
function sendable(text: string | undefined): string | undefined {
  return text === undefined || text === "" || mistakeInText(text) !== undefined ? undefined : text;
}
