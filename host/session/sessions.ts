// Sessions: opened by a login, resumed from a cookie, leased to the browser as signed tokens, and ended.
import { randomBytes } from "node:crypto";
import { DirectoryUnavailable, type Profiles, type User } from "../identity/profiles.ts";
import type { Clock } from "../kit/clock.ts";
import { StoreUnavailable } from "../kit/sql/unavailable.ts";
import type { CookieDomain, SessionConfig } from "./config.ts";
import { sessionCookie } from "./cookie.ts";
import type { Keyring } from "./keyring.ts";
import { type AskedGroups, issueForUser } from "./large-identity.ts";
import { isAsGoodAs, leaseLength, revocationGrace } from "./lease.ts";
import { LeaseNotes } from "./lease-notes.ts";
import { isLive } from "./liveness.ts";
import { groupsWithSource } from "./login-source.ts";
import { isUnrevokedSince, type RevocationSnapshot, revocationAt, revocationSnapshot } from "./revocation.ts";
import { pageOfSessions, type SessionPage } from "./session-page.ts";
import type { Revocation, SessionCursor, SessionStore, StoredSession } from "./store.ts";
import { longestToken, readToken } from "./token.ts";

/** Who holds a browser, as far as a request shows. */
export interface Visitor {
  readonly address: string;
  readonly userAgent: string;
}

/** How somebody proved who they are. */
export interface Authentication {
  readonly user: User;
  readonly level: 1 | 2;
  /** RFC 8176. */
  readonly amr: readonly string[];
  /** When; now, where nothing is said. Seconds since the epoch. */
  readonly authTime?: number;
  /** The login with a provider that it was, as in StoredSession. */
  readonly login?: string;
}

/** A session that lives, with its user's profile as of now. */
export interface LiveSession {
  readonly session: StoredSession;
  readonly user: User;
  readonly cookieDomain: CookieDomain;
}

/** A session that a browser is given. */
export interface Leased {
  readonly sid: string;
  /** The Set-Cookie of its first lease. */
  readonly cookie: string;
  /** How long the browser keeps it, in seconds; undefined: until it is closed. */
  readonly maxAge: number | undefined;
}

/** A new lease of a session. */
export interface Renewal {
  /** The Set-Cookie that has its token. */
  readonly cookie: string;
  /** The user's profile as gates read it, where the token does not hold it. */
  readonly profile: string | undefined;
}

const longestUserAgent = 512;

/** A host that starts asks a directory for so long, at most, who of its people is still there. Milliseconds. */
const orphansPatience = 5000;

/** When sessions that could not be ended are ended again. Milliseconds. */
const retryAfter = 500;

/** 16 random bytes in base64url, such as do not begin with a dash: a command line would take that for an option. */
export function newSessionId(): string {
  const sid = randomBytes(16).toString("base64url");
  return sid.startsWith("-") ? newSessionId() : sid;
}

export interface SessionParts {
  readonly store: SessionStore;
  readonly keyring: Keyring;
  readonly profiles: Pick<Profiles, "find">;
  readonly clock: Clock;
  /** Called when a session was ended, before whoever ended it is answered. */
  readonly publish: () => Promise<void>;
  /** Of the policy of this moment. */
  readonly askedGroups: () => AskedGroups | undefined;
  /** Whether a login with a provider goes on, as the provider says from time to time; sessions rest on it. */
  readonly goesOn?: (login: string) => Promise<boolean>;
}

export class Sessions {
  readonly #config: SessionConfig;
  readonly #parts: SessionParts;
  readonly #store: SessionStore;
  readonly #clock: Clock;
  readonly #leases: LeaseNotes;
  /** Users whose sessions are still to end. */
  readonly #ending = new Set<string>();
  #retry: NodeJS.Timeout | undefined;

  constructor(config: SessionConfig, parts: SessionParts) {
    this.#config = config;
    this.#parts = parts;
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#leases = new LeaseNotes({ store: parts.store, grace: revocationGrace(config), publish: parts.publish });
  }

  /** Settles when the database knows every lease that was issued, and what has still to end has ended. Rejects when it cannot be had. */
  async close(): Promise<void> {
    await this.#endWaiting();
    clearTimeout(this.#retry);
    await this.#leases.flush();
    if (this.#ending.size > 0) throw new StoreUnavailable(`sessions go on of: ${[...this.#ending].join(", ")}`);
  }

  /** The user's revocation state. A login takes it before it checks credentials, and opens no session if it has changed since. */
  revocationSnapshot(username: string): Promise<RevocationSnapshot> {
    return revocationSnapshot(this.#store, username, this.#clock());
  }

  /**
   * Opens a session. Undefined when the user's sessions were all ended after `snapshot`, or what they have shown is not
   * `stillProven`: it may have been taken away meanwhile. A user who then has too many sessions loses those that were
   * seen least lately. Throws HostError "token_size".
   */
  async open(
    { user, level, amr, authTime, login }: Authentication,
    cookieDomain: CookieDomain,
    rememberMe: boolean,
    visitor: Visitor,
    snapshot?: RevocationSnapshot,
    stillProven: () => Promise<boolean> = async () => true,
  ): Promise<Leased | undefined> {
    const now = this.#clock();
    const remembered = rememberMe && this.#config.rememberMe !== null;
    const expiresAt = now + (remembered ? this.#config.rememberMe! : this.#config.expiration);
    const session: StoredSession = {
      ...this.#begun(now, expiresAt, visitor),
      ...{ username: user.name, domain: cookieDomain.domain, createdAt: now, level, amr, rememberMe: remembered },
      authTime: Math.min(authTime ?? now, now),
      ...(login !== undefined && { login }),
    };
    const leased = this.#leased({ session, user, cookieDomain }, now);
    await this.#published(this.#store.addSession(session, this.#config.maxPerUser, this.#revocation(now)));
    // Looked at last: what ends all sessions from now on ends this one too.
    const stands = !snapshot || (await isUnrevokedSince(this.#store, snapshot, user.name));
    if (stands && (await stillProven())) return leased;
    await this.end(session.sid);
    return undefined;
  }

  /**
   * Puts a session of level 2 in the place of one whose user has just proven a second factor, `amr`: a new one, so that
   * nobody who knew the old one rises with it. It ends when the old one would have. Undefined when the old one has ended
   * meanwhile.
   */
  elevate(live: LiveSession, amr: readonly string[], visitor: Visitor): Promise<Leased | undefined> {
    const methods = [...new Set([...live.session.amr, ...amr, "mfa"])];
    return this.#replace(live, { authTime: this.#clock(), level: 2, amr: methods }, visitor);
  }

  /**
   * Puts a session that no longer rests on some second factors, named by their methods, in the place of one that did: of level
   * 2 when another of `secondFactors` raised it as well, else of level 1. Undefined when the old one has ended meanwhile.
   */
  lower(
    live: LiveSession,
    gone: readonly string[],
    secondFactors: readonly string[],
    visitor: Visitor,
  ): Promise<Leased | undefined> {
    const left = live.session.amr.filter((method) => !gone.includes(method));
    const level = left.some((method) => secondFactors.includes(method)) ? 2 : 1;
    // Multi-factor and user presence (RFC 8176) were the second factor's.
    const amr = level === 2 ? left : left.filter((method) => method !== "mfa" && method !== "user");
    return this.#replace(live, { level, amr }, visitor);
  }

  /**
   * Puts a session in the place of one whose user has just shown by a code from an e-mail that it is them, so that nobody
   * who knew the old one gains by it. It is no younger and of no higher level. Undefined when the old one has ended.
   */
  confirm(live: LiveSession, visitor: Visitor): Promise<Leased | undefined> {
    return this.#replace(live, {}, visitor);
  }

  async #replace(live: LiveSession, changes: Partial<StoredSession>, visitor: Visitor): Promise<Leased | undefined> {
    const now = this.#clock();
    const session = { ...live.session, ...changes, ...this.#begun(now, live.session.expiresAt, visitor) };
    const leased = this.#leased({ ...live, session }, now);
    if (!(await this.#store.replaceSession(live.session.sid, session, this.#revocation(now)))) return undefined;
    await this.#parts.publish();
    return leased;
  }

  /**
   * Ends all sessions of a user who has just given their password, and puts a new one in the place of the one that they gave
   * it in: nobody who knew that one keeps it. The new one ends when the old one would have. Returns it, undefined
   * when the old one has ended meanwhile, and how many others ended.
   */
  async restart(
    live: LiveSession,
    visitor: Visitor,
  ): Promise<{ readonly leased: Leased | undefined; readonly ended: number }> {
    const now = this.#clock();
    const { level, authTime, amr, expiresAt } = live.session;
    const session: StoredSession = {
      ...live.session,
      ...this.#begun(now, expiresAt, visitor),
      // The second factor is not younger for it.
      authTime: level === 1 ? now : authTime,
      amr: [...new Set([...amr, "pwd"])],
    };
    const leased = this.#leased({ ...live, session }, now);
    const { lived, ended } = await this.#surely(live.user.name, () =>
      this.#store.restartUser(live.session.sid, session, this.#revocation(now)),
    );
    await this.#parts.publish();
    return { leased: lived ? leased : undefined, ended };
  }

  /**
   * The session of a token, when it lives: also after the lease, for the lease is not the session's end. Without a
   * `cookieDomain` the token's own counts, when it is configured. Throws DirectoryUnavailable when nothing can be known
   * about its user just now.
   */
  async resume(token: string, cookieDomain?: CookieDomain): Promise<LiveSession | undefined> {
    const claims = readToken(token, this.#parts.keyring.verificationKeys);
    if (!claims) return undefined;
    const domain = cookieDomain ?? this.#config.cookies.find((candidate) => candidate.domain === claims.aud);
    if (!domain || claims.aud !== domain.domain || claims.iss !== domain.portalUrl) return undefined;
    const stored = await this.#store.session(claims.sid);
    if (!stored || stored.username !== claims.sub || stored.domain !== domain.domain) return undefined;
    // The token itself proves a lease that is not noted yet, or was lost with the process that had issued it.
    const proven = { leaseUntil: claims.exp, lastSeen: claims.iat };
    const session = [this.#leases.of(claims.sid), proven]
      .map((lease) => ({ ...stored, ...lease }))
      .reduce((latest, lease) => (lease.leaseUntil > latest.leaseUntil ? lease : latest), stored);
    if (!isLive(session, this.#config, this.#clock())) return undefined;
    if (claims.iat < (await this.#store.notBefore(session.username))) return undefined;
    if (session.login && this.#parts.goesOn && !(await this.#parts.goesOn(session.login))) return undefined;
    const user = await this.#parts.profiles.find(session.username);
    return user ? { session, user, cookieDomain: domain } : undefined;
  }

  /** Makes a new lease of a session that was found alive just now. Nothing is written before (lease-notes.ts). */
  renew(live: LiveSession, { address, userAgent }: Visitor): Renewal {
    const now = this.#clock();
    const leaseUntil = this.#leaseEnd(now, live.session.expiresAt);
    // The workers of a proxy ask in the same moment: all but the first get the lease that is out already, with its own time of
    // issue, so that it is no younger than what is noted of it.
    if (isAsGoodAs(live.session.leaseUntil, leaseUntil, leaseLength(this.#config.inactivity)))
      return this.#lease(live, now, live.session.lastSeen);
    const { sid } = live.session;
    const update = { sid, leaseUntil, lastSeen: now, address, userAgent: userAgent.slice(0, longestUserAgent) };
    const renewal = this.#lease({ ...live, session: { ...live.session, ...update } }, now);
    this.#leases.add(update);
    return renewal;
  }

  /** Ends a session everywhere. False when there was none. */
  async end(sid: string): Promise<boolean> {
    const ended = await this.#store.revokeSession(sid, this.#revocation());
    if (ended) await this.#parts.publish();
    return ended;
  }

  /** Ends the sessions that rest on one of some logins with a provider. Returns how many ended. */
  endLogins(logins: readonly string[]): Promise<number> {
    return this.#published(this.#store.revokeLogins(logins, this.#revocation()));
  }

  /** Sessions of a user that live, the one seen last first: so many at most, after the ones up to a cursor. */
  async of(username: string, limit: number, after?: SessionCursor): Promise<SessionPage> {
    const { inactivity } = this.#config;
    return pageOfSessions(this.#store, this.#clock(), { inactivity, username, limit, after });
  }

  /** Whether a session is one of a user. */
  async belongsTo(sid: string, username: string): Promise<boolean> {
    return (await this.#store.session(sid))?.username === username;
  }

  /** Ends a user's sessions but for one. Returns how many ended. */
  endOthersOf(username: string, sid: string): Promise<number> {
    return this.#published(this.#store.revokeOthers(username, sid, this.#revocation()));
  }

  /** Ends the sessions of level 2 that one of these methods (RFC 8176) raised, but for one. Returns how many ended. */
  endRaisedBy(username: string, methods: readonly string[], except: string): Promise<number> {
    return this.#published(this.#store.revokeOthers(username, except, this.#revocation(), methods));
  }

  /**
   * Ends all sessions of a user. Returns how many there were. Rejects with StoreUnavailable when the database cannot be had; they
   * end as soon as it can, for the password or the account that they rest on is another already.
   */
  async endAllOf(username: string): Promise<number> {
    const ended = await this.#surely(username, () => this.#store.revokeUser(username, this.#revocation()));
    await this.#parts.publish();
    return ended;
  }

  /** Ends a user's sessions by `end`; what that could not do is done later. */
  async #surely<T>(username: string, end: () => Promise<T>): Promise<T> {
    try {
      return await end();
    } catch (error) {
      if (error instanceof StoreUnavailable) {
        this.#ending.add(username);
        this.#retry ??= setTimeout(() => void this.#endWaiting(), retryAfter);
      }
      throw error;
    }
  }

  /** Never rejects: who is still in the way is tried again. */
  async #endWaiting(): Promise<void> {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    const waiting = [...this.#ending];
    this.#ending.clear();
    await Promise.all(waiting.map((username) => this.endAllOf(username).catch(() => {})));
  }

  /** Ends the sessions of users who are known to be disabled or gone, as far as that can be known at once. Returns their names. */
  async endOrphans(): Promise<readonly string[]> {
    const gone: string[] = [];
    // Whoever is not looked at here is when their session is renewed.
    const end = performance.now() + orphansPatience;
    try {
      for (const username of await this.#store.usersWithSessions()) {
        if (performance.now() > end) break;
        if (!(await this.#parts.profiles.find(username))) gone.push(username);
      }
    } catch (error) {
      if (!(error instanceof DirectoryUnavailable)) throw error;
    }
    for (const username of gone) await this.endAllOf(username);
    return gone;
  }

  /** How sessions are revoked now. */
  #revocation(now = this.#clock()): Revocation {
    return revocationAt(now, this.#config);
  }

  /** Publishes that sessions have ended, if any have. Returns how many. */
  async #published(ending: Promise<number>): Promise<number> {
    const ended = await ending;
    if (ended > 0) await this.#parts.publish();
    return ended;
  }

  /** What a session has that begins now in a visitor's browser. */
  #begun(now: number, expiresAt: number, { address, userAgent }: Visitor) {
    const seen = { lastSeen: now, address, userAgent: userAgent.slice(0, longestUserAgent) };
    return { sid: newSessionId(), expiresAt, leaseUntil: this.#leaseEnd(now, expiresAt), ...seen };
  }

  #leaseEnd(now: number, expiresAt: number): number {
    return Math.min(now + leaseLength(this.#config.inactivity), expiresAt);
  }

  #leased(live: LiveSession, now: number): Leased {
    const { sid, rememberMe, expiresAt } = live.session;
    return { sid, cookie: this.#lease(live, now).cookie, maxAge: rememberMe ? expiresAt - now : undefined };
  }

  #lease({ session, user, cookieDomain }: LiveSession, now: number, issuedAt = now): Renewal {
    const maxAge = session.rememberMe ? session.expiresAt - now : undefined;
    const cookieOf = (token: string) => sessionCookie(this.#config.name, token, cookieDomain, maxAge);
    const claims = {
      iss: cookieDomain.portalUrl,
      aud: cookieDomain.domain,
      sub: user.name,
      sid: session.sid,
      iat: issuedAt,
      exp: session.leaseUntil,
      session_exp: session.expiresAt,
      auth_time: session.authTime,
      amr: session.amr,
      level: session.level,
    };
    // Browsers count the cookie's name at least, and some all that is set.
    const room = longestToken - cookieOf("").length;
    const subject = { ...user, groups: groupsWithSource(user.groups, session) };
    const { token, profile } = issueForUser(
      subject,
      claims,
      this.#parts.keyring.session,
      room,
      this.#parts.askedGroups(),
    );
    return { cookie: cookieOf(token), profile };
  }
}
