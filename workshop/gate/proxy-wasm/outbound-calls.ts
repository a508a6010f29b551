// HTTP calls that the guest makes. Each waits until the test answers it, or until its time is up.
import type { Clock } from "./clock.ts";
import { type Header, Headers } from "./headers.ts";

export interface CallAnswer {
  readonly status: number;
  readonly headers?: Iterable<Header>;
  readonly body?: Buffer | string;
  /** What the host names as its protocol: this release's unless another is given; null for none. */
  readonly protocol?: string | null;
}

/** Who makes calls and takes their answers: an instance of the filter. */
export interface CallTaker {
  /** What the guest died of. From then on nothing in it is called. */
  trap: Error | undefined;
  nextTick: number;
  /** Hands over the answer to a call; it has no headers when the call failed. */
  deliver(token: number, headers: Headers | undefined, body: Buffer): void;
}

export class OutboundCall {
  readonly instance: CallTaker;
  readonly token: number;
  readonly cluster: string;
  readonly headers: Headers;
  readonly body: Buffer;
  /** Milliseconds since 1970; Infinity when the guest set no limit. */
  deadline: number;
  private readonly calls: OutboundCalls;

  constructor(calls: OutboundCalls, instance: CallTaker, token: number, request: CallRequest, deadline: number) {
    this.calls = calls;
    this.instance = instance;
    this.token = token;
    this.cluster = request.cluster;
    this.headers = request.headers;
    this.body = request.body;
    this.deadline = deadline;
  }

  respond({ status, headers = [], body = "", protocol = "2" }: CallAnswer): void {
    this.calls.settle(this);
    const content = Buffer.from(body);
    const named: Header[] = protocol === null ? [] : [["x-zerohop-protocol", protocol]];
    const all: Header[] = [
      [":status", String(status)],
      ...headers,
      ...named,
      ["content-length", String(content.length)],
    ];
    this.instance.deliver(this.token, new Headers(all), content);
  }

  /** The connection is reset: the guest is told of no headers and no body. */
  fail(): void {
    this.calls.settle(this);
    this.instance.deliver(this.token, undefined, Buffer.alloc(0));
  }

  /** The answer that Envoy makes up when the time is up. */
  timeOut(): void {
    this.respond({ status: 504, body: "upstream request timeout" });
  }
}

export interface CallRequest {
  readonly cluster: string;
  readonly headers: Headers;
  readonly body: Buffer;
  /** Milliseconds; 0 is no limit. */
  readonly timeout: number;
}

export class OutboundCalls implements Iterable<OutboundCall> {
  private readonly clusters: ReadonlySet<string>;
  private readonly clock: Clock;
  private pending: OutboundCall[] = [];
  private lastToken = 0;

  constructor(clusters: Iterable<string>, clock: Clock) {
    this.clusters = new Set(clusters);
    this.clock = clock;
  }

  get size(): number {
    return this.pending.length;
  }

  /** The oldest call that is still unanswered. Throws when there is none. */
  get oldest(): OutboundCall {
    const [call] = this.pending;
    if (!call) throw new Error("no call is waiting for an answer");
    return call;
  }

  /** Returns the call, or undefined when Envoy would not send it. */
  send(instance: CallTaker, request: CallRequest): OutboundCall | undefined {
    const complete = [":method", ":path", ":authority"].every((name) => request.headers.get(name) !== undefined);
    if (!complete || !this.clusters.has(request.cluster)) return undefined;
    this.lastToken += 1;
    const deadline = request.timeout === 0 ? Number.POSITIVE_INFINITY : this.clock.now + request.timeout;
    const call = new OutboundCall(this, instance, this.lastToken, request, deadline);
    this.pending.push(call);
    return call;
  }

  /** Takes a call out of those that wait. Throws when it has been answered before. */
  settle(call: OutboundCall): void {
    if (!this.pending.includes(call)) throw new Error("the call has been answered or dropped");
    this.pending = this.pending.filter((other) => other !== call);
  }

  /** Forgets the calls of an instance that is gone. */
  drop(instance: CallTaker): void {
    this.pending = this.pending.filter((call) => call.instance !== instance);
  }

  [Symbol.iterator](): Iterator<OutboundCall> {
    return this.pending[Symbol.iterator]();
  }
}
