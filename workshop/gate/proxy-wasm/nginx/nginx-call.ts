// A call that a filter in nginx makes. It waits until the test answers it.
import { type Header, Headers } from "../headers.ts";
import type { NginxExchange } from "./nginx-exchange.ts";

export interface NginxCallRequest {
  /** `ip:port` */
  readonly address: string;
  readonly headers: Headers;
  readonly body: Buffer;
  /** Milliseconds since 1970. */
  readonly deadline: number;
}

/** Who made the call: the process, which hands the filter its answer. */
interface NginxWorker {
  deliver(call: NginxCall, headers: Headers | undefined, body: Buffer, resumes?: boolean): void;
}

export class NginxCall {
  /** The request that made it; none, when it came from a tick. */
  readonly stream: NginxExchange | undefined;
  readonly token: number;
  readonly address: string;
  readonly headers: Headers;
  readonly body: Buffer;
  readonly deadline: number;
  private readonly nginx: NginxWorker;

  constructor(nginx: NginxWorker, stream: NginxExchange | undefined, token: number, request: NginxCallRequest) {
    this.nginx = nginx;
    this.stream = stream;
    this.token = token;
    this.address = request.address;
    this.headers = request.headers;
    this.body = request.body;
    this.deadline = request.deadline;
  }

  get path(): string {
    return this.headers.get(":path")!;
  }

  respond(status: number, headers: Iterable<Header> = [], body = ""): void {
    this.nginx.deliver(this, new Headers([[":status", String(status)], ...headers]), Buffer.from(body));
  }

  /** No connection: the filter is told of no headers. */
  fail(): void {
    this.nginx.deliver(this, undefined, Buffer.alloc(0));
  }

  /** As older versions fail: the filter hears nothing, and its request goes on. */
  failUnheard(): void {
    this.nginx.deliver(this, undefined, Buffer.alloc(0), false);
  }
}
