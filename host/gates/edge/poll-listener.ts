// Polls of gates that take the feed, on node:http itself: a thousand gates ask some ten times a second while people log out, and routing,
// contexts and Response objects would cost more than the answer. Whatever is in any way unusual is left to the route (index.ts). What polls
// have in common, which is nearly everything, is read once, and put together once.
import type { DirectListener } from "../../http/server.ts";
import { etagOf } from "./bundle.ts";
import type { Dependencies } from "./dependencies.ts";
import type { KnownGates } from "./known-gates.ts";
import { feedHeader, heldBundle, longestWait } from "./poll.ts";
import { protocol, protocolHeader } from "./protocol.ts";
import type { Held, PublishedBundle } from "./publisher.ts";

const ownProtocol = String(protocol);

/** For all gates with one bundle the same. */
interface Answer {
  readonly status: 200 | 304;
  /** Names and values in turn. */
  readonly head: string[];
  readonly body: string | Buffer | undefined;
}

export function pollListener(
  { publisher, countRequest }: Pick<Dependencies, "publisher" | "countRequest">,
  gates: Pick<KnownGates, "has" | "nameOf">,
): DirectListener {
  const heldOf = keepLast(heldBundle);
  const answerFor = keepLast(makeAnswer);
  const count = countTogether((status, times) => countRequest("bundle", status, times));

  return ({ url = "", method, headers }, response) => {
    const wait = /^\/api\/edge\/bundle\?wait=(\d{1,6})$/.exec(url)?.[1];
    const { authorization, "if-none-match": etag, [feedHeader]: base } = headers;
    if (method !== "GET" || wait === undefined || authorization === undefined || typeof base !== "string") return false;
    const held = heldOf(etag, base);
    if (!held || headers[protocolHeader] !== ownProtocol) return false;

    const answer = () => {
      const { status, head, body } = answerFor(publisher.current, held);
      // HTTP/1.1 keeps connections, and every byte here is sent to every gate.
      response.removeHeader("Connection");
      response.writeHead(status, head).end(body, "latin1");
      count(status);
    };
    const take = () => {
      if (held.version > publisher.current.version) return false;
      if (publisher.current.isNewsFor(held) || wait === "0") answer();
      // Whoever has gone while the token was looked up waits for nothing.
      else if (!response.destroyed) {
        const waiter = publisher.wait(answer, Math.min(Number(wait), longestWait) * 1000);
        response.on("close", () => publisher.leave(waiter));
      }
      return true;
    };
    if (gates.has(authorization)) return take();
    return gates.nameOf(authorization).then(
      (name) => name !== undefined && take(),
      () => false,
    );
  };
}

/** The feed where that is enough, the whole bundle where it is not, and 304 where nothing is new. */
function makeAnswer(current: PublishedBundle, held: Held): Answer {
  const own = [protocolHeader, ownProtocol];
  if (!current.isNewsFor(held)) return { status: 304, head: ["ETag", etagOf(held), ...own], body: undefined };
  const feed = current.feedFor(held);
  const body = feed ?? current.jws;
  // The feed says by itself what it is, and from which version to which.
  const about = feed ? [] : ["ETag", etagOf(current), "Content-Type", "application/jose"];
  return { status: 200, head: [...about, "Content-Length", String(body.length), ...own], body };
}

/** A function of two things, which keeps its last result for as long as it is asked about the same. */
function keepLast<A, B, T extends object | undefined>(make: (one: A, other: B) => T): (one: A, other: B) => T {
  let last: { readonly one: A; readonly other: B; readonly result: T } | undefined;
  return (one, other) => {
    if (last?.one !== one || last.other !== other) last = { one, other, result: make(one, other) };
    return last.result;
  };
}

/** Counts statuses, those of one moment at once: a counter with labels costs as much as the rest of an answer. */
function countTogether(count: (status: 200 | 304, times: number) => void): (status: 200 | 304) => void {
  const times = { 200: 0, 304: 0 };
  let isDue = false;
  const put = () => {
    isDue = false;
    for (const status of [200, 304] as const) {
      if (times[status] > 0) count(status, times[status]);
      times[status] = 0;
    }
  };
  return (status) => {
    if (!isDue) queueMicrotask(put);
    isDue = true;
    times[status]++;
  };
}
