// One request and its response on their way through the filter.
import { CONTINUE, MapType, Status, StreamType } from "./abi.ts";
import type { Context, LocalResponse } from "./context.ts";
import type { Guest } from "./guest.ts";
import { GuestError } from "./guest-error.ts";
import { type Header, Headers } from "./headers.ts";

export interface Request {
  /** `https://host:port/path?query`; what follows the scheme is taken byte for byte. */
  readonly url: string;
  readonly method?: string;
  /** The client's headers, duplicates and all. */
  readonly headers?: Iterable<Header>;
  /** Lines behind those, as a host hands them over that does not join X-Forwarded-For. */
  readonly unjoined?: Iterable<Header>;
  /** The client's IP address and port. */
  readonly source?: string;
  /** More properties; the elements of a path are separated by NUL. */
  readonly properties?: Readonly<Record<string, string | Buffer>>;
  /** Whether a body follows. */
  readonly body?: boolean;
}

export interface Response {
  readonly status: number;
  /** With `:status`, as the client gets them. */
  readonly headers: Headers;
  readonly body: Buffer;
}

export type Outcome =
  | { readonly kind: "continued" /** As the backend gets them. */; readonly headers: Headers }
  | { readonly kind: "answered"; readonly response: Response /** Response code details. */; readonly details: string }
  | { readonly kind: "paused" }
  | { readonly kind: "closed" };

/** The details of the 503 that Envoy answers when the guest cannot be asked. */
export const FAILED = "wasm_fail_stream";

export class Exchange implements Context {
  readonly id: number;
  /** Names of the host functions that the guest called for this stream, in order. */
  readonly hostCalls: string[] = [];
  /** What `proxy_set_property` stored: filter state `wasm.NAME` in Envoy. */
  readonly filterState = new Map<string, Buffer>();
  /** What became of the request so far. */
  outcome: Outcome = { kind: "paused" };
  /** The backend's response as the client gets it; undefined while there is none or the guest holds it. */
  response: Response | undefined;

  private readonly instance: Guest;
  private readonly request: Request;
  private requestHeaders: Headers | undefined;
  private responseHeaders: Headers | undefined;
  private held: Response | undefined;

  constructor(instance: Guest, id: number, request: Request) {
    this.instance = instance;
    this.id = id;
    this.request = request;
    this.requestHeaders = headersOf(request);
  }

  /** Shows the guest the request headers. */
  start(): void {
    const headers = this.requestHeaders!;
    const end = this.request.body ? 0 : 1;
    const action = this.instance.call("proxy_on_request_headers", this, headers.size, end) ?? CONTINUE;
    if (this.instance.trap) this.outcome = failure();
    else if (this.outcome.kind === "paused" && action === CONTINUE) this.letGo(headers);
  }

  /** The headers as the backend gets them. Throws when the request has not been let through. */
  get upstream(): Headers {
    if (this.outcome.kind !== "continued") throw new Error(`the request was ${this.outcome.kind}, not let through`);
    return this.outcome.headers;
  }

  /** The filter's own answer. Throws when it did not answer. */
  get answer(): Response {
    if (this.outcome.kind !== "answered") throw new Error(`the request was ${this.outcome.kind}, not answered`);
    return this.outcome.response;
  }

  /** The backend answers. */
  respond(status: number, headers: Iterable<Header> = [], body = ""): void {
    if (this.outcome.kind !== "continued") throw new Error(`no backend saw the request: it was ${this.outcome.kind}`);
    const response = this.showResponse({
      status,
      headers: new Headers([[":status", String(status)], ...headers]),
      body: Buffer.from(body),
    });
    if (response) this.response = response;
  }

  /** The stream is over, by the client or because all has been sent. */
  close(): void {
    if (this.outcome.kind === "paused") this.outcome = { kind: "closed" };
    this.instance.closeContext(this);
  }

  headers(map: number): Headers | undefined {
    if (map === MapType.requestHeaders) return this.requestHeaders;
    if (map === MapType.responseHeaders) return this.responseHeaders;
    return undefined;
  }

  property(path: string): Buffer | undefined {
    const given = this.request.properties?.[path];
    if (given !== undefined) return Buffer.from(given);
    if (path === "source\0address") return Buffer.from(this.request.source ?? "203.0.113.7:40000");
    return this.filterState.get(path) ?? this.instance.root.property(path);
  }

  setProperty(path: string, value: Buffer): Status {
    this.filterState.set(path, value);
    return Status.ok;
  }

  sendLocalResponse({ status, headers: added, body, details }: LocalResponse): void {
    this.instance.defer(() => {
      if (this.outcome.kind !== "paused")
        throw new GuestError(`a local response to a request that was ${this.outcome.kind}`);
      const headers = new Headers([[":status", String(status)], ...added]);
      if (body.length > 0) headers.replace("content-length", String(body.length));
      if (body.length > 0 && headers.get("content-type") === undefined) headers.add("content-type", "text/plain");
      this.outcome = { kind: "answered", response: { status, headers, body }, details };
      // Envoy sends its own answers through the filters too, this one included.
      if (!this.showResponse(this.outcome.response)) throw new GuestError("a local response was paused");
    });
  }

  continueStream(type: number): void {
    const { requestHeaders, held } = this;
    if (type === StreamType.request) {
      this.requestHeaders = undefined;
      this.instance.defer(() => {
        if (this.outcome.kind !== "paused") throw new GuestError(`continued a request that was ${this.outcome.kind}`);
        this.letGo(requestHeaders!);
      });
    } else {
      this.responseHeaders = undefined;
      this.instance.defer(() => {
        if (!held) throw new GuestError("continued a response that was not paused");
        this.response = held;
      });
    }
  }

  closeStream(): void {
    this.instance.defer(() => {
      this.outcome = { kind: "closed" };
      this.instance.closeContext(this);
    });
  }

  noteHostCall(name: string): void {
    this.hostCalls.push(name);
  }

  private letGo(headers: Headers): void {
    this.requestHeaders = undefined;
    this.outcome = { kind: "continued", headers };
  }

  /** Returns the response as the guest leaves it; undefined when the guest holds it. */
  private showResponse(response: Response): Response | undefined {
    this.responseHeaders = response.headers;
    const end = response.body.length > 0 ? 0 : 1;
    const action = this.instance.call("proxy_on_response_headers", this, response.headers.size, end) ?? CONTINUE;
    if (this.instance.trap) return failedResponse();
    if (action === CONTINUE) {
      this.responseHeaders = undefined;
      return response;
    }
    this.held = response;
    return undefined;
  }
}

/** The exchange of a request that came while there was no guest to ask. */
export function failedExchange(instance: Guest, request: Request): Exchange {
  const exchange = new Exchange(instance, 0, request);
  exchange.outcome = failure();
  return exchange;
}

function failure(): Outcome {
  return { kind: "answered", response: failedResponse(), details: FAILED };
}

function failedResponse(): Response {
  return { status: 503, headers: new Headers([[":status", "503"]]), body: Buffer.alloc(0) };
}

/** As a filter in Envoy sees them behind a listener with use_remote_address. */
function headersOf({
  url,
  method = "GET",
  headers = [],
  unjoined = [],
  source = "203.0.113.7:40000",
}: Request): Headers {
  const [, scheme, authority, path] = /^([a-z]+):\/\/([^/?#]*)(.*)$/s.exec(url) ?? [];
  if (scheme === undefined) throw new Error(`not an absolute URL: ${url}`);
  const all = new Headers([
    [":authority", authority!],
    [":path", path || "/"],
    [":method", method],
    [":scheme", scheme],
    ...headers,
  ]);
  const address = source.slice(0, source.lastIndexOf(":"));
  all.replace("x-forwarded-for", [...all.all("x-forwarded-for"), address].join(","));
  all.replace("x-forwarded-proto", scheme);
  for (const [name, value] of unjoined) all.add(name, value);
  return all;
}
