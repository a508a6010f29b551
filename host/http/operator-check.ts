// Who may read what is for the operator alone, such as metrics: whoever holds metrics.token. Without one they are for programs
// on this machine that ask directly: no proxy may pass a visitor's request on to them.
import { timingSafeEqual } from "node:crypto";
import { sha256 } from "../kit/sha256.ts";
import type { CookieDomain } from "../session/config.ts";
import { canonicalAddress } from "./client-address.ts";
import type { RequestContext } from "./environment.ts";

/** Any of them says that a proxy passed the request on. */
const forwardingHeaders = [
  "forwarded",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
  "x-envoy-external-address",
  "x-request-id",
];

export type OperatorCheck = (c: RequestContext) => boolean;

/** Returns the check for one request at a time; `token` is that of metrics.token. */
export function operatorCheck(
  token: string | undefined,
  cookieDomains: readonly Pick<CookieDomain, "portalUrl">[],
): OperatorCheck {
  if (token !== undefined) return (c) => isBearer(c.req.header("authorization"), token);
  const portalHosts = new Set(cookieDomains.map(({ portalUrl }) => new URL(portalUrl).hostname));
  return (c) => isDirectAndLocal(c, portalHosts);
}

function isDirectAndLocal(c: RequestContext, portalHosts: ReadonlySet<string>): boolean {
  const peer = canonicalAddress(c.env.incoming.socket.remoteAddress ?? "") ?? "";
  const local = peer === "::1" || peer.startsWith("127.");
  const name = (c.req.header("host") ?? "").toLowerCase().replace(/:\d*$/, "");
  return local && !portalHosts.has(name) && forwardingHeaders.every((header) => c.req.header(header) === undefined);
}

function isBearer(authorization: string | undefined, token: string): boolean {
  const given = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
  return given !== undefined && timingSafeEqual(sha256(given), sha256(token));
}
