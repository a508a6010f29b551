// The answers to a proxy. Most proxies pass a refusal on to the visitor as it is.
import { STATUS_CODES } from "node:http";
import type { Identity, Ruling } from "../../core/shell.ts";
import { type IdentityHeaders, identityParts, namesOf } from "../../session/identity-headers.ts";
import type { Endpoint, LoginAnswer } from "./endpoint.ts";

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

/** The bytes beside letters and digits that a header's name can have (RFC 9110, section 5.6.2). */
const separators = [..."-!#$%&'*+.^_`|~"];

/** The names in each spelling with one separator in the place of all hyphens, which CGI and its like fold into the same variable. */
function spelled(names: readonly string[], between: readonly string[]): string[] {
  return names.flatMap((name) => between.map((separator) => name.toLowerCase().replaceAll("-", separator)));
}

/** Envoy's ext_authz takes these headers out of the client's request. */
const removal = "X-Envoy-Auth-Headers-To-Remove";

const remoteHeaders: IdentityHeaders = {
  ...{ user: ["Remote-User"], groups: ["Remote-Groups"], name: ["Remote-Name"], email: ["Remote-Email"] },
};

/** The 200 answers to proxies about requests to the hosts of one cookie domain. */
export class Admissions {
  /** Each header that tells something of the identity, and what. */
  readonly #identityHeaders: readonly (readonly [header: string, part: keyof Identity])[];
  /** For Envoy, what is left to remove of the client's where an identity is told, and where none is. */
  readonly #removedBesideIdentity: string;
  readonly #nobodyOverlaid: Answer;
  readonly #allowedAs = new WeakMap<Identity, Answer>();
  readonly #allowedOverlaid = new WeakMap<Identity, Answer>();

  /** `all` are the headers of every cookie domain: what one domain's applications believe, no client sends to the others. */
  constructor(own: IdentityHeaders, all: readonly IdentityHeaders[]) {
    this.#identityHeaders = [remoteHeaders, own].flatMap((headers) =>
      identityParts.flatMap((part) => headers[part].map((header) => [header, part] as const)),
    );
    const set = namesOf([remoteHeaders, own]);
    const names = namesOf([remoteHeaders, ...all]);
    const aliases = spelled(names, separators.slice(1));
    this.#removedBesideIdentity = [...names.filter((name) => !set.includes(name)), ...aliases].join(",");
    this.#nobodyOverlaid = { status: 200, headers: [removal, [...names, ...aliases].join(","), ...empty], body: "" };
  }

  /**
   * 200 for the anonymous. Without an identity; a proxy that lays the answer over the client's headers is told to remove the client's
   * own, which would stand there alone.
   */
  anonymous({ onward }: Endpoint): Answer {
    return onward === "removed" ? this.#nobodyOverlaid : nobody;
  }

  /**
   * 200 with the identity for the backend. All headers are told, empty where the user has no such value: what a proxy is not told may
   * be left as the client sent it.
   */
  as(identity: Identity, { onward }: Endpoint): Answer {
    const overlays = onward === "removed";
    const known = overlays ? this.#allowedOverlaid : this.#allowedAs;
    let answer = known.get(identity);
    if (!answer) {
      const headers = this.#identityHeaders.flatMap(([header, part]) => [header, identity[part]]);
      const removed = overlays ? [removal, this.#removedBesideIdentity] : [];
      answer = { status: 200, headers: [...headers, ...removed, ...empty], body: "" };
      known.set(identity, answer);
    }
    return answer;
  }
}

/** The answer with a new lease of the session, if there is one. */
export function withCookie(answer: Answer, setCookie: string): Answer {
  if (setCookie === "") return answer;
  const { status, headers, body } = answer;
  return { status, headers: [...headers, "Set-Cookie", setCookie], body };
}

/** When a proxy's client may ask again what nobody can answer now. Seconds. */
const retryAfter = "10";

/**
 * A denial or a refusal, as the core has it told: by its page to a person, to a program by `sentence`, which names no byte of the
 * client's.
 */
export function refused(
  ruling: Pick<Ruling, "form" | "page" | "pagePolicy">,
  status: number,
  sentence: string,
): Answer {
  const { form, page, pagePolicy } = ruling;
  if (form === "plain") return plain(status, sentence);
  const retry = status === 503 || status === 429 ? ["Retry-After", retryAfter] : [];
  if (form === "json") return make(status, "application/json", JSON.stringify({ status, error: sentence }), retry);
  return make(status, "text/html; charset=utf-8", page, [...retry, "Content-Security-Policy", pagePolicy]);
}

/** What whoever has set a proxy up has to read, or a program. */
export function plain(status: number, sentence: string): Answer {
  return make(status, "text/plain; charset=utf-8", `${sentence}\n`, status === 503 ? ["Retry-After", retryAfter] : []);
}

/** A client that sent a wrong credential is challenged for a right one, and not redirected. */
export function challenge(status: 401 | 407): Answer {
  const header = status === 407 ? "Proxy-Authenticate" : "WWW-Authenticate";
  return make(status, "text/plain; charset=utf-8", `${STATUS_CODES[status]}\n`, [
    header,
    'Basic realm="Authorization Required"',
  ]);
}

/**
 * Asks for a login at `location`. `due` is the status that the client has to get: a proxy that takes nothing but 401 is told of it in a
 * header, so that its configuration need not find out again who asks.
 */
export function loginNeeded(loginAnswer: LoginAnswer, due: number, location: string): Answer {
  const status = loginAnswer === "redirect" ? due : 401;
  const link = `<a href="${escapeHtml(location)}">${status} ${STATUS_CODES[status]}</a>`;
  const loginStatus = loginAnswer === "redirect" ? [] : ["X-Zerohop-Login", String(due)];
  return make(status, "text/html; charset=utf-8", link, ["Location", location, ...loginStatus]);
}

function make(status: number, type: string, body: string, headers: readonly string[]): Answer {
  const length = String(Buffer.byteLength(body));
  const common = ["Content-Type", type, "Content-Length", length, "Cache-Control", "no-store"];
  return { status, headers: [...headers, ...common, "X-Content-Type-Options", "nosniff"], body };
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
