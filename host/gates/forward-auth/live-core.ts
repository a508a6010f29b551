// A core that decides by what the host knows now: the content of the bundle that gates are given, and the policy of this moment.
import { type HostRefusal, type RawRequest, type Ruling, Shell } from "../../core/shell.ts";
import type { CookieDomain } from "../../session/config.ts";
import type { PublicJwk } from "../../session/signing-key.ts";
import type { BundleContent } from "../edge/bundle.ts";

export interface Knowledge {
  readonly publisher: { readonly content: BundleContent };
  /** Of the access_control section, which may be newer than the bundle. */
  readonly policy: { readonly section: unknown };
  readonly cookieDomains: readonly CookieDomain[];
  /** Of this moment; they may be newer than the bundle. */
  readonly keys: SessionKeys;
}

export interface SessionKeys {
  /** Names the one that came last. */
  readonly latest: string;
  /** Those that tokens are believed by. */
  readonly believed: readonly PublicJwk[];
}

export class LiveCore {
  readonly #shell = new Shell();
  readonly #knowledge: Knowledge;
  #content: BundleContent | undefined;
  #section: unknown;
  #key: string | undefined;

  constructor(knowledge: Knowledge) {
    this.#knowledge = knowledge;
  }

  /** As in Shell. */
  decide(request: RawRequest, now: number, mayWait: boolean): Ruling {
    this.#follow();
    return this.#shell.decide(request, now, mayWait);
  }

  /** As in Shell. */
  refuse(request: RawRequest, refusal: HostRefusal): Ruling {
    return this.#shell.refuse(request, refusal);
  }

  /** As in Shell. */
  takeRenewal(session: number, setCookie: string, profile: string | undefined, now: number): boolean {
    this.#follow();
    return this.#shell.takeRenewal(session, setCookie, profile, now);
  }

  /** As in Shell. */
  takeVoucher(domain: number, address: string, credential: string, voucher: string, now: number): boolean {
    this.#follow();
    return this.#shell.takeVoucher(domain, address, credential, voucher, now);
  }

  #follow(): void {
    const { publisher, policy, cookieDomains, keys } = this.#knowledge;
    const { content } = publisher;
    const { section } = policy;
    const { latest } = keys;
    if (content === this.#content && section === this.#section && latest === this.#key) return;
    const cookies = content.cookies.map((cookie, place) => {
      const { forwardAuthHeaders, forward } = cookieDomains[place]!.basic;
      return { ...cookie, basic: [...forwardAuthHeaders, ...(forward ? ["forward"] : [])] };
    });
    // Without a grace: it is for gates that cannot ask the host. Here a session counts that the database has, and no other.
    this.#shell.load({ ...content, policy: section, cookies, keys: keys.believed, outage_grace: 0 });
    this.#content = content;
    this.#section = section;
    this.#key = latest;
  }
}
