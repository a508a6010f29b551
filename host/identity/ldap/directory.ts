// Users from an LDAP server (RFC 4511): found with a service account, verified by a bind as themselves.
import { randomBytes } from "node:crypto";
import type { Clock } from "../../kit/clock.ts";
import { HostError } from "../../kit/errors.ts";
import { readRegularFile, whyUnreadable } from "../../kit/files/read-file.ts";
import { LatestMap } from "../../kit/latest-map.ts";
import type { Logger } from "../../kit/log.ts";
import { QueueFull, WorkQueue } from "../../kit/work-queue.ts";
import type { PasswordChange, PasswordChanges, PasswordCheck, Verification } from "../password-check.ts";
import { passwordReadings, preparedPassword } from "../passwords/password-text.ts";
import { mistakeInText } from "../profile-text.ts";
import { DirectoryUnavailable, type Profiles, type User } from "../profiles.ts";
import { resultCode, resultCodes, scopeOf } from "./connection.ts";
import { Connector } from "./connector.ts";
import { escapeDnValue } from "./escape.ts";
import { Pacing } from "./pacing.ts";
import { PasswordPolicyControl, refusalOf } from "./password-policy.ts";
import { People, type Person } from "./people.ts";
import { ProfileCache } from "./profile-cache.ts";
import { ServicePool } from "./service-pool.ts";
import type { LdapSettings } from "./settings.ts";

/** Logins at a time; each has a connection of its own for its bind. */
const concurrency = 8;
const capacity = 128;
/** Other names for people that are remembered. */
const mostNames = 10_000;

type Bound = "yes" | "wrong password" | "not allowed" | "must change";

export class LdapDirectory implements Profiles, PasswordCheck, PasswordChanges {
  readonly #settings: LdapSettings;
  readonly #connector: Connector;
  readonly #pool: ServicePool;
  readonly #people: People;
  readonly #profiles: ProfileCache;
  readonly #offersChange: boolean;
  readonly #pacing = new Pacing();
  /** People's names by what else was typed for them. */
  readonly #names = new LatestMap<string, string>(mostNames);
  readonly #logins = new WorkQueue(concurrency, capacity);
  readonly #log: Logger;

  /**
   * Nothing is connected yet: the server may come later than the host. `refreshInterval` says for how many seconds a profile
   * is believed, `offersChange` whether people are to change their passwords in the portal. Throws HostError "invalid_file" when the file of the authorities cannot be read.
   */
  constructor(
    settings: LdapSettings,
    { refreshInterval, offersChange }: { readonly refreshInterval: number; readonly offersChange: boolean },
    clock: Clock,
    log: Logger,
  ) {
    const { address, startTls, tls } = settings;
    const { serverName, minimumVersion } = tls;
    const ca = tls.caFile === undefined ? undefined : readAuthorities(tls.caFile);
    const timeout = settings.timeout * 1000;
    this.#settings = settings;
    this.#offersChange = offersChange;
    this.#log = log;
    this.#connector = new Connector({ address, startTls, ca, serverName, minimumVersion, timeout }, log);
    this.#pool = new ServicePool(this.#connector, settings.account);
    this.#people = new People(settings, this.#pool, clock, log);
    this.#profiles = new ProfileCache(refreshInterval, clock);
  }

  /** Only the server knows its other names for somebody: those that it was asked for before are remembered. */
  nameOf(typed: string): string {
    return this.#names.get(typed) ?? typed;
  }

  #noteName(typed: string, person: Person | undefined): void {
    if (!person || person.name === typed) this.#names.delete(typed);
    else this.#names.set(typed, person.name);
  }

  async verify(name: string, password: string, from?: string): Promise<Verification> {
    try {
      return await this.#logins.run(() => this.#verify(name, password), from);
    } catch (error) {
      if (error instanceof QueueFull)
        return { outcome: "unavailable", reason: "too many logins at once", scope: "busy" };
      if (error instanceof DirectoryUnavailable)
        return { outcome: "unavailable", reason: error.message, scope: error.scope };
      throw error;
    }
  }

  async find(name: string): Promise<User | undefined> {
    return await this.#profiles.get(name, async () => {
      const person = await this.#people.find(name);
      // The name comes from Zerohop and not from a form, so an e-mail address or another letter case does not match.
      return person?.name === name && canHaveSessions(person) ? await this.#people.profile(person) : undefined;
    });
  }

  async identify(input: string): Promise<User | undefined> {
    const person = await this.#people.find(input);
    return person && canHaveSessions(person) ? await this.#people.profile(person) : undefined;
  }

  async canChangePasswords(): Promise<boolean> {
    return !this.#lacksTls;
  }

  async changePassword(name: string, password: string, current?: string): Promise<PasswordChange> {
    try {
      const person = await this.#people.find(name);
      if (person?.name !== name) return { outcome: "refused", reason: "unknown user" };
      if (person.disabled) return { outcome: "refused", reason: "disabled user" };
      const next = preparedPassword(password);
      if (current === undefined || !(await this.#changeOwnPassword(person, current, next)))
        await this.#setPassword(person, next);
      return { outcome: "changed" };
    } catch (error) {
      if (error instanceof DirectoryUnavailable) return { outcome: "unavailable", reason: error.message };
      const code = resultCode(error);
      if (code === undefined) throw error;
      if (code === resultCodes.constraintViolation || code === resultCodes.unwillingToPerform)
        return { outcome: "refused", reason: "password policy", said: saidBy(error as Error) };
      return { outcome: "unavailable", reason: `the LDAP server refused the change with result code ${code}` };
    }
  }

  /** Closes the connections that wait for work. */
  close(): void {
    this.#pool.close();
  }

  async #verify(name: string, password: string): Promise<Verification> {
    const started = performance.now();
    const person = await this.#people.find(name);
    this.#noteName(name, person);
    // Somebody unknown, and an empty password, cost a bind as well: one that cannot succeed.
    const possible = person !== undefined && password !== "";
    let bound: Bound = "wrong password";
    const readings = passwordReadings(password);
    for (const reading of readings) {
      bound = possible ? await this.#bind(person.dn, reading) : await this.#bindInVain(person);
      if (bound !== "wrong password") break;
    }
    if (!person) {
      await this.#pacing.keep(started, readings.length);
      return { outcome: "refused", reason: "unknown user" };
    }
    if (bound === "wrong password" || bound === "not allowed") {
      if (bound === "wrong password" && possible) this.#pacing.observe((performance.now() - started) / readings.length);
      const disabled = person.disabled || bound === "not allowed";
      return { outcome: "refused", reason: disabled ? "disabled user" : "wrong password" };
    }
    if (person.disabled) return { outcome: "refused", reason: "disabled user" };
    const user = await this.#people.profile(person);
    if (bound === "must change" || person.mustChange) return { outcome: "expired", user };
    this.#profiles.put(user);
    return { outcome: "verified", user };
  }

  async #bind(dn: string, password: string): Promise<Bound> {
    const connection = await this.#connector.open();
    const policy = new PasswordPolicyControl();
    try {
      await connection.bind(dn, password, policy);
      const { secondsLeft, graceLogins } = policy;
      if (secondsLeft !== undefined) this.#log.info({ dn, seconds: secondsLeft }, "a password expires soon");
      if (graceLogins !== undefined)
        this.#log.warn({ dn, logins: graceLogins }, "an expired password is good for some more logins");
      // Each login by a password that has expired uses one up: they are for setting a new one, where that is offered.
      const isForChange = graceLogins !== undefined && this.#offersChange && (await this.canChangePasswords());
      return policy.asksForNewPassword || isForChange ? "must change" : "yes";
    } catch (error) {
      switch (resultCode(error)) {
        case undefined:
          if (error instanceof DirectoryUnavailable) this.#connector.failed(error);
          throw error;
        case resultCodes.invalidCredentials:
          if (policy.asksForNewPassword) return "must change";
          return policy.isLocked ? "not allowed" : refusalOf((error as Error).message);
        case resultCodes.noSuchObject:
        case resultCodes.invalidDnSyntax:
          return "wrong password";
        // The entry has no password, or the server does not let it in: locked, expired, inactive.
        case resultCodes.inappropriateAuthentication:
        case resultCodes.unwillingToPerform:
        case resultCodes.constraintViolation:
        case resultCodes.insufficientAccessRights:
          return "not allowed";
        default:
          throw new DirectoryUnavailable(`the bind failed with result code ${resultCode(error)}`, {
            cause: error,
            scope: scopeOf(resultCode(error)!),
          });
      }
    } finally {
      connection.close();
    }
  }

  async #bindInVain(person: Person | undefined): Promise<"wrong password"> {
    const secret = randomBytes(24).toString("base64url");
    const { attributes, users } = this.#settings;
    const nobody = `${attributes.username}=${escapeDnValue(secret)},${users.base}`;
    // Trying a wrong password on somebody would count as an attempt against them.
    const bound = await this.#bind(nobody, secret);
    if (bound === "yes") throw new Error(`the LDAP server lets anybody in${person ? "" : " whom it does not know"}`);
    return "wrong password";
  }

  /**
   * Changes a password as its owner, with whatever the server lets them do: after a reset that is nothing else, and what the service
   * account sets is a reset again to some. False when they may not: the password has expired, or it is for the service account to set.
   */
  async #changeOwnPassword({ dn }: Person, current: string, next: string): Promise<boolean> {
    if (this.#settings.implementation === "activedirectory") return false;
    const connection = await this.#connector.open();
    try {
      for (const reading of passwordReadings(current)) {
        const bound = await connection.bind(dn, reading).then(() => true, isRefusal);
        if (!bound) continue;
        await connection.modifyPassword(dn, next, reading);
        return true;
      }
      return false;
    } catch (error) {
      if (notForOwners.includes(resultCode(error) ?? -1)) return false;
      throw error;
    } finally {
      connection.close();
    }
  }

  /** Active Directory changes passwords over TLS only. */
  get #lacksTls(): boolean {
    const { implementation, address, startTls } = this.#settings;
    return implementation === "activedirectory" && address.scheme === "ldap" && !startTls;
  }

  async #setPassword({ dn }: Person, password: string): Promise<void> {
    if (this.#settings.implementation !== "activedirectory")
      return await this.#pool.run((connection) => connection.modifyPassword(dn, password));
    if (this.#lacksTls)
      throw new DirectoryUnavailable("Active Directory changes passwords over TLS only: use ldaps or start_tls");
    await this.#pool.run((connection) => connection.replaceUnicodePassword(dn, password));
  }
}

/** What a server answers to owners who may not, or cannot, change their passwords by themselves. */
const notForOwners: readonly number[] = [
  resultCodes.protocolError,
  resultCodes.insufficientAccessRights,
  resultCodes.unwillingToPerform,
];

/** False for the server's refusal, which is no error here. */
function isRefusal(error: unknown): false {
  if (resultCode(error) === undefined) throw error;
  return false;
}

function canHaveSessions({ disabled, mustChange }: Person): boolean {
  return !disabled && !mustChange;
}

/** The server's own words, for the page; Active Directory's are codes, which nobody is helped by. */
function saidBy({ message }: Error): string | undefined {
  const text = message.replace(/ *Code: 0x[0-9a-f]+$/, "").trim();
  return text === "" || /^[0-9A-F]{8}:/.test(text) || mistakeInText(text) !== undefined ? undefined : text;
}

function readAuthorities(file: string): string {
  try {
    return readRegularFile(file).toString();
  } catch (error) {
    throw new HostError("invalid_file", `${file}: cannot be read: ${whyUnreadable(error)}`, { cause: error });
  }
}
