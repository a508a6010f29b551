// What a visitor wants, as the proxy tells it: checked so far that everybody reads the same host and path by it. The path
// itself is the core's to judge.
import type { CookieDomain } from "../../session/config.ts";
import { isInside } from "../../session/cookie-domain.ts";
import type { RawTarget } from "./endpoint.ts";
import { remember } from "./remember.ts";

export interface Target {
  readonly method: string;
  /** Absolute, with a path. */
  readonly url: string;
  readonly cookieDomain: CookieDomain;
}

const authorityForm = /^[A-Za-z0-9._-]+(?::\d{1,5})?$/;
/** Beyond this a target loses its path on the way back: browsers and proxies refuse longer Location headers. Characters. */
const longestTarget = 2048;

/** The target, or a sentence about what is wrong with it, which never repeats what the client sent. */
export function readTarget(raw: RawTarget, domainOf: DomainOfAuthority): Target | string {
  const { method, scheme, authority, uri } = raw;
  if (!method) return "the method of the request is not known";
  // That it is made of letters A to Z is checked by the core.
  if (!authority) return "the host of the request is not known";
  if (!scheme) return "the scheme of the request is not known";
  const lowerScheme = scheme.toLowerCase();
  if (lowerScheme !== "https" && lowerScheme !== "wss") return "only https is protected here";
  const cookieDomain = domainOf(authority);
  if (typeof cookieDomain === "string") return cookieDomain;
  const path = uri === "" ? "/" : textOf(uri);
  if (path === undefined) return "the path is not valid UTF-8";
  const slash = path.startsWith("?") ? "/" : "";
  if (slash === "" && !path.startsWith("/")) return "the path does not begin with a slash";
  return { method, url: `${lowerScheme}://${authority}${slash}${path}`, cookieDomain };
}

/** Where a visitor comes back to after a login. */
export function returnAddress({ url }: Target): string {
  return url.length <= longestTarget ? url : url.slice(0, url.indexOf("/", url.indexOf("://") + 3) + 1);
}

/** The cookie domain of an authority (`host[:port]`), or a sentence about why it has none. */
export type DomainOfAuthority = (authority: string) => CookieDomain | string;

/** Hosts that are remembered once they were looked at. */
const rememberedHosts = 4096;

export function authoritiesOf(cookieDomains: readonly CookieDomain[]): DomainOfAuthority {
  return remember((authority) => {
    if (!authorityForm.test(authority)) return "the host is not a valid host name";
    const host = authority.split(":", 1)[0]!.toLowerCase();
    const cookieDomain = cookieDomains.find(({ domain }) => isInside(host, domain));
    return cookieDomain ?? "the host is outside every protected domain";
  }, rememberedHosts);
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of a header whose characters are bytes; undefined when they are not UTF-8. */
function textOf(bytes: string): string | undefined {
  if (!/[\x80-\xff]/.test(bytes)) return bytes;
  try {
    return decoder.decode(Buffer.from(bytes, "latin1"));
  } catch {
    return undefined;
  }
}
