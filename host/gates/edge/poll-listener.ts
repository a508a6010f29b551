// Polls of gates that take the feed, on node:http itself: a thousand gates ask some ten times a second while people log out, and routing,
// contexts and Response objects would cost more than the answer. Whatever is in any way unusual is left to the route (index.ts).
import type { ServerResponse } from "node:http";
import type { DirectListener } from "../../http/server.ts";
import type { Dependencies } from "./dependencies.ts";
import type { KnownGates } from "./known-gates.ts";
import { feedHeader, heldBundle, longestWait } from "./poll.ts";
import { protocol, protocolHeader } from "./protocol.ts";
import type { Held, PublishedBundle } from "./publisher.ts";

const ownProtocol = String(protocol);

export function pollListener(
  { publisher, countRequest }: Pick<Dependencies, "publisher" | "countRequest">,
  gates: Pick<KnownGates, "has" | "nameOf">,
): DirectListener {
  return ({ url = "", method, headers }, response) => {
    const wait = /^\/api\/edge\/bundle\?wait=(\d{1,6})$/.exec(url)?.[1];
    const { authorization, "if-none-match": etag, [feedHeader]: base } = headers;
    if (method !== "GET" || wait === undefined || authorization === undefined || typeof base !== "string") return false;
    const held = heldBundle(etag, base);
    if (!held || headers[protocolHeader] !== ownProtocol) return false;

    const answerNow = () => {
      const status = answer(response, publisher.current, held, etag!);
      countRequest("bundle", status);
    };
    const take = () => {
      if (held.version > publisher.current.version) return false;
      if (publisher.current.isNewsFor(held) || wait === "0") answerNow();
      // Whoever has gone while the token was looked up waits for nothing.
      else if (!response.destroyed)
        response.once("close", publisher.wait(Math.min(Number(wait), longestWait) * 1000, answerNow));
      return true;
    };
    if (gates.has(authorization)) return take();
    return gates.nameOf(authorization).then(
      (name) => name !== undefined && take(),
      () => false,
    );
  };
}

/** Answers with the feed where that is enough, with the whole bundle where it is not, and with 304 where nothing is new. */
function answer(response: ServerResponse, current: PublishedBundle, held: Held, etag: string): 200 | 304 {
  // HTTP/1.1 keeps connections, and every byte here is sent to every gate.
  response.removeHeader("Connection");
  if (!current.isNewsFor(held)) {
    response.writeHead(304, ["ETag", etag, protocolHeader, ownProtocol]).end();
    return 304;
  }
  const feed = current.feedFor(held);
  const body = feed ?? current.jws;
  // The feed says by itself what it is, and from which version to which.
  const about = feed ? [] : ["ETag", current.etag, "Content-Type", "application/jose"];
  response.writeHead(200, [...about, "Content-Length", String(body.length), protocolHeader, ownProtocol]);
  response.end(body, "latin1");
  return 200;
}
