// One question of HAProxy: from the arguments of its message to the variables that say what becomes of the request.
import { canonicalAddress } from "../../../http/client-address.ts";
import { type Logger, logFailures } from "../../../kit/log.ts";
import type { Answer } from "../answer.ts";
import type { AuthorizationQuestion, Authorizer } from "../authorizer.ts";
import type { Endpoint, EndpointRequest } from "../endpoint.ts";
import { remember } from "../remember.ts";
import type { WarnOnce } from "../warn-once.ts";
import { headerLines, MalformedFrame, type Message, type Value } from "./protocol.ts";

export type Variables = ReadonlyMap<string, string>;

interface AnswererParts {
  readonly authorizer: Authorizer;
  readonly cookieName: string;
  readonly log: Logger;
  /** Logs once what is wrong with the questions of a peer. */
  readonly warnOnce: WarnOnce;
}

/** The message that asks, with these arguments: HAProxy's samples method, pathq, src and req.hdrs_bin, and what the frontend speaks. */
const messageName = "zerohop-check";

/** Nothing that HAProxy's configuration would go on with. */
const noAnswer: Variables = new Map();

export class QuestionAnswerer {
  readonly warnOnce: WarnOnce;
  readonly #authorizer: Authorizer;
  readonly #logFailure: (error: unknown) => void;
  readonly #withoutSession: (cookies: string) => string;

  constructor({ authorizer, cookieName, log, warnOnce }: AnswererParts) {
    this.#authorizer = authorizer;
    this.#logFailure = logFailures(log, "HAProxy's question failed");
    this.warnOnce = warnOnce;
    this.#withoutSession = cookieFilter(cookieName);
  }

  /** Answers, at once where nothing has to be waited for; never fails. Throws MalformedFrame. */
  answer(messages: readonly Message[], peer: string): Variables | Promise<Variables> {
    const message = messages.find(({ name }) => name === messageName);
    if (!message) {
      this.warnOnce(peer, `there is no message ${messageName} in it: compare its SPOE file with deploy/haproxy`);
      return noAnswer;
    }
    const { question, hasTwoOfOneCredential } = questionOf(message);
    const finish = (answer: Answer) => {
      if (answer.hint !== undefined) this.warnOnce(peer, answer.hint);
      return this.#variablesOf(answer, question.headers.cookie);
    };
    const fail = (error: unknown) => {
      this.#logFailure(error);
      return noAnswer;
    };
    try {
      if (hasTwoOfOneCredential)
        return finish(
          this.#authorizer.refuse(question, "headers", 400, "the request has several lines of one credential"),
        );
      const answer = this.#authorizer.answer(question);
      return answer instanceof Promise ? answer.then(finish).catch(fail) : finish(answer);
    } catch (error) {
      return fail(error);
    }
  }

  /** `status`, `body`, each header under its name in lower case with `_` for `-`, and `cookie` where the session was taken out of it. */
  #variablesOf({ status, headers, body }: Answer, cookies: string | undefined): Variables {
    const variables = new Map([["status", String(status)]]);
    for (let i = 0; i < headers.length; i += 2)
      if (headers[i] !== "Content-Length")
        variables.set(headers[i]!.toLowerCase().replaceAll("-", "_"), headers[i + 1]!);
    if (status !== 200) return variables.set("body", Buffer.from(body).toString("latin1"));
    if (cookies === undefined) return variables;
    const left = this.#withoutSession(cookies);
    return left === cookies ? variables : variables.set("cookie", left);
  }
}

function questionOf({ values }: Message): {
  readonly question: AuthorizationQuestion;
  readonly hasTwoOfOneCredential: boolean;
} {
  const headers: Record<string, string> = Object.create(null);
  let hasTwoOfOneCredential = false;
  for (const [name, value] of headerLines(bytesOf(values.get("headers")))) {
    const before = headers[name];
    if (before !== undefined && (name === "authorization" || name === "proxy-authorization"))
      hasTwoOfOneCredential = true;
    headers[name] = before === undefined ? value : `${before}${name === "cookie" ? "; " : ", "}${value}`;
  }
  const text = (name: string) => bytesOf(values.get(name)).toString("latin1");
  const source = values.get("source");
  const question = {
    endpointRequest: requestFor(text("scheme"), text("target")),
    method: text("method"),
    headers,
    address: typeof source === "string" ? (canonicalAddress(source) ?? "") : "",
  };
  return { question, hasTwoOfOneCredential };
}

function bytesOf(value: Value | undefined): Buffer {
  if (!Buffer.isBuffer(value)) throw new MalformedFrame(`${messageName} lacks an argument`);
  return value;
}

const requestFor = (scheme: string, rest: string): EndpointRequest => ({
  endpoint: endpointFor(scheme),
  rest,
  query: "",
});

/** HAProxy carries a refusal out as it is told; what the target is, no header of a client's says. */
const endpointFor = remember(
  (scheme): Endpoint => ({
    methods: undefined,
    ...{ login: "redirect", refusal: 400, proxyChallenge: 407, hasPortal: true },
    ...{ portalParameter: undefined, readsPortalHeader: false, onward: "echoed", hearsBoth: false },
    addressHint: "have the message zerohop-check say source=src",
    target: ({ host }, method, rest) => ({ method, scheme, authority: host, uri: rest }),
  }),
  16,
);

/** Takes the cookies of a name out of a Cookie header, with blanks and tabs around it or without, as backends read them. */
function cookieFilter(name: string): (cookies: string) => string {
  return (cookies) => {
    const all = cookies.split(";");
    const kept = all.filter((cookie) => cookie.split("=", 1)[0]!.trim() !== name);
    return kept.length === all.length ? cookies : kept.join(";").trim();
  };
}
