// Further headers by which a cookie domain's applications are told who is asking, such as X-WEBAUTH-USER. What they are called is the
// operator's choice; that nobody else can send them, and that they mean nothing else on the way, is what is checked here.
import { isMapping } from "../kit/config/mapping.ts";
import type { Report } from "../kit/config/report.ts";
import type { Path } from "../kit/yaml/problem.ts";
import { describe, leaf, Mistake } from "../kit/yaml/schema.ts";

/** By what they tell. */
export interface IdentityHeaders {
  readonly user: readonly string[];
  readonly groups: readonly string[];
  readonly name: readonly string[];
  readonly email: readonly string[];
}

export const identityParts = ["user", "groups", "name", "email"] as const satisfies readonly (keyof IdentityHeaders)[];

/** All of their names, each once, in lower case. */
export function namesOf(headers: readonly IdentityHeaders[]): string[] {
  const all = headers.flatMap((of) => identityParts.flatMap((part) => of[part]));
  return [...new Set(all.map((name) => name.toLowerCase()))];
}

const form = /^[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*$/;
const longest = 64;

export const headerName = leaf(
  parseHeaderName,
  "a header's name of letters, digits and hyphens that has no other meaning in HTTP or to a proxy",
  { type: "string", pattern: form.source, maxLength: longest },
);

/**
 * Headers that mean something to HTTP (its registry at IANA), to proxies or to frameworks. Written to a backend with a user's name in
 * them, or taken out of a client's request, they would change what the request is.
 */
const taken = new Set(
  [
    "a-im age allow alpn alt-svc alt-used authentication-info authorization baggage cache-control close connection cookie cookie2",
    "client-ip date dav delta-base depth destination dnt dpop early-data etag expect expires forwarded front-end-https from host",
    "http2-settings if keep-alive last-modified link location lock-token max-forwards mime-version origin overwrite pragma prefer remote-addr",
    "priority proxy range referer refresh remote-host remote-ident remote-port retry-after server set-cookie set-cookie2 signature signature-input slug soapaction",
    "status status-uri te timeout topic traceparent tracestate trailer transfer-encoding true-client-ip ttl upgrade urgency",
    "user-agent vary via wanted-digest want-content-digest want-repr-digest want-digest warning www-authenticate",
    "x-client-ip x-cluster-client-ip x-content-type-options x-csrf-token x-frame-options x-host x-http-method",
    "x-http-method-override x-method-override x-path-info x-real-ip x-request-id x-requested-with x-rewrite-url x-scheme",
    "x-script-name x-sendfile x-url-scheme x-xsrf-token",
    "x-forwarded x-forwarded-by x-forwarded-client-cert x-forwarded-for x-forwarded-host x-forwarded-method x-forwarded-path",
    "x-forwarded-port x-forwarded-prefix x-forwarded-proto x-forwarded-protocol x-forwarded-scheme x-forwarded-server",
    "x-forwarded-ssl x-forwarded-tls-client-cert x-forwarded-uri x-forwarded-url",
  ].flatMap((line) => line.split(" ")),
);

/** Whole families of them: what content is, conditions, ports of call, and the proxies' own. */
const takenFamilies =
  /^(?:accept|access-control|cache|cdn|content|cross-origin|grpc|if|proxy|repr|sec|strict-transport|x-accel|x-envoy|x-original|x-zerohop|x-authelia)-|^accept$/;

function parseHeaderName(value: unknown): string {
  if (typeof value !== "string" || value.length > longest || !form.test(value))
    throw new Mistake(
      `must be a header's name of letters, digits and single hyphens, up to ${longest} characters, such as X-WEBAUTH-USER, ` +
        `not ${describe(value)}`,
    );
  const name = value.toLowerCase();
  if (identityParts.some((part) => name === `remote-${part}`))
    throw new Mistake(
      `must be another name: ${value} is always sent, and always tells the ${name.slice("remote-".length)}`,
    );
  if (taken.has(name) || takenFamilies.test(name))
    throw new Mistake(
      `must be another name: ${value} means something else to HTTP or to a proxy; allowed are such as X-WEBAUTH-USER`,
    );
  return value;
}

/** Within a domain no name stands twice: a backend would get two values of which it might believe either. */
export function checkIdentityHeaders(written: unknown, path: Path, report: Report): void {
  if (!isMapping(written)) return;
  const places = new Map<string, string>();
  for (const part of identityParts) {
    const names = written[part];
    if (!Array.isArray(names)) continue;
    for (const [index, name] of names.entries()) {
      if (typeof name !== "string") continue;
      const first = places.get(name.toLowerCase());
      if (first === undefined) places.set(name.toLowerCase(), `${part}[${index}]`);
      else report.add([...path, part, index], `is named twice, in ${first} as well; a header tells one thing`);
    }
  }
}
