// Where visitors are sent to log in: the portal of the cookie domain, or the one that the proxy's configuration names.
import type { CookieDomain } from "../../session/config.ts";
import { isInside } from "../../session/cookie-domain.ts";
import { type EndpointRequest, parametersOf } from "./endpoint.ts";
import { remember } from "./remember.ts";
import type { RequestHeaders } from "./request-headers.ts";

/**
 * The portal's URL without a query; null when the endpoint has none and the request names none; undefined when the
 * request names one that is not an https URL inside the cookie domain.
 */
export function portalOf(
  { endpoint, query }: EndpointRequest,
  headers: RequestHeaders,
  { domain, portalUrl }: CookieDomain,
): string | null | undefined {
  const key = endpoint.portalParameter;
  const parameter = key === undefined || query === "" ? null : parametersOf(query).get(key);
  const named = parameter ?? (endpoint.readsPortalHeader ? headers["x-authelia-url"] : undefined);
  if (!named) return endpoint.hasPortal ? `${portalUrl}/` : null;
  const portal = read(named);
  return portal && isInside(portal.hostname, domain) ? portal.url : undefined;
}

/** Host and URL without query of an https URL. Proxies are configured with a few. */
const read = remember((text) => {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, username, password, origin, pathname } = new URL(text);
  return protocol === "https:" && !username && !password ? { hostname, url: origin + pathname } : undefined;
}, 256);
