// A core that decides whole requests, as the one in a gate does: with a bundle, from the request's own bytes.
// assembly/embedded/shell.ts is its other side.
import { randomBytes } from "node:crypto";
import { type CoreExports, startCore } from "./module.ts";

/** A request as a proxy has it, one character a byte. What is undefined did not come. */
export interface RawRequest {
  readonly method: string;
  /** Lower case. */
  readonly scheme: string;
  readonly authority: string;
  /** In origin form, with the query. */
  readonly path: string;
  /** The client's address; empty when it is not known. */
  readonly address: string;
  readonly accept: string | undefined;
  readonly requestedWith: string | undefined;
  /** Sec-Fetch-Mode, Sec-Fetch-Dest and Sec-Purpose. */
  readonly fetchMode: string | undefined;
  readonly fetchDest: string | undefined;
  readonly purpose: string | undefined;
  readonly referer: string | undefined;
  readonly authorization: string | undefined;
  readonly proxyAuthorization: string | undefined;
  readonly cookie: string | undefined;
}

/** The headers that tell a backend who asks, one character a byte; empty where the user has no such value. */
export interface Identity {
  readonly user: string;
  readonly groups: string;
  readonly name: string;
  readonly email: string;
}

/** "portal" is a request to the portal's own host; "wait": the host has to be asked first. */
export type RequestOutcome = "allow" | "portal" | "login" | "deny" | "refuse" | "wait";

export const basicBits = { authorization: 1, proxyAuthorization: 2 } as const;

export interface Ruling {
  readonly outcome: RequestOutcome;
  /** The session, as the core knows it again; 0 when there is none. */
  readonly session: number;
  /** Whether a session or a credential says who asks. */
  readonly isKnown: boolean;
  /** Of a request that goes on, who asks. */
  readonly identity: Identity | undefined;
  /** The status of a login, a denial or a refusal. */
  readonly status: number;
  /** What the client is to be asked for in place of the portal's login. */
  readonly challenge: "authorization" | "proxyAuthorization" | undefined;
  /** Whether the rule leaves Basic credentials to the application. */
  readonly leavesBasic: boolean;
  /** The cookie domain's place in the bundle; -1 for none. */
  readonly domain: number;
  /** The headers that the cookie domain takes credentials from: `basicBits`. */
  readonly taken: number;
  /** The headers that must not go on: `basicBits`. */
  readonly removed: number;
  /** The latest lease of the session, when the client sends an older one; else empty. */
  readonly setCookie: string;
  /** Where a login is asked for; else empty. */
  readonly location: string;
  /**
   * What the host is to be asked about; empty when nothing is. When the outcome is "wait", the token of the session, or a credential's
   * base64 when there is none. Else the credential that says who asks: the core knows it from before, whoever sent it then.
   */
  readonly subject: string;
  /** Why the request is refused. */
  readonly reason: string;
  /** How a denial or a refusal is told. "plain": in a sentence, as Authelia tells programs of a target that is not protected here. */
  readonly form: "json" | "plain" | "page";
  /** The page; empty for HEAD. */
  readonly page: string;
  /** The page's Content-Security-Policy. */
  readonly pagePolicy: string;
}

// In the order of assembly/core/refusal.ts.
const refusals = { clientAddress: 13, headers: 14, hostSilent: 19 } as const;
/** A refusal that the host finds, in the core's words for who wants a page. */
export type HostRefusal = keyof typeof refusals;

// In the order of assembly/core/decide/decision.ts: Outcome and Challenge.
const outcomes: readonly RequestOutcome[] = ["allow", "portal", "login", "deny", "refuse", "wait"];
const challenges = [undefined, "authorization", "proxyAuthorization"] as const;
const forms = ["json", "plain", "page"] as const;
/** BasicUse.Off. */
const off = 1;

/** The members of the question, in words of four bytes: so many come before them, its two times. */
const questionTimes = 4;
const questionMembers = [
  ...(["method", "scheme", "authority", "path", "address", "accept", "requestedWith"] as const),
  ...(["fetchMode", "fetchDest", "purpose", "referer", "authorization", "proxyAuthorization", "cookie"] as const),
] as const satisfies readonly (keyof RawRequest)[];
/** Those of the ruling, likewise. */
const ruling = {
  ...{ outcome: 2, status: 3, challenge: 4, basicUse: 5, domain: 6, basic: 7, removed: 8, isKnown: 9 },
  ...{ user: 10, groups: 12, name: 14, email: 16, setCookie: 18, location: 20, subject: 22, reason: 24 },
  ...{ form: 26, page: 27, pagePolicy: 29 },
} as const;

/** What the core has room for: more than a server takes in all headers. Bytes. */
const capacity = 64 * 1024;
/** Identities remembered; each takes some hundred bytes. Those with longer groups than this are not. */
const rememberedIdentities = 8192;
const longestRemembered = 4096;

// In the order of assembly/core/bundle/bundle.ts: BundleResult.
const accepted = 0;
const unchanged = 1;
const extended = 6;

export class Shell {
  readonly #core: CoreExports;
  readonly #textsAt: number;
  readonly #questionAt: number;
  readonly #rulingAt: number;
  #bytes = Buffer.alloc(0);
  #words = new Int32Array(0);
  #times = new Float64Array(0);
  readonly #identities = new Map<number, Identity>();

  /** With a core that nobody else asks. */
  constructor(core: CoreExports = startCore()) {
    this.#core = core;
    this.#core.begin();
    this.#core.start(this.#place(randomBytes(96)));
    this.#textsAt = this.#core.textsAt();
    this.#questionAt = this.#core.questionAt();
    this.#rulingAt = this.#core.rulingAt();
  }

  /** Takes what is to be decided with from now on: the content of a bundle. Throws when that is none; then everything is refused. */
  load(content: object): void {
    const json = Buffer.from(JSON.stringify({ version: 0, iat: 0, ...content }));
    this.#core.begin();
    const result = this.#core.loadBundle(this.#place(json), json.length);
    // A bundle can be large, and its text is needed no more.
    this.#core.begin();
    if (result !== accepted) throw new Error(`the core does not take the bundle: ${result}`);
  }

  /** Takes what was revoked since that content: what a feed says. False when it does not go on from there, and a whole one is needed. */
  extend(feed: object): boolean {
    const json = Buffer.from(JSON.stringify(feed));
    this.#core.begin();
    const result = this.#core.loadFeed(this.#place(json), json.length);
    return result === extended || result === unchanged;
  }

  /**
   * Decides a request at `now`, in seconds since the epoch. With `mayWait` the outcome may be "wait"; without it what cannot be known
   * is decided as by a gate whose host is silent. Never throws for what a client can send.
   */
  decide(request: RawRequest, now: number, mayWait: boolean): Ruling {
    if (!this.#lay(request, now)) return this.refuse(request, "headers");
    this.#core.decideQuestion(mayWait ? 1 : 0);
    return this.#ruling();
  }

  /** Refuses a request for what the host has found. */
  refuse(request: RawRequest, refusal: HostRefusal): Ruling {
    if (!this.#lay(request, 0)) this.#lay(shortened(request), 0);
    this.#core.refuseQuestion(refusals[refusal]);
    return this.#ruling();
  }

  /** Lays a question down; false when there is no room for it. */
  #lay(request: RawRequest, now: number): boolean {
    let texts = "";
    for (const member of questionMembers) texts += request[member] ?? "";
    if (texts.length > capacity) return false;
    this.#view();
    this.#bytes.write(texts, this.#textsAt, "latin1");
    this.#times[this.#questionAt >> 3] = now;
    this.#times[(this.#questionAt >> 3) + 1] = performance.now();
    let at = (this.#questionAt >> 2) + questionTimes;
    for (const member of questionMembers) this.#words[at++] = request[member]?.length ?? -1;
    return true;
  }

  /**
   * Takes the Set-Cookie of a session's next lease, with the profile of the user where its token does not hold that; an empty one ends
   * the session here. False when it is not believed.
   */
  takeRenewal(session: number, setCookie: string, profile: string | undefined, now: number): boolean {
    this.#core.begin();
    const [at, bytes] = [this.#placeText(setCookie), Buffer.from(profile ?? "")];
    return this.#core.takeRenewal(session, at, setCookie.length, this.#place(bytes), bytes.length, now) !== 0;
  }

  /**
   * Takes what vouches for a credential sent from a client's address; an empty voucher says that the credential is bad. False when it
   * is not believed.
   */
  takeVoucher(domain: number, address: string, credential: string, voucher: string, now: number): boolean {
    this.#core.begin();
    const [addressAt, at, bytes] = [this.#placeText(address), this.#placeText(credential), Buffer.from(voucher)];
    const { length } = credential;
    const voucherAt = this.#place(bytes);
    return this.#core.takeVoucher(domain, addressAt, address.length, at, length, voucherAt, bytes.length, now) !== 0;
  }

  #ruling(): Ruling {
    this.#view();
    const words = this.#words;
    const at = this.#rulingAt >> 2;
    const session = this.#times[this.#rulingAt >> 3]!;
    const outcome = outcomes[words[at + ruling.outcome]!] ?? "refuse";
    const isKnown = words[at + ruling.isKnown] !== 0;
    return {
      outcome,
      session,
      isKnown,
      identity: isKnown && outcome === "allow" ? this.#identity(session) : undefined,
      status: words[at + ruling.status]!,
      challenge: challenges[words[at + ruling.challenge]!],
      leavesBasic: words[at + ruling.basicUse] === off,
      domain: words[at + ruling.domain]!,
      taken: words[at + ruling.basic]!,
      removed: words[at + ruling.removed]!,
      setCookie: this.#text(ruling.setCookie),
      location: this.#text(ruling.location),
      subject: this.#text(ruling.subject),
      reason: this.#text(ruling.reason),
      form: forms[words[at + ruling.form]!] ?? "json",
      page: this.#text(ruling.page, "utf8"),
      pagePolicy: this.#text(ruling.pagePolicy),
    };
  }

  #identity(session: number): Identity {
    let identity = this.#identities.get(session);
    if (identity) return identity;
    identity = {
      user: this.#text(ruling.user),
      groups: this.#text(ruling.groups),
      name: this.#text(ruling.name),
      email: this.#text(ruling.email),
    };
    // The core keeps no session that it has no room for: none of these has a number of its own.
    if (session === 0 || identity.groups.length > longestRemembered) return identity;
    if (this.#identities.size >= rememberedIdentities) this.#identities.clear();
    this.#identities.set(session, identity);
    return identity;
  }

  /** A text of the ruling. */
  #text(member: number, encoding: "latin1" | "utf8" = "latin1"): string {
    const at = (this.#rulingAt >> 2) + member;
    const length = this.#words[at + 1]!;
    const from = this.#words[at]! >>> 0;
    return length === 0 ? "" : this.#bytes.toString(encoding, from, from + length);
  }

  #place(bytes: Uint8Array): number {
    const at = this.#core.allocate(bytes.length) >>> 0;
    if (at === 0) throw new RangeError(`the core has no room for ${bytes.length} bytes`);
    this.#view();
    this.#bytes.set(bytes, at);
    return at;
  }

  #placeText(text: string): number {
    return this.#place(Buffer.from(text, "latin1"));
  }

  /** Makes the views those of the core's memory, whose buffer is another one after it has grown. */
  #view(): void {
    if (this.#words.length !== 0) return;
    const { buffer } = this.#core.memory;
    this.#bytes = Buffer.from(buffer as ArrayBuffer);
    this.#words = new Int32Array(buffer);
    this.#times = new Float64Array(buffer);
  }
}

/** A request that is too long, as far as it says whether its client wants a page. */
function shortened(request: RawRequest): RawRequest {
  const { method, accept, requestedWith, fetchMode, fetchDest, purpose } = request;
  const short = (text: string | undefined) => text?.slice(0, 1024);
  return {
    ...{ method: method.slice(0, 16), scheme: "", authority: "", path: "", address: "", referer: undefined },
    ...{ authorization: undefined, proxyAuthorization: undefined, cookie: undefined },
    ...{ accept: short(accept), requestedWith: short(requestedWith), purpose: short(purpose) },
    ...{ fetchMode: short(fetchMode), fetchDest: short(fetchDest) },
  };
}
