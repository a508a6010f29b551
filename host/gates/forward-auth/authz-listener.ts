// The forward-auth endpoints on node:http itself. A proxy asks them about every request, and routing, contexts and
// Response objects would cost more than the decision.
import type { IncomingMessage } from "node:http";
import { canonicalAddress, type TrustedProxies } from "../../http/client-address.ts";
import type { DirectListener } from "../../http/server.ts";
import { type Logger, logFailures } from "../../kit/log.ts";
import { type Answer, plain } from "./answer.ts";
import type { Authorizer } from "./authorizer.ts";
import { endpointOf, mayBeEndpoint } from "./endpoint.ts";
import { remember } from "./remember.ts";
import type { RequestHeaders } from "./request-headers.ts";
import { warnOnce } from "./warn-once.ts";

/** Addresses that are remembered once they were looked at. */
const rememberedAddresses = 4096;

export function authzListener(authorizer: Authorizer, proxies: TrustedProxies, log: Logger): DirectListener {
  const isTrusted = remember((peer) => proxies.includes(canonicalAddress(peer) ?? ""), rememberedAddresses);
  const clientOf = remember((forwardedFor) => proxies.clientBehind(forwardedFor) ?? "", rememberedAddresses);
  const warn = warnOnce(log, "forward-auth request refused", rememberedAddresses);
  const logFailure = logFailures(log, "forward-auth request failed");

  return (request, response) => {
    const url = request.url ?? "";
    if (!mayBeEndpoint(url)) return false;
    const endpointRequest = endpointOf(url);
    if (!endpointRequest) return false;

    const method = request.method ?? "";
    const peer = request.socket.remoteAddress ?? "";
    const headers = request.headers as RequestHeaders;
    const question = { endpointRequest, method, headers };
    const send = (answer: Answer) => {
      if (answer.hint !== undefined) warn(peer, answer.hint);
      response.writeHead(answer.status, answer.headers as string[]);
      response.end(method === "HEAD" ? undefined : answer.body);
      if (log.isLevelEnabled("debug"))
        log.debug({ method, path: url.split("?", 1)[0], status: answer.status, peer }, "request");
    };
    const fail = (error: unknown) => {
      logFailure(error);
      const sentence = "the request could not be decided";
      let answer = plain(503, sentence);
      try {
        answer = authorizer.refuse(question, "hostSilent", 503, sentence);
      } catch {
        // What has failed may be the core itself.
      }
      send(answer);
    };

    if (!isTrusted(peer)) {
      const problem = "is not in server.trusted_proxies";
      warn(peer, `the peer ${problem}`);
      send(authorizer.refuse(question, "clientAddress", 400, `${peer} ${problem}`));
      return true;
    }
    if (hasTwoOfOneCredential(request)) {
      const sentence = "the request has several lines of one credential";
      send(authorizer.refuse(question, "headers", endpointRequest.endpoint.refusal, sentence));
      return true;
    }
    try {
      const address = clientOf(headers["x-forwarded-for"] ?? "");
      const answer = authorizer.answer({ ...question, address });
      if (answer instanceof Promise) answer.then(send).catch(fail);
      else send(answer);
    } catch (error) {
      fail(error);
    }
    return true;
  };
}

/** Whether Authorization or Proxy-Authorization came twice: host and backend might believe different ones. */
function hasTwoOfOneCredential({ headers, rawHeaders }: IncomingMessage): boolean {
  if (headers.authorization === undefined && headers["proxy-authorization"] === undefined) return false;
  const counts = { authorization: 0, "proxy-authorization": 0 };
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase();
    if ((name === "authorization" || name === "proxy-authorization") && ++counts[name] > 1) return true;
  }
  return false;
}
