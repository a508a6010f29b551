// Finds people and their groups with the service account.
import type { Clock } from "../../kit/clock.ts";
import type { Logger } from "../../kit/log.ts";
import { mistakeInGroup, mistakeInName, mistakeInText } from "../profile-text.ts";
import { DirectoryUnavailable, type User } from "../profiles.ts";
import { isDisabled, mustChangePassword, stateAttributes } from "./account-state.ts";
import { IncompleteSearch, type LdapConnection, resultCode, resultCodes, type Search, scopeOf } from "./connection.ts";
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
  /** Their password is good for nothing but setting a new one. */
  readonly mustChange: boolean;
  readonly entry: Entry;
}

/** One is wanted; several who share a mail address are told apart by their names. */
const mostEntries = 100;
/** Of one person, however they are read. A directory in which somebody has more has a filter that means something else. */
const mostGroups = 10_000;

/** Answers that end a search before all has been found. */
const limits: readonly number[] = [
  resultCodes.timeLimitExceeded,
  resultCodes.sizeLimitExceeded,
  resultCodes.adminLimitExceeded,
];

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
    const now = this.#clock();
    return { name, dn: entry.dn, disabled: isDisabled(entry, now), mustChange: mustChangePassword(entry, now), entry };
  }

  /** A person's profile, groups included. Throws DirectoryUnavailable. */
  async profile({ name, dn, entry }: Person): Promise<User> {
    const { attributes, groups } = this.#settings;
    const displayName = sendable(entry.first(attributes.displayName));
    // Whoever has several addresses has the first that a header can carry.
    const email = entry.all(attributes.mail).map(sendable).find(Boolean);
    const names = groups.from === "member_of" ? await this.#memberOf(entry) : await this.#searchGroups(name, dn);
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
    const found = await this.#ask("groups", (connection) => connection.searchAll(search, mostGroups));
    return found.flatMap((entry) => entry.all(attributes.groupName));
  }

  /** The groups that an entry names itself, when they are below the base. */
  async #memberOf(entry: Entry): Promise<readonly string[]> {
    const { groups, attributes } = this.#settings;
    const base = parseDn(groups.base) ?? [];
    return (await this.#allMemberOf(entry)).flatMap((text) => {
      const dn = parseDn(text);
      if (!dn || !isWithin(dn, base)) return [];
      const own = dn[0]?.find(({ type }) => type.toLowerCase() === attributes.groupName.toLowerCase());
      return own ? [own.value] : [];
    });
  }

  /** All values, also where the server gives them in parts. Throws DirectoryUnavailable when one of those is missing. */
  async #allMemberOf(entry: Entry): Promise<readonly string[]> {
    const { memberOf } = this.#settings.attributes;
    const values = [...entry.all(memberOf)];
    for (let part = entry.part(memberOf); part; ) {
      values.push(...part.values);
      if (part.last === undefined) break;
      const next = part.last + 1;
      if (values.length > mostGroups || values.length < next)
        throw new DirectoryUnavailable(
          `the attribute ${memberOf} cannot be read whole: ${values.length} values up to number ${part.last}`,
          { scope: "user" },
        );
      const search = {
        base: entry.dn,
        scope: "base" as const,
        filter: "(objectClass=*)",
        attributes: [`${memberOf};range=${next}-*`],
      };
      const [more] = await this.#search(search, "more groups");
      part = more?.part(memberOf);
      if (!part)
        throw new DirectoryUnavailable(`the attribute ${memberOf} cannot be read beyond ${next} values`, {
          scope: "user",
        });
    }
    return values;
  }

  async #search(search: Search, what: string): Promise<readonly Entry[]> {
    // A name made by the template may be nobody's. A base that is not there is a mistake in the config, or in the
    // server's access rules: that says nothing about anybody.
    const absent = search.scope === "base" ? [resultCodes.noSuchObject, resultCodes.invalidDnSyntax] : [];
    return this.#ask(what, (connection) => connection.search(search), absent);
  }

  /** `absent`: the answers that say that there is nothing. */
  async #ask(
    what: string,
    search: (connection: LdapConnection) => Promise<readonly Entry[]>,
    absent: readonly number[] = [],
  ): Promise<readonly Entry[]> {
    try {
      return await this.#pool.run(search);
    } catch (error) {
      if (error instanceof IncompleteSearch)
        throw new DirectoryUnavailable(`the search for ${what} is not complete: ${error.message}`, {
          cause: error,
          scope: "user",
        });
      const code = resultCode(error);
      if (code === undefined) throw error;
      if (absent.includes(code)) return [];
      const why = limits.includes(code) ? ": a limit of the server's for one search" : "";
      throw new DirectoryUnavailable(`the search for ${what} failed with result code ${code}${why}`, {
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
