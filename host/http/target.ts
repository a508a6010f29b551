// Where a visitor was going: the `rd` of the portal. It is followed only to an https or wss URL inside the cookie domain,
// and read so strictly that a browser cannot understand another place by it.
import type { CookieDomain } from "../session/config.ts";
import { isInside } from "../session/cookie-domain.ts";

export interface Target {
  /** Absolute, as new URL() writes it. */
  readonly url: string;
  /** With the port when it is not the scheme's own. */
  readonly host: string;
}

/** Proxies limit a request line to about this. */
const longestTarget = 8192;

/** Scheme, host of what gates take in one (docs/canonical-target.md), an optional port, and a path, query or fragment. */
const form = /^(https|wss):\/\/([a-z0-9_-]+(?:\.[a-z0-9_-]+)+)(?::([1-9]\d{0,4}))?(?:[/?#].*)?$/i;

/** What browsers send encoded, drop or rewrite in a URL (https://url.spec.whatwg.org): controls, spaces, backslashes in a path, ... */
const forbidden = /[^\x21-\x7e]|["<>]|^[^?]*\\/;

/** The target, or undefined when it is not one to follow. */
export function readTarget(rd: string | undefined, { domain, portalUrl }: CookieDomain): Target | undefined {
  if (!rd || rd.length > longestTarget || forbidden.test(rd)) return undefined;
  const match = form.exec(rd);
  if (!match || !URL.canParse(rd)) return undefined;
  const [, scheme, host] = match as unknown as [string, string, string];
  const url = new URL(rd);
  // The reader above and the browser's must agree about what counts.
  if (url.protocol !== `${scheme.toLowerCase()}:` || url.hostname !== host.toLowerCase()) return undefined;
  if (!isInside(url.hostname, domain)) return undefined;
  // The portal is nobody's destination: it would lead from itself to itself.
  if (url.host === new URL(portalUrl).host) return undefined;
  return { url: url.href, host: url.host };
}

/**
 * The page of the form that was sent to the target, by its path and query on the target's host, as the gate names it in `back`. Undefined
 * where it names none.
 */
export function readFormPage(back: string | undefined, { url }: Target, portal: CookieDomain): Target | undefined {
  return back?.startsWith("/") ? readTarget(new URL(url).origin + back, portal) : undefined;
}

/** The interrupted request's method, as the gate passes it in `rm`. */
export function readMethod(rm: string | undefined): string {
  return rm !== undefined && /^[A-Z]{1,20}$/.test(rm) ? rm : "GET";
}
