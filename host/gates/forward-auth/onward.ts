// Which of a client's credentials go on to the backend, as the core says. A proxy holds the client's headers already, so it is told
// by what its configuration can act upon.
import { basicBits } from "../../core/shell.ts";
import type { Answer } from "./answer.ts";
import type { Endpoint } from "./endpoint.ts";
import type { RequestHeaders } from "./request-headers.ts";

/**
 * An allowance, with the word about the credentials of a request that brought some, of which those `removed` (`basicBits`) must not go
 * on. Never longer than the request was, and where a proxy's buffer may be small (nginx) never a copy of what the client sent.
 */
export function withOnward(answer: Answer, { onward }: Endpoint, headers: RequestHeaders, removed: number): Answer {
  const { authorization, "proxy-authorization": proxyAuthorization } = headers;
  if (authorization === undefined && proxyAuthorization === undefined) return answer;
  const credentials = [
    { name: "Authorization", value: authorization, passes: (removed & basicBits.authorization) === 0 },
    { name: "Proxy-Authorization", value: proxyAuthorization, passes: (removed & basicBits.proxyAuthorization) === 0 },
  ].filter(({ value }) => value !== undefined);
  return { ...answer, headers: [...answer.headers, ...credentialHeaders[onward](credentials)] };
}

interface SentCredential {
  readonly name: string;
  readonly value: string | undefined;
  readonly passes: boolean;
}

type HeadersFor = (credentials: readonly SentCredential[]) => readonly string[];

/** The headers of an answer that tell a proxy which credentials go on: names and values in turn. */
const credentialHeaders: Readonly<Record<Endpoint["onward"], HeadersFor>> = {
  /** What goes on is sent back. Traefik and Caddy take the request's own away when the answer has none. */
  echoed: (credentials) => credentials.flatMap(({ name, value, passes }) => (passes ? [name, value!] : [])),
  /** What goes on is named. */
  named(credentials) {
    const names = credentials.filter(({ passes }) => passes).map(({ name }) => name.toLowerCase());
    return names.length === 0 ? [] : ["X-Zerohop-Onward", names.join(", ")];
  },
  /** What does not go on is named, in a header that Envoy knows. */
  removed(credentials) {
    const names = credentials.filter(({ passes }) => !passes).map(({ name }) => name.toLowerCase());
    return names.length === 0 ? [] : ["X-Envoy-Auth-Headers-To-Remove", names.join(",")];
  },
};
