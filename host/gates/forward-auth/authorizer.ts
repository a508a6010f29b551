// One forward-auth request: from the headers of a proxy to the answer for it. What is decided is the core's, as in every gate; what is
// here is the contract of the endpoints.
import { addressUnknown } from "../../core/policy.ts";
import { basicBits, type HostRefusal, type RawRequest, type Ruling } from "../../core/shell.ts";
import type { Clock } from "../../kit/clock.ts";
import type { CookieDomain } from "../../session/config.ts";
import { Admissions, type Answer, challenge, loginNeeded, plain, refused, withCookie } from "./answer.ts";
import { contradictionHint, contradictionIn } from "./contradiction.ts";
import { type Endpoint, type EndpointRequest, originForm, takesAuthorization } from "./endpoint.ts";
import type { Inquiries, Word } from "./inquiries.ts";
import type { LiveCore } from "./live-core.ts";
import { withOnward } from "./onward.ts";
import { portalOf } from "./portal.ts";
import type { RequestHeaders } from "./request-headers.ts";

export interface AuthorizerParts {
  readonly core: LiveCore;
  readonly inquiries: Inquiries;
  readonly cookieDomains: readonly CookieDomain[];
  readonly clock: Clock;
}

/** A request of a proxy that is trusted. */
export interface AuthorizationQuestion {
  readonly endpointRequest: EndpointRequest;
  /** The method of the proxy's own request. */
  readonly method: string;
  readonly headers: RequestHeaders;
  /** The client's address; empty when the proxy does not tell. */
  readonly address: string;
}

export class Authorizer {
  readonly #parts: AuthorizerParts;
  /** In the order of the cookie domains. */
  readonly #admissions: readonly Admissions[];

  constructor(parts: AuthorizerParts) {
    this.#parts = parts;
    const all = parts.cookieDomains.map(({ identityHeaders }) => identityHeaders);
    this.#admissions = all.map((own) => new Admissions(own, all));
  }

  /** Answers, at once where nothing has to be waited for. Rejects when the database or the directory does. */
  answer(question: AuthorizationQuestion): Answer | Promise<Answer> {
    const { endpointRequest, headers, method } = question;
    const { endpoint } = endpointRequest;
    if (endpoint.methods && !endpoint.methods.includes(method)) return notAllowed(endpoint.methods);
    const contradiction = endpoint.hearsBoth ? contradictionIn(headers) : undefined;
    if (contradiction !== undefined) {
      return { ...this.refuse(question, "headers", endpoint.refusal, contradiction), hint: contradictionHint };
    }
    const { core, clock } = this.#parts;
    const request = rawRequest(question);
    const ruling = core.decide(request, clock(), true);
    if (ruling.subject === "") return this.#answerFor(question, ruling);
    const visitor = { address: question.address, userAgent: headers["user-agent"] ?? "" };
    const word = this.#parts.inquiries.answer(ruling, this.#domainOf(ruling)!, visitor);
    return word instanceof Promise
      ? word.then((said) => this.#answerAfter(question, request, ruling, said))
      : this.#answerAfter(question, request, ruling, word);
  }

  /** Answers without a decision: a page in the core's words for a person, and this sentence for a program. */
  refuse(
    question: Omit<AuthorizationQuestion, "address">,
    refusal: HostRefusal,
    status: number,
    sentence: string,
  ): Answer {
    return refused(this.#parts.core.refuse(rawRequest({ ...question, address: "" }), refusal), status, sentence);
  }

  #answerAfter(question: AuthorizationQuestion, request: RawRequest, first: Ruling, word: Word): Answer {
    const { core, clock } = this.#parts;
    if (word === "unavailable") return this.refuse(question, "hostSilent", 503, "passwords cannot be checked just now");
    if (word === "known" && first.outcome !== "wait") return this.#answerFor(question, first);
    // Whatever was answered, the same request does not ask the same again.
    const ruling = core.decide(word === "held" ? withheld(request) : request, clock(), false);
    return this.#answerFor(question, ruling);
  }

  #answerFor(question: AuthorizationQuestion, ruling: Ruling): Answer {
    return answerFor(question, ruling, this.#domainOf(ruling), this.#admissions[ruling.domain]);
  }

  #domainOf({ domain }: Ruling): CookieDomain | undefined {
    return this.#parts.cookieDomains[domain];
  }
}

/** The request that the proxy asks about, of which the core sees what a gate sees. */
function rawRequest({ endpointRequest, headers, method, address }: AuthorizationQuestion): RawRequest {
  const { endpoint, rest } = endpointRequest;
  const target = endpoint.target(headers, method, rest);
  const takes = takesAuthorization(endpointRequest);
  return {
    method: target.method ?? "",
    scheme: target.scheme?.toLowerCase() ?? "",
    authority: target.authority ?? "",
    path: originForm(target.uri),
    address,
    accept: headers.accept,
    requestedWith: headers["x-requested-with"],
    fetchMode: headers["sec-fetch-mode"],
    fetchDest: headers["sec-fetch-dest"],
    purpose: headers["sec-purpose"],
    referer: headers.referer,
    authorization: takes ? headers.authorization : undefined,
    proxyAuthorization: headers["proxy-authorization"],
    // Where the proxy has /api/verify ask for credentials, they alone identify the user, and the session does not count.
    cookie: takes && !endpoint.hasPortal ? undefined : headers.cookie,
  };
}

/** The same request with credentials that cannot be read: what is not looked at is answered as what is wrong. */
function withheld(request: RawRequest): RawRequest {
  const hide = (value: string | undefined) => value?.replace(/^[ \t]*basic[ \t].*/is, "Basic !");
  return {
    ...request,
    authorization: hide(request.authorization),
    proxyAuthorization: hide(request.proxyAuthorization),
  };
}

function answerFor(
  question: AuthorizationQuestion,
  ruling: Ruling,
  cookieDomain: CookieDomain | undefined,
  admissions: Admissions | undefined,
): Answer {
  const { endpointRequest, headers } = question;
  const { endpoint } = endpointRequest;
  if (ruling.outcome === "refuse" || !cookieDomain || !admissions) return refusalFor(endpoint, ruling);
  const portal = portalOf(endpointRequest, headers, cookieDomain);
  if (portal === undefined)
    return plain(endpoint.refusal, "the portal it names is no https URL in the protected domain");
  switch (ruling.outcome) {
    case "allow":
    case "portal": {
      const answer = ruling.identity ? admissions.as(ruling.identity, endpoint) : admissions.anonymous(endpoint);
      return withCookie(withOnward(answer, endpoint, headers, ruling.removed), ruling.setCookie);
    }
    case "login":
      return withCookie(loginFor(question, ruling, cookieDomain, portal), ruling.setCookie);
    case "deny":
      return refused(ruling, ruling.status, "forbidden");
    case "wait":
      return refused(ruling, 503, "the session cannot be renewed just now");
  }
}

function refusalFor(endpoint: Endpoint, ruling: Ruling): Answer {
  const { status, reason } = ruling;
  const hint =
    reason === addressUnknown
      ? `a rule has networks and the client's address is not known; ${endpoint.addressHint}`
      : undefined;
  return { ...refused(ruling, status === 400 ? endpoint.refusal : status, reason), hint };
}

function loginFor(
  { endpointRequest, headers }: AuthorizationQuestion,
  ruling: Ruling,
  { portalUrl }: CookieDomain,
  portal: string | null,
): Answer {
  const { endpoint } = endpointRequest;
  const credential = credentialToAskFor(endpointRequest, headers, ruling);
  if (credential !== undefined) return challenge(credential === "authorization" ? 401 : endpoint.proxyChallenge);
  if (portal === null) return plain(401, "Unauthorized");
  // The core's own portal is an origin; another one may have a path.
  const location = portal + ruling.location.slice(portalUrl.length + 1);
  return loginNeeded(endpoint.login, ruling.status, location);
}

/**
 * The credential that the client is asked for in place of a login. Authelia asks for one also where it cannot read the scheme of
 * what was sent, where no session says who asks; a Bearer token is always the application's.
 */
function credentialToAskFor(
  endpointRequest: EndpointRequest,
  headers: RequestHeaders,
  ruling: Ruling,
): Ruling["challenge"] {
  if (!endpointRequest.endpoint.hasPortal) return takesAuthorization(endpointRequest) ? "authorization" : undefined;
  if (ruling.challenge !== undefined) return ruling.challenge;
  if (ruling.isKnown || ruling.leavesBasic) return undefined;
  if (isUnknown(headers["proxy-authorization"], basicBits.proxyAuthorization, ruling)) return "proxyAuthorization";
  return isUnknown(headers.authorization, basicBits.authorization, ruling) ? "authorization" : undefined;
}

/** Whether a header that credentials are taken from holds some of a scheme that nobody here reads. */
function isUnknown(value: string | undefined, header: number, { taken }: Ruling): boolean {
  return value !== undefined && (taken & header) !== 0 && /^[ \t]*(?!bearer(?:[ \t]|$))[^ \t]/i.test(value);
}

function notAllowed(methods: readonly string[]): Answer {
  const answer = plain(405, `this address takes ${methods.join(" and ")} only`);
  return { ...answer, headers: [...answer.headers, "Allow", methods.join(", ")] };
}
