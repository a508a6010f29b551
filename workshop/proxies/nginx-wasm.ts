// Zerohop's gate for nginx where there is no ngx_wasm_module: the real nginx with what `zerohop proxy nginx-wasm` writes, whose gate,
// build/gate.nginx.wasm, runs in the tests' stand-in for the module. nginx asks it by auth_request, in the phase in which the module
// would run it, takes the variables that the gate sets from its answer, and fetches what the gate says itself from it.
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Header } from "../gate/proxy-wasm/headers.ts";
import type { NginxCall } from "../gate/proxy-wasm/nginx/nginx-call.ts";
import type { NginxExchange, NginxOutcome } from "../gate/proxy-wasm/nginx/nginx-exchange.ts";
import { NginxProcess } from "../gate/proxy-wasm/nginx/nginx-process.ts";
import type { Preparation, PreparedSite } from "./proxy-kind.ts";

const root = join(import.meta.dirname, "..", "..");
const filter = join(root, "build", "gate.nginx.wasm");

/** Milliseconds between looks at the clock; the gate asks for a tick every 50. */
const period = 20;
const longestHeaders = 256 * 1024;
/** Variables of the configuration that the gate sets, by the upstream header that each becomes. */
const variables = {
  ...{ "remote-user": "zerohop_user", "remote-groups": "zerohop_groups" },
  ...{ "remote-name": "zerohop_name", "remote-email": "zerohop_email" },
  ...{ cookie: "zerohop_cookie", authorization: "zerohop_authorization" },
  "proxy-authorization": "zerohop_proxy_authorization",
} as const;
const headerOf = (variable: string) => variable.replaceAll("_", "-");

/** Starts the stand-in, and returns what stands for the module's directives. */
export async function standInForModule({ folder }: PreparedSite): Promise<Preparation> {
  const written = readFileSync(join(folder, "zerohop-server.conf"), "utf8");
  const [, word = ""] = /proxy_wasm zerohop_gate '(.*?[^\\])';/s.exec(written) ?? [];
  const configuration = word.replaceAll(/\\([\\'])/g, "$1");
  const gate = new StandIn(new NginxProcess({ filter, configuration, now: Date.now() }));
  const port = await gate.listen();
  return {
    program: {
      ...{ pid: process.pid, ended: new Promise<string>(() => {}) },
      ...{ stop: () => gate.close(), [Symbol.asyncDispose]: () => gate.close() },
    },
    replace: [
      [/^wasm \{.*?^\}/ms, ""],
      ["proxy_wasm_request_headers_in_access on;", asking],
      ["proxy_wasm zerohop_gate '", "set $zerohop_configuration '"],
      [
        "proxy_pass http://$zerohop_gate;",
        "proxy_pass http://$zerohop_gate; proxy_set_header Stand-In-Answer $stand_in_answer;",
      ],
      [/ {2}upstream application/, `  upstream stand_in { server 127.0.0.1:${port}; }\n  upstream application`],
    ],
  };
}

const asking = `
    auth_request /.stand-in;
    auth_request_set $zerohop_gate $upstream_http_zerohop_gate;
    auth_request_set $zerohop_set_cookie $upstream_http_zerohop_set_cookie;
    auth_request_set $stand_in_answer $upstream_http_stand_in_answer;
    ${Object.values(variables)
      .map((name) => `auth_request_set $${name} $upstream_http_${name};`)
      .join("\n    ")}
    location = /.stand-in {
      internal;
      proxy_pass http://stand_in;
      proxy_http_version 1.1;
      proxy_buffer_size 64k;
      proxy_buffers 8 64k;
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      proxy_set_header Transfer-Encoding "";
      proxy_set_header Connection "";
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Stand-In-Url https://$http_host$request_uri;
      proxy_set_header Stand-In-Method $request_method;
      proxy_set_header Stand-In-Source $remote_addr;
      proxy_set_header Stand-In-Upstream $zerohop_upstream;
    }`;

type Answer = Extract<NginxOutcome, { kind: "answered" }>;

class StandIn {
  readonly #nginx: NginxProcess;
  readonly #server = createServer({ maxHeaderSize: longestHeaders }, (request, response) =>
    this.#serve(request, response),
  );
  readonly #timer = setInterval(() => this.#proceed(), period);
  readonly #asked = new WeakSet<NginxCall>();
  readonly #closing = new AbortController();
  /** Requests that the gate has not let go, and where to say what became of them. */
  readonly #waiting = new Map<NginxExchange, ServerResponse>();
  /** What the gate said, until nginx fetches it. */
  readonly #answers = new Map<string, Answer>();
  #lastAnswer = 0;

  constructor(nginx: NginxProcess) {
    this.#nginx = nginx;
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#closing.abort();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const answer = request.headers["stand-in-answer"];
    if (answer !== undefined) {
      request.resume();
      this.#say(String(answer), response);
      return;
    }
    this.#proceed();
    this.#waiting.set(this.#nginx.request(requestOf(request)), response);
    this.#proceed();
  }

  /** Lets the time that has passed pass in the stand-in, asks the host what the gate asks, and tells nginx what is settled. */
  #proceed(): void {
    this.#nginx.advance(Math.max(0, Date.now() - this.#nginx.clock.now));
    for (const call of this.#nginx.calls) if (!this.#asked.has(call)) void this.#ask(call);
    for (const [exchange, response] of this.#waiting) {
      if (exchange.outcome.kind === "paused") continue;
      this.#waiting.delete(exchange);
      this.#nginx.finish(exchange);
      this.#settle(exchange.outcome, response);
    }
  }

  async #ask(call: NginxCall): Promise<void> {
    this.#asked.add(call);
    const headers = [...call.headers].filter(([name]) => !name.startsWith(":")) as [string, string][];
    const method = call.headers.get(":method") ?? "GET";
    const body = call.body.length > 0 ? { body: new Uint8Array(call.body) } : {};
    try {
      const url = `http://${call.address}${call.path}`;
      const answer = await fetch(url, { method, headers, ...body, redirect: "manual", signal: this.#closing.signal });
      const text = Buffer.from(await answer.arrayBuffer()).toString("latin1");
      if (this.#nginx.calls.includes(call)) call.respond(answer.status, [...answer.headers], text);
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      if (!(error instanceof TypeError)) throw error;
      if (this.#nginx.calls.includes(call)) call.fail();
    }
    this.#proceed();
  }

  #settle(outcome: NginxOutcome, response: ServerResponse): void {
    if (outcome.kind === "upstream") {
      const set = Object.entries(variables).flatMap(([header, variable]) =>
        outcome.headers.all(header).map((value): Header => [headerOf(variable), value]),
      );
      for (const [name, value] of set) response.setHeader(name, value);
      response.setHeader("zerohop-gate", outcome.name);
      if (outcome.setCookie !== "") response.setHeader("zerohop-set-cookie", outcome.setCookie);
    } else if (outcome.kind === "answered") {
      const name = String(++this.#lastAnswer);
      this.#answers.set(name, outcome);
      response.setHeader("zerohop-gate", "stand_in");
      response.setHeader("stand-in-answer", name);
    }
    // A connection that the module closes is one for which nginx finds no upstream.
    response.writeHead(204).end();
  }

  #say(name: string, response: ServerResponse): void {
    const { status, headers, body } = this.#answers.get(name)!;
    this.#answers.delete(name);
    response.writeHead(status, [...headers].filter(([header]) => header !== "content-length").flat());
    response.end(Buffer.from(body, "latin1"));
  }
}

function requestOf({ headers, rawHeaders }: IncomingMessage) {
  const lines: Header[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) lines.push([rawHeaders[i]!, rawHeaders[i + 1]!]);
  return {
    url: String(headers["stand-in-url"]),
    method: String(headers["stand-in-method"]),
    source: String(headers["stand-in-source"]),
    upstream: String(headers["stand-in-upstream"]),
    headers: lines.filter(([name]) => !/^(host|connection|stand-in-.*)$/i.test(name)),
  };
}
