// Where visitors are sent to log in: the portal of the cookie domain, or the one that the proxy's configuration names.
import type { CookieDomain } from "../../session/config.ts";
import { isInside } from "../../session/cookie-domain.ts";
import type { Asked } from "./endpoint.ts";
import type { RequestHeaders } from "./request-headers.ts";
import { returnAddress, type Target } from "./target.ts";

/**
 * The portal's URL without a query; null when the endpoint has none and the request names none; undefined when the
 * request names one that is not an https URL inside the cookie domain.
 */
export function portalOf(
  { endpoint, query }: Asked,
  headers: RequestHeaders,
  cookieDomain: CookieDomain,
): string | null | undefined {
  const header = endpoint.readsPortalHeader ? headers["x-authelia-url"] : undefined;
  const named = namedPortal(endpoint.portalParameter, query) ?? header;
  if (!named) return endpoint.hasPortal ? `${cookieDomain.portalUrl}/` : null;
  if (!URL.canParse(named)) return undefined;
  const { protocol, hostname, username, password, origin, pathname } = new URL(named);
  if (protocol !== "https:" || username || password || !isInside(hostname, cookieDomain.domain)) return undefined;
  return origin + pathname;
}

function namedPortal(key: string | undefined, query: string): string | undefined {
  return key === undefined || query === "" ? undefined : (new URLSearchParams(query).get(key) ?? undefined);
}

/** The portal with the way back in `rd` and the interrupted method in `rm`. */
export function loginLocation(portal: string, target: Target): string {
  return `${portal}?rd=${encodeURIComponent(returnAddress(target))}&rm=${target.method}`;
}
