// The answers to a proxy. Most proxies pass a refusal on to the visitor as it is.
import { STATUS_CODES } from "node:http";
import type { Endpoint } from "./endpoint.ts";
import { type Identity, identityHeaderAliases, identityHeaderNames, identityHeaders } from "./identity.ts";
import type { RequestHeaders } from "./request-headers.ts";

export interface Answer {
  readonly status: number;
  /** Names and values in turn, Content-Length included. */
  readonly headers: readonly string[];
  readonly body: string;
  /** What about the proxy may be set up wrong, as far as the request shows: for the log. */
  readonly hint?: string | undefined;
}

// Without Cache-Control: the proxy alone sees this answer, each header costs, and nothing may cache what names no age.
const empty = ["Content-Length", "0"] as const;

const nobody: Answer = { status: 200, headers: empty, body: "" };

/** Envoy's ext_authz takes these headers out of the client's request. */
const removal = "X-Envoy-Auth-Headers-To-Remove";
const nobodyOverlaid: Answer = { status: 200, headers: [removal, identityHeaderNames, ...empty], body: "" };

/**
 * 200 for the anonymous. Without an identity; a proxy that lays the answer over the client's headers is told to remove the client's
 * own, which would stand there alone.
 */
export function allowedAnonymous({ onward }: Endpoint): Answer {
  return onward === "removed" ? nobodyOverlaid : nobody;
}

const allowedAs = new WeakMap<Identity, Answer>();
const allowedOverlaid = new WeakMap<Identity, Answer>();

/** 200 with the identity for the backend. */
export function allowed(identity: Identity, { onward }: Endpoint): Answer {
  const overlays = onward === "removed";
  const known = overlays ? allowedOverlaid : allowedAs;
  let answer = known.get(identity);
  if (!answer) {
    const removed = overlays ? [removal, identityHeaderAliases] : [];
    answer = { status: 200, headers: [...identityHeaders(identity), ...removed, ...empty], body: "" };
    known.set(identity, answer);
  }
  return answer;
}

/** The answer with a new lease of the session. */
export function withCookie({ status, headers, body }: Answer, setCookie: string): Answer {
  return { status, headers: [...headers, "Set-Cookie", setCookie], body };
}

/** When a proxy's client may ask again what nobody can answer now. Seconds. */
const retryAfter = "10";

export function plain(status: number, sentence: string): Answer {
  return make(status, "text/plain; charset=utf-8", `${sentence}\n`, status === 503 ? ["Retry-After", retryAfter] : []);
}

/** Who asks with a credential is asked for a right one; nobody is sent anywhere. */
export function challenge(status: 401 | 407): Answer {
  const header = status === 407 ? "Proxy-Authenticate" : "WWW-Authenticate";
  return make(status, "text/plain; charset=utf-8", `${STATUS_CODES[status]}\n`, [
    header,
    'Basic realm="Authorization Required"',
  ]);
}

/** A browser is sent to log in, a script is told where. */
export function loginNeeded(endpoint: Endpoint, headers: RequestHeaders, method: string, location: string): Answer {
  const status = endpoint.login === "redirect" && wantsPage(headers) ? redirectStatus(method) : 401;
  const link = `<a href="${escapeHtml(location)}">${status} ${STATUS_CODES[status]}</a>`;
  return make(status, "text/html; charset=utf-8", link, ["Location", location]);
}

function make(status: number, type: string, body: string, headers: readonly string[]): Answer {
  const length = String(Buffer.byteLength(body));
  const common = ["Content-Type", type, "Content-Length", length, "Cache-Control", "no-store"];
  return { status, headers: [...headers, ...common, "X-Content-Type-Options", "nosniff"], body };
}

/** 302 keeps the method of a GET; after anything else the portal is to be fetched with GET (RFC 9110, section 15.4.4). */
function redirectStatus(method: string): 302 | 303 {
  return method === "GET" || method === "HEAD" || method === "OPTIONS" ? 302 : 303;
}

/** Whether a person asks: an Accept with text/html in it, or with the type for anything first, and no sign of a script. */
function wantsPage(headers: RequestHeaders): boolean {
  const { accept, "x-requested-with": requestedWith } = headers;
  if (accept === undefined || requestedWith?.toLowerCase() === "xmlhttprequest") return false;
  const types = accept.split(",").map((entry) => entry.split(";", 1)[0]!.trim().toLowerCase());
  return types.includes("text/html") || types[0] === "*/*";
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
