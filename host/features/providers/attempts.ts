// Attempts to sign in with a provider, from the way there to the way back. The host keeps nothing of them: what it has to know when the
// browser comes back travels in `state`, sealed, and opens only beside a cookie that the browser was given with it. So an answer counts in
// the browser that it was asked for in and nowhere else, at whichever host it arrives, and tabs have attempts of their own.
import { createHmac, hkdfSync, randomBytes } from "node:crypto";
import type { RequestContext } from "../../http/environment.ts";
import { PortalCookie } from "../../http/portal-cookie.ts";
import type { Clock } from "../../kit/clock.ts";
import { decrypt, encrypt } from "../../kit/encryption/aes-gcm.ts";
import type { AttemptSecrets } from "./provider.ts";

/** How long somebody may take at the provider. Seconds. */
const lifetime = 1800;
/** Attempts that one browser has at a time; of more than these the oldest are given up. */
const mostAttempts = 24;
/** Of a target in `state`: providers limit what they hand back. Characters. */
const longestTarget = 1536;

/** The cookie of an attempt. The way back is a navigation from another site: Strict would keep it away. */
const cookieOf = (name: string) => new PortalCookie(`zerohop_signin_${name}`);

export interface Attempt {
  /** Names the login that comes of it: 128 random bits, base64url. */
  readonly id: string;
  readonly provider: string;
  /** The cookie domain. */
  readonly domain: string;
  /** Seconds since the epoch. */
  readonly at: number;
  readonly next?: string;
  readonly rd?: string;
  readonly rm: string;
  /** Whether it is to show anew that whoever has a session is who they are. */
  readonly confirms: boolean;
  /** The session that a provider's account is to be linked in. */
  readonly linkTo?: string;
  readonly invitation?: string;
  /** The user whose session is to be of level 2 after it. */
  readonly secondFactorOf?: string;
}

export class Attempts {
  readonly #key: Uint8Array;
  readonly #sealKey: Uint8Array;
  readonly #clock: Clock;

  constructor(key: Uint8Array, clock: Clock) {
    this.#key = key;
    this.#sealKey = new Uint8Array(hkdfSync("sha256", key, "", "provider sign-in state", 32));
    this.#clock = clock;
  }

  /** Begins an attempt, and gives the browser its cookie. */
  begin(c: RequestContext, about: Omit<Attempt, "id" | "at" | "domain">): AttemptSecrets {
    const { rd, ...rest } = about;
    const attempt: Attempt = {
      ...rest,
      ...(rd !== undefined && { rd: rd.length <= longestTarget ? rd : new URL("/", rd).href }),
      id: randomBytes(16).toString("base64url"),
      domain: c.get("cookieDomain").domain,
      at: this.#clock(),
    };
    const name = randomBytes(6).toString("hex");
    const binding = randomBytes(16).toString("base64url");
    for (const old of [...bindingsOf(c).keys()].slice(0, -(mostAttempts - 1))) cookieOf(old).clear(c);
    cookieOf(name).set(c, binding, lifetime);
    return {
      ...this.#secretsOf(attempt),
      state: `${name}.${this.seal(JSON.stringify(attempt), `attempt ${binding}`)}`,
    };
  }

  /** The attempt that a `state` is of, when this browser has begun it, and its secrets. The browser cannot end it a second time. */
  end(c: RequestContext, state: string): { readonly attempt: Attempt; readonly secrets: AttemptSecrets } | undefined {
    const [, name, sealed] = /^([0-9a-f]{12})\.([\w-]+)$/.exec(state) ?? [];
    if (name === undefined || sealed === undefined) return undefined;
    const binding = bindingsOf(c).get(name);
    if (binding === undefined) return undefined;
    const text = this.unseal(sealed, `attempt ${binding}`);
    if (text === undefined) return undefined;
    cookieOf(name).clear(c);
    const attempt = JSON.parse(text) as Attempt;
    if (attempt.at + lifetime < this.#clock() || attempt.domain !== c.get("cookieDomain").domain) return undefined;
    return { attempt, secrets: { ...this.#secretsOf(attempt), state } };
  }

  /** Encrypts a text for a purpose, in base64url. */
  seal(text: string, purpose: string): string {
    return encrypt(this.#sealKey, Buffer.from(text), purpose).toString("base64url");
  }

  /** The text that was encrypted for the purpose; undefined when it was not by this key. */
  unseal(sealed: string, purpose: string): string | undefined {
    try {
      return decrypt(this.#sealKey, Buffer.from(sealed, "base64url"), purpose).toString();
    } catch {
      return undefined;
    }
  }

  #secretsOf({ id }: Attempt): Omit<AttemptSecrets, "state"> {
    const derived = (purpose: string) => createHmac("sha256", this.#key).update(`${purpose} ${id}`).digest("base64url");
    return { verifier: derived("verifier"), nonce: derived("nonce") };
  }
}

/** By the names of the attempts, the oldest first, as browsers send cookies. */
function bindingsOf(c: RequestContext): ReadonlyMap<string, string> {
  const header = c.req.header("cookie") ?? "";
  const found = header.matchAll(/(?:^|;\s*)__Host-zerohop_signin_([0-9a-f]{12})=([\w-]{22})(?=;|$)/g);
  return new Map([...found].map(([, name, value]) => [name!, value!]));
}
