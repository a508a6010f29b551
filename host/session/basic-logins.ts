// Basic credentials that gates ask about: each is verified once per cache period, however many gates and requests ask.
import { createHmac, randomBytes } from "node:crypto";
import type { BasicCredential } from "../identity/basic-credential.ts";
import type { Verification } from "../identity/password-check.ts";
import type { User } from "../identity/profiles.ts";
import type { Clock } from "../kit/clock.ts";
import { HostError } from "../kit/errors.ts";
import { LatestMap } from "../kit/latest-map.ts";
import type { CookieDomain } from "./config.ts";
import type { Keyring } from "./keyring.ts";
import { issueForUser } from "./large-identity.ts";
import { isUnrevokedSince, revocationSnapshot } from "./revocation.ts";
import type { SessionStore } from "./store.ts";

/** How long a verified credential is good for, here and in gates together: the life of its token. Seconds. */
export const basicCachePeriod = 60;

/** How long a bad credential is remembered: a client that repeats it guesses nothing new. Seconds. */
const badCachePeriod = 3;

/** Credentials remembered at most; the oldest go first. */
const capacity = 10_000;

/** Of a credential: what a directory says, or that regulation did not let it look. */
export type BasicVerification =
  | Exclude<Verification, { outcome: "refused" | "expired" }>
  | { readonly outcome: "held" }
  | { readonly outcome: "refused"; readonly reason: string };

/** The `voucher` of a verified one is a token, and behind a line feed the user's profile where the token does not hold it. */
export type BasicLogin =
  | { readonly outcome: "verified"; readonly user: User; readonly issuedAt: number; readonly voucher: string }
  | { readonly outcome: "refused" | "held" }
  | Extract<Verification, { outcome: "unavailable" }>;

interface Entry {
  readonly login: Promise<BasicLogin>;
  /** Undefined while the credential is being verified. */
  forgetAt?: number;
}

export class BasicLogins {
  readonly #store: SessionStore;
  readonly #keyring: Keyring;
  readonly #clock: Clock;
  /** The cache is no list of password hashes to guess from: its keys are worth nothing without this one. */
  readonly #cacheKey = randomBytes(32);
  readonly #entries = new LatestMap<string, Entry>(capacity);

  constructor(parts: { store: SessionStore; keyring: Keyring; clock: Clock }) {
    this.#store = parts.store;
    this.#keyring = parts.keyring;
    this.#clock = parts.clock;
  }

  /**
   * Answers for a credential: what is remembered, what is being found out, or what `verify` finds out now. A verified one
   * comes with a voucher for the gate that is good for the rest of the cache period.
   */
  async check(
    cookieDomain: CookieDomain,
    { username, password }: BasicCredential,
    verify: () => Promise<BasicVerification>,
  ): Promise<BasicLogin> {
    const key = createHmac("sha256", this.#cacheKey)
      .update(JSON.stringify([cookieDomain.domain, username, password]))
      .digest("base64url");
    return (await this.#remembered(key)) ?? this.#find(key, () => this.#logIn(cookieDomain, username, verify));
  }

  async #remembered(key: string): Promise<BasicLogin | undefined> {
    const entry = this.#entries.get(key);
    if (!entry || (entry.forgetAt !== undefined && entry.forgetAt <= this.#clock())) return undefined;
    const login = await entry.login;
    // A password change, a revocation and a disabled user all move the user's not-before.
    const current = login.outcome !== "verified" || (await this.#store.notBefore(login.user.name)) <= login.issuedAt;
    return current ? login : undefined;
  }

  #find(key: string, logIn: () => Promise<BasicLogin>): Promise<BasicLogin> {
    const running = this.#entries.get(key);
    if (running && running.forgetAt === undefined) return running.login;
    const entry: Entry = { login: logIn() };
    this.#entries.set(key, entry);
    const forget = () => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    };
    entry.login.then((login) => {
      if (login.outcome === "verified") entry.forgetAt = login.issuedAt + basicCachePeriod;
      else if (login.outcome === "refused") entry.forgetAt = this.#clock() + badCachePeriod;
      else forget();
    }, forget);
    return entry.login;
  }

  async #logIn(
    cookieDomain: CookieDomain,
    username: string,
    verify: () => Promise<BasicVerification>,
  ): Promise<BasicLogin> {
    const startedAt = this.#clock();
    const snapshot = await revocationSnapshot(this.#store, username, startedAt);
    const verification = await verify();
    if (verification.outcome !== "verified") return verification;
    const { user } = verification;
    const notBefore = await this.#store.notBefore(user.name);
    if (!(await isUnrevokedSince(this.#store, snapshot, user.name)))
      return { outcome: "unavailable", reason: "the user's sessions were revoked meanwhile", scope: "busy" };
    // Times are whole seconds: a revocation later in this second must reach the token too.
    const issuedAt = Math.max(startedAt - 1, notBefore);
    try {
      const voucher = this.#voucher(user, cookieDomain, issuedAt);
      return { outcome: "verified", user, issuedAt, voucher };
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      return { outcome: "unavailable", reason: error.message, scope: "user" };
    }
  }

  #voucher(user: User, { portalUrl, domain }: CookieDomain, issuedAt: number): string {
    const end = issuedAt + basicCachePeriod;
    const claims = {
      iss: portalUrl,
      aud: domain,
      sub: user.name,
      sid: randomBytes(16).toString("base64url"),
      iat: issuedAt,
      exp: end,
      session_exp: end,
      auth_time: issuedAt,
      amr: ["pwd"],
      level: 1,
    } as const;
    const { session } = this.#keyring;
    const { token, profile } = issueForUser(user, claims, session, undefined, undefined, "zerohop-basic+jwt");
    return profile === undefined ? token : `${token}\n${profile}`;
  }

  /** Forgets what is past its time. */
  removeExpired(): void {
    const now = this.#clock();
    for (const [key, { forgetAt }] of this.#entries)
      if (forgetAt !== undefined && forgetAt <= now) this.#entries.delete(key);
  }
}
