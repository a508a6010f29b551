// The sessions behind cookies, verified in this process once and then remembered: a lease is decided by without a look into
// the database, as in a gate. What ends a session (the bundle's revocations) is looked at whenever it has changed.
import type { CookieDomain } from "../../session/config.ts";
import { cookieValues, signatureLimit } from "../../session/cookie.ts";
import type { Keyring } from "../../session/keyring.ts";
import type { Sessions, Visitor } from "../../session/sessions.ts";
import { keyIdOf, readToken, type SessionClaims, unprovenClaims } from "../../session/token.ts";
import type { BundleContent } from "../edge/bundle.ts";
import { type Identity, identityOf, isHeaderName } from "./identity.ts";

/** Tokens remembered; each takes about 2 KB as a rule. */
const capacity = 8192;
/** An Ed25519 signature in base64url. Characters. */
const signatureLength = 86;

/** A token whose signature is right. */
interface Verified {
  readonly token: string;
  readonly claims: SessionClaims;
  /** The key that has signed it. */
  readonly kid: string;
  readonly identity: Identity;
  /** The revocations that were looked at last, and what they say. */
  checked: BundleContent | undefined;
  admitted: boolean;
  /** After the lease: what came of asking for a new one. */
  renewal: Renewal | undefined;
}

interface Renewal {
  readonly verified: Verified;
  readonly setCookie: string;
}

export interface CurrentSession {
  readonly identity: Identity;
  /** A new lease for the browser, where the one that it sent has run out. */
  readonly setCookie?: string;
}

/** Several cookies prove different sessions: nobody can tell who is asking. */
export type Found = CurrentSession | "ambiguous" | undefined;

export interface SessionSource {
  readonly cookieName: string;
  readonly keyring: Keyring;
  readonly sessions: Sessions;
  readonly publisher: { readonly content: BundleContent };
}

export class SessionCache {
  readonly #source: SessionSource;
  /** By signature, which differs between any two tokens and is faster to hash than all of one. */
  readonly #tokens = new Map<string, Verified>();
  readonly #renewals = new Map<string, Promise<Renewal | undefined>>();
  #revocations: Revocations = new Revocations();

  constructor(source: SessionSource) {
    this.#source = source;
  }

  /**
   * The session of a Cookie header, at once while its lease runs. After the lease a promise: the session is looked up, and
   * leased anew when it lives.
   */
  find(
    cookies: string | undefined,
    cookieDomain: CookieDomain,
    now: number,
    visitor: () => Visitor,
  ): Found | Promise<Found> {
    if (cookies === undefined) return undefined;
    const content = this.#source.publisher.content;
    let best: Verified | undefined;
    let expired: Verified[] | undefined;
    let signatures = 0;
    for (const token of cookieValues(cookies, this.#source.cookieName)) {
      if (!this.#known(token)) {
        const worthLooking = unprovenClaims(token, this.#source.keyring.verificationKeys) !== undefined;
        if (!worthLooking || ++signatures > signatureLimit) continue;
      }
      const verified = this.#verify(token, cookieDomain);
      if (!verified || !this.#isAdmitted(verified, content)) continue;
      if (now >= verified.claims.exp) {
        expired ??= [];
        expired.push(verified);
      } else if (!best) best = verified;
      else if (best.claims.sid !== verified.claims.sid) return "ambiguous";
      else if (verified.claims.iat > best.claims.iat) best = verified;
    }
    if (!expired) return best;
    // Leases of the same session that are older say nothing more.
    const others = best ? expired.filter(({ claims }) => claims.sid !== best.claims.sid) : expired;
    return others.length === 0 ? best : this.#findExpired(best, others, cookieDomain, visitor, content, now);
  }

  /** The one session that lives of `best` and those whose lease has run out. */
  #findExpired(
    best: Verified | undefined,
    expired: readonly Verified[],
    cookieDomain: CookieDomain,
    visitor: () => Visitor,
    content: BundleContent,
    now: number,
  ): Found | Promise<Found> {
    const [only] = expired;
    // A browser that never gets the new cookie, for its proxy drops it, still costs one look-up per lease.
    const kept = only && expired.length === 1 && !best ? this.#keptRenewal(only, content, now) : undefined;
    return kept ? sessionOf(kept) : this.#renewAll(best, expired, cookieDomain, visitor, content, now);
  }

  #keptRenewal({ renewal }: Verified, content: BundleContent, now: number): Renewal | undefined {
    return renewal && now < renewal.verified.claims.exp && this.#isAdmitted(renewal.verified, content)
      ? renewal
      : undefined;
  }

  async #renewAll(
    best: Verified | undefined,
    expired: readonly Verified[],
    cookieDomain: CookieDomain,
    visitor: () => Visitor,
    content: BundleContent,
    now: number,
  ): Promise<Found> {
    let sid = best?.claims.sid;
    let found: CurrentSession | undefined = best;
    for (const verified of expired) {
      if (verified.claims.sid === sid) continue;
      const kept = this.#keptRenewal(verified, content, now);
      const renewal = kept ?? (await this.#renewOnce(verified.token, cookieDomain, visitor));
      if (!renewal) continue;
      if (sid !== undefined) return "ambiguous";
      sid = verified.claims.sid;
      found = sessionOf(renewal);
    }
    return found;
  }

  /** All who come with one token while it is being renewed share the outcome. */
  #renewOnce(token: string, cookieDomain: CookieDomain, visitor: () => Visitor): Promise<Renewal | undefined> {
    let running = this.#renewals.get(token);
    if (!running) {
      running = this.#renew(token, cookieDomain, visitor()).finally(() => this.#renewals.delete(token));
      this.#renewals.set(token, running);
    }
    return running;
  }

  async #renew(token: string, cookieDomain: CookieDomain, visitor: Visitor): Promise<Renewal | undefined> {
    const { sessions, cookieName } = this.#source;
    const live = await sessions.resume(token, cookieDomain);
    const setCookie = live && sessions.renew(live, visitor);
    const [renewed] = cookieValues(setCookie, cookieName);
    const verified = renewed === undefined ? undefined : this.#verify(renewed, cookieDomain);
    if (!setCookie || !verified) return undefined;
    const renewal = { verified, setCookie };
    const before = this.#known(token);
    if (before) before.renewal = renewal;
    return renewal;
  }

  #verify(token: string, { domain, portalUrl }: CookieDomain): Verified | undefined {
    const verified = this.#known(token) ?? this.#remember(token);
    if (!verified) return undefined;
    const { aud, iss } = verified.claims;
    return aud === domain && iss === portalUrl ? verified : undefined;
  }

  #known(token: string): Verified | undefined {
    const known = this.#tokens.get(token.slice(-signatureLength));
    return known?.token === token ? known : undefined;
  }

  /** Checks a signature and remembers the token if it is right. The oldest one makes room. */
  #remember(token: string): Verified | undefined {
    const claims = readToken(token, this.#source.keyring.verificationKeys);
    if (!claims || !isHeaderName(claims.sub)) return undefined;
    // A copy: a slice of a header would keep all of the header.
    const copy = Buffer.from(token).toString();
    const identity = identityOf(claims);
    const verified: Verified = {
      token: copy,
      claims,
      kid: keyIdOf(copy),
      identity,
      checked: undefined,
      admitted: false,
      renewal: undefined,
    };
    if (this.#tokens.size >= capacity) this.#tokens.delete(this.#tokens.keys().next().value!);
    this.#tokens.set(Buffer.from(token.slice(-signatureLength)).toString(), verified);
    return verified;
  }

  #isAdmitted(verified: Verified, content: BundleContent): boolean {
    if (verified.checked !== content) {
      if (this.#revocations.content !== content) this.#revocations = new Revocations(content);
      verified.admitted = this.#revocations.admit(verified);
      verified.checked = content;
    }
    return verified.admitted;
  }
}

function sessionOf({ verified, setCookie }: Renewal): CurrentSession {
  return { identity: verified.identity, setCookie };
}

/** Who is refused before a lease ends. */
class Revocations {
  readonly content: BundleContent | undefined;
  readonly #keys: ReadonlySet<string>;
  readonly #sessions: ReadonlySet<string>;
  readonly #notBefore: ReadonlyMap<string, number>;

  constructor(content?: BundleContent) {
    this.content = content;
    this.#keys = new Set(content?.keys.map(({ kid }) => kid));
    this.#sessions = new Set(content?.revoked_sessions);
    this.#notBefore = new Map(Object.entries(content?.not_before ?? {}));
  }

  /** A key that has leaked is in no bundle any more. */
  admit({ kid, claims: { sid, sub, iat } }: Verified): boolean {
    return this.#keys.has(kid) && !this.#sessions.has(sid) && iat >= (this.#notBefore.get(sub) ?? 0);
  }
}
