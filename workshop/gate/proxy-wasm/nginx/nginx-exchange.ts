// A request in a server of deploy/nginx-wasm/nginx.conf: the variables it sets, and what becomes of them when nginx goes on.
import { GuestError } from "../guest-error.ts";
import { type Header, Headers } from "../headers.ts";

export interface NginxRequest {
  /** `https://host:port/path?query`; what follows the scheme is taken byte for byte. */
  readonly url: string;
  readonly method?: string;
  readonly headers?: Iterable<Header>;
  readonly source?: string;
  /** Variables that the server does not set. */
  readonly unset?: readonly string[];
  /** Upstream headers that the server sets beside the usual ones, each to a variable. */
  readonly setHeaders?: Readonly<Record<string, string>>;
  /** What the server sets $zerohop_gate to. */
  readonly gate?: string;
  /** And $zerohop_upstream. */
  readonly upstream?: string;
  /** Which `proxy_wasm` line of the module serves it, from 0. */
  readonly line?: number;
  /** The connection's number: streams of one HTTP/2 connection share it, as all do that name none. */
  readonly connection?: number;
}

/** Upstream headers that the configuration sets, each to a variable; `""` sends none. */
const setHeaders: Readonly<Record<string, string>> = {
  "remote-user": "zerohop_user",
  "remote-groups": "zerohop_groups",
  "remote-name": "zerohop_name",
  "remote-email": "zerohop_email",
  cookie: "zerohop_cookie",
  authorization: "zerohop_authorization",
  "proxy-authorization": "zerohop_proxy_authorization",
};

/** What the server sets before the gate is asked. */
export const variables: Readonly<Record<string, string>> = {
  zerohop_gate: "zerohop_denied",
  zerohop_upstream: "application",
  zerohop_set_cookie: "",
  ...Object.fromEntries(Object.values(setHeaders).map((name) => [name, ""])),
};

export type NginxOutcome =
  | { readonly kind: "upstream"; readonly name: string; readonly headers: Headers; readonly setCookie: string }
  | { readonly kind: "answered"; readonly status: number; readonly headers: Headers; readonly body: string }
  /** The connection is closed without an answer. */
  | { readonly kind: "closed" }
  | { readonly kind: "paused" };

export class NginxExchange {
  /** That of the connection. */
  readonly id: number;
  readonly line: number;
  readonly clientHeaders: Headers;
  outcome: NginxOutcome = { kind: "paused" };
  isAnswered = false;

  private readonly request: NginxRequest;
  private readonly setHeaders: Readonly<Record<string, string>>;
  private readonly values: Map<string, string>;
  private readonly scheme: string;
  private readonly path: string;

  constructor(request: NginxRequest) {
    const [, scheme, host, path] = /^([a-z]+):\/\/([^/?#]*)(.*)$/s.exec(request.url)!;
    this.request = request;
    this.id = request.connection ?? 7;
    this.line = request.line ?? 0;
    this.scheme = scheme!;
    this.path = path || "/";
    // Names with underscores, dots and the like end in nginx.
    const sent = [...(request.headers ?? [])].filter(([name]) => /^[a-z0-9-]+$/i.test(name));
    this.clientHeaders = new Headers([["host", host!], ...sent]);
    this.setHeaders = { ...setHeaders, ...request.setHeaders };
    const further = Object.values(request.setHeaders ?? {}).map((name): [string, string] => [name, ""]);
    const set: Record<string, string> = {
      ...variables,
      ...Object.fromEntries(further),
      zerohop_gate: request.gate ?? "zerohop_denied",
      ...(request.upstream !== undefined && { zerohop_upstream: request.upstream }),
    };
    this.values = new Map(Object.entries(set).filter(([name]) => !request.unset?.includes(name)));
  }

  property(path: string): string | undefined {
    const [space, name = ""] = path.split("\0");
    if (space === "ngx") return this.variable(name);
    switch (path) {
      case "request\0method":
        return this.request.method ?? "GET";
      case "request\0scheme":
        return this.scheme;
      case "request\0path":
        return this.path;
      case "source\0address":
        return this.request.source ?? "203.0.113.7";
      case "connection\0id":
        return String(this.id);
      default:
        return undefined;
    }
  }

  /** False for what the configuration does not set. */
  setProperty(path: string, value: string): boolean {
    const name = path.replace(/^ngx\0/, "");
    if (!this.values.has(name)) return false;
    this.values.set(name, value);
    return true;
  }

  /** What the filter returned for the request headers. */
  endOfHeaders(action: number | undefined, hasCall: boolean): void {
    if (this.isAnswered) return;
    // Of the actions that Envoy knows one more goes on, and the others are errors.
    if (action !== 0 && action !== 1 && action !== 3) this.fail();
    if (action === 0 && hasCall) throw new GuestError("the worker crashes: a call, and then continue");
    if (action === 1 && !hasCall) throw new GuestError("the request hangs: paused without a call in flight");
    if (action === 0 || action === 3) this.resume();
  }

  /** nginx goes on to its content phase, where the answer of the filter, if any, goes out. */
  resume(): void {
    if (this.isAnswered || this.outcome.kind !== "paused") return;
    const name = this.values.get("zerohop_gate") ?? "zerohop_denied";
    if (name === "zerohop_denied") {
      this.fail(502);
      return;
    }
    const headers = new Headers([...this.clientHeaders].filter(([own]) => !Object.hasOwn(this.setHeaders, own)));
    for (const [header, variable] of Object.entries(this.setHeaders)) {
      const value = this.values.get(variable);
      if (value) headers.add(header, value);
    }
    this.outcome = { kind: "upstream", name, headers, setCookie: this.values.get("zerohop_set_cookie") ?? "" };
  }

  answerWith(status: number, headers: Headers, body: string): void {
    this.isAnswered = true;
    this.outcome = { kind: "answered", status, headers, body };
  }

  /** An error of nginx's own. A paused request, though, goes on when a callback traps. */
  fail(status = 500): void {
    if (this.outcome.kind === "paused") this.outcome = { kind: "answered", status, headers: new Headers(), body: "" };
  }

  /** A call of the request's that had a body is over: an answer with a body has taken that one's buffer, which now is empty. */
  reuseBuffer(): void {
    if (this.outcome.kind === "answered" && this.outcome.body !== "") this.outcome = { kind: "closed" };
  }

  /** 200 for a request that reached the application, else the status; 0 without an answer. Throws while it is paused. */
  get status(): number {
    if (this.outcome.kind === "paused") throw new Error("the request is paused");
    if (this.outcome.kind === "closed") return 0;
    return this.outcome.kind === "upstream" ? 200 : this.outcome.status;
  }

  /** What the application gets. Throws when it gets nothing. */
  get upstream(): Headers {
    if (this.outcome.kind !== "upstream") throw new Error(`the request was ${this.outcome.kind}`);
    return this.outcome.headers;
  }

  private variable(name: string): string | undefined {
    if (!name.startsWith("http_")) return this.values.get(name);
    const header = name.slice("http_".length).replaceAll("_", "-");
    const values = this.clientHeaders.all(header);
    return values.length === 0 ? undefined : values.join(header === "cookie" ? "; " : ", ");
  }
}
