// One forward-auth request: from the headers of a proxy to the answer for it, by the same core as every gate.

import { addressUnknown, type Decision, type Policy } from "../../core/policy.ts";
import type { Clock } from "../../kit/clock.ts";
import type { CookieDomain } from "../../session/config.ts";
import { type Answer, allowed, allowedAnonymous, challenge, loginNeeded, plain, withCookie } from "./answer.ts";
import { contradictionHint, contradictionIn } from "./contradiction.ts";
import { type Credential, credentialOf, isBasic, type VerifyBasic } from "./credentials.ts";
import type { Asked, Endpoint } from "./endpoint.ts";
import type { Identity } from "./identity.ts";
import { withOnward } from "./onward.ts";
import { loginLocation, portalOf } from "./portal.ts";
import type { RequestHeaders } from "./request-headers.ts";
import type { Found, SessionCache } from "./session-cache.ts";
import { authoritiesOf, type DomainOfAuthority, readTarget, type Target } from "./target.ts";

export interface AuthorizerParts {
  readonly policy: Pick<Policy, "decide">;
  readonly cookieDomains: readonly CookieDomain[];
  readonly sessions: SessionCache;
  readonly verifyBasic: VerifyBasic;
  readonly clock: Clock;
}

/** A request of a proxy that is trusted. */
export interface AuthorizationQuestion {
  readonly asked: Asked;
  /** The method of the proxy's own request. */
  readonly method: string;
  readonly headers: RequestHeaders;
  /** The client's address; empty when the proxy does not tell. */
  readonly address: string;
}

/** What is known once the target is read. */
interface Question extends Omit<AuthorizationQuestion, "method"> {
  readonly now: number;
  readonly target: Target;
  /** null: nobody is sent anywhere. */
  readonly portal: string | null;
  /** The credential that counts here; undefined also where a rule leaves it to the application. */
  readonly credential: Credential | undefined;
}

export class Authorizer {
  readonly #parts: AuthorizerParts;
  readonly #domainOf: DomainOfAuthority;

  constructor(parts: AuthorizerParts) {
    this.#parts = parts;
    this.#domainOf = authoritiesOf(parts.cookieDomains);
  }

  /** Answers, at once where nothing has to be waited for. Rejects when the database or the directory does. */
  answer(asking: AuthorizationQuestion): Answer | Promise<Answer> {
    const { asked, headers, method } = asking;
    const { endpoint } = asked;
    if (endpoint.methods && !endpoint.methods.includes(method)) return notAllowed(endpoint.methods);
    const contradiction = endpoint.hearsBoth ? contradictionIn(headers) : undefined;
    if (contradiction !== undefined) return { ...plain(endpoint.refusal, contradiction), hint: contradictionHint };
    const target = readTarget(endpoint.target(headers, method, asked.rest), this.#domainOf);
    if (typeof target === "string") return plain(endpoint.refusal, target);
    const portal = portalOf(asked, headers, target.cookieDomain);
    if (portal === undefined)
      return plain(endpoint.refusal, "the portal it names is no https URL in the protected domain");
    const now = this.#parts.clock();
    const known = { asked, headers, address: asking.address, target, now };
    const brought = credentialOf(asked, headers);
    const credential = brought && this.#decide(known, undefined).basic !== "off" ? brought : undefined;
    const question = { ...known, portal, credential };
    if (credential && !mayBeApplications(question, credential)) return this.#answerCredential(question, credential);
    const found = this.#parts.sessions.find(headers.cookie, target.cookieDomain, now, () => visitorOf(asking));
    return found instanceof Promise
      ? found.then((session) => this.#answerSession(question, session))
      : this.#answerSession(question, found);
  }

  #answerSession(question: Question, session: Found): Answer | Promise<Answer> {
    if (!session && question.credential) return this.#answerCredential(question, question.credential);
    if (session === "ambiguous")
      return plain(question.asked.endpoint.refusal, "the request has several session cookies");
    const decision = this.#decide(question, session?.identity);
    const answer = answerFor(question, decision, session?.identity);
    return session?.setCookie && decision.outcome !== "deny" && decision.outcome !== "refuse"
      ? withCookie(answer, session.setCookie)
      : answer;
  }

  /** Where the policy lets everybody in, a wrong credential is no obstacle; elsewhere it is asked for again. */
  async #answerCredential(question: Question, { header, basic }: Credential): Promise<Answer> {
    const { asked, target, address } = question;
    const result =
      basic === undefined ? "refused" : await this.#parts.verifyBasic(basic, target.cookieDomain.domain, address);
    const identity = typeof result === "string" ? undefined : result;
    const decision = this.#decide(question, identity);
    if (decision.outcome !== "login") return answerFor(question, decision, identity);
    if (result === "unavailable") return plain(503, "passwords cannot be checked just now");
    // /api/verify asks for a credential only where its proxy is configured to; to it a browser is one to be sent on.
    if (header === "proxy" && !asked.endpoint.hasPortal) return answerFor(question, decision, identity);
    return challenge(header === "proxy" ? asked.endpoint.proxyChallenge : 401);
  }

  #decide(
    { target, address, now }: Pick<Question, "target" | "address" | "now">,
    subject: Identity | undefined,
  ): Decision {
    const { method, url } = target;
    return this.#parts.policy.decide({ method, url, address, subject, now });
  }
}

/** Whether a session, if there is one, says who is asking: the credential is of a scheme that only the application can know. */
function mayBeApplications({ asked, headers }: Question, { basic }: Credential): boolean {
  const isForeign = basic === undefined && !isBasic(headers.authorization);
  return isForeign && asked.endpoint.hasPortal && headers.cookie !== undefined;
}

function answerFor(question: Question, decision: Decision, identity?: Identity): Answer {
  const { asked, headers, target, portal, credential } = question;
  switch (decision.outcome) {
    case "allow": {
      const answer = identity ? allowed(identity, asked.endpoint) : allowedAnonymous(asked.endpoint);
      // Who is logged in by a password may get to another rule than the anonymous, one that would leave it to the application.
      const isOurs = credential !== undefined || decision.basic !== "off";
      return withOnward(answer, asked, headers, target.cookieDomain, isOurs);
    }
    case "deny":
      return plain(403, "Forbidden");
    case "login":
      if (decision.basic === "challenge" && asked.endpoint.hasPortal) return challenge(401);
      return portal === null
        ? plain(401, "Unauthorized")
        : loginNeeded(asked.endpoint, headers, target.method, loginLocation(portal, target));
    case "refuse":
      return { ...plain(asked.endpoint.refusal, decision.reason), hint: addressHint(asked.endpoint, decision) };
  }
}

function addressHint({ addressHint }: Endpoint, { reason }: Decision): string | undefined {
  return reason === addressUnknown
    ? `a rule has networks and the client's address is not known; ${addressHint}`
    : undefined;
}

function notAllowed(methods: readonly string[]): Answer {
  const answer = plain(405, `this address takes ${methods.join(" and ")} only`);
  return { ...answer, headers: [...answer.headers, "Allow", methods.join(", ")] };
}

function visitorOf({ address, headers }: AuthorizationQuestion) {
  return { address, userAgent: headers["user-agent"] ?? "" };
}
