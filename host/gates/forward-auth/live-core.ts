// A core that decides by what the host knows now: the bundle that gates are given, and the policy and the keys of this moment. As a gate it
// takes what was revoked by the feed: a log-out costs it as little with ten thousand rules as with ten.
import { type HostRefusal, type RawRequest, type Ruling, Shell } from "../../core/shell.ts";
import type { CookieDomain } from "../../session/config.ts";
import type { PublicJwk } from "../../session/signing-key.ts";
import type { BundleContent } from "../edge/bundle.ts";
import type { PublishedBundle } from "../edge/publisher.ts";

export interface Knowledge {
  readonly publisher: { readonly current: PublishedBundle };
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
  /** What the shell has; undefined for nothing. */
  #bundle: PublishedBundle | undefined;
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
    const { current } = this.#knowledge.publisher;
    const { section } = this.#knowledge.policy;
    const { latest } = this.#knowledge.keys;
    const isSame = section === this.#section && latest === this.#key;
    if (isSame && current === this.#bundle) return;
    const news = isSame && this.#bundle ? current.newsFor(this.#bundle) : undefined;
    // Until all of it has been taken the shell has nothing that is known to hold.
    this.#bundle = undefined;
    if (!news || !this.#shell.extend(news)) this.#load(current.content);
    this.#bundle = current;
    this.#section = section;
    this.#key = latest;
  }

  #load(content: BundleContent): void {
    const { policy, cookieDomains, keys } = this.#knowledge;
    const cookies = content.cookies.map((cookie, place) => {
      const { forwardAuthHeaders, forward } = cookieDomains[place]!.basic;
      return { ...cookie, basic: [...forwardAuthHeaders, ...(forward ? ["forward"] : [])] };
    });
    // Without a grace: it is for gates that cannot ask the host. Here a session counts that the database has, and no other.
    this.#shell.load({ ...content, policy: policy.section, cookies, keys: keys.believed, outage_grace: 0 });
  }
}
