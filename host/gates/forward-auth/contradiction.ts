// A proxy tells of a request in X-Original-* or in X-Forwarded-*, and may pass those on that it does not write itself as its client
// sent them. Where both are there they have to tell the same: else the client has named another target than the one it gets.
import { original, originForm } from "./endpoint.ts";
import type { RequestHeaders } from "./request-headers.ts";

/** For whoever has set the proxy up. */
export const contradictionHint =
  "X-Original-* and X-Forwarded-* tell different things: a client sends what the proxy neither overwrites nor removes";

/** A sentence about what is told in two ways, or undefined. Headers that are not there contradict nothing. */
export function contradictionIn(headers: RequestHeaders): string | undefined {
  const { "x-original-method": originalMethod, "x-forwarded-method": forwardedMethod } = headers;
  if (differ(originalMethod, forwardedMethod)) return "the method of the request is told in two ways";
  if (headers["x-original-url"] === undefined) return undefined;
  const { scheme, authority, uri } = original(headers, undefined);
  const { "x-forwarded-proto": proto, "x-forwarded-host": host, "x-forwarded-uri": forwardedUri } = headers;
  const sameScheme = scheme === undefined ? undefined : secure(scheme);
  if (differ(sameScheme, proto === undefined ? undefined : secure(proto)))
    return "the scheme of the request is told in two ways";
  if (host !== undefined && nameOther(authority ?? "", host)) return "the host of the request is told in two ways";
  if (forwardedUri !== undefined && differ(originForm(uri), originForm(forwardedUri)))
    return "the path of the request is told in two ways";
  return undefined;
}

function differ(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}

/** Proxies tell of a WebSocket as wss or as https. */
function secure(scheme: string): string {
  const lower = scheme.toLowerCase();
  return lower === "wss" ? "https" : lower;
}

/**
 * Whether X-Forwarded-Host names another host than the URL. It may lack the port, as nginx's `$host` does where `$http_host` is in
 * the URL; rules go by the name alone.
 */
function nameOther(authority: string, forwarded: string): boolean {
  const [name, port] = partsOf(authority);
  const [forwardedName, forwardedPort] = partsOf(forwarded);
  return name !== forwardedName || (forwardedPort !== undefined && forwardedPort !== (port ?? "443"));
}

/** A host in lower case, and its port. */
function partsOf(authority: string): readonly [name: string, port: string | undefined] {
  const [, name = "", port] = /^(.*?)(?::(\d+))?$/s.exec(authority.toLowerCase())!;
  return [name, port];
}
