// The shells of the core: three modules in the stand-ins of their proxies, and the host's endpoints over HTTP. A gate that asks the
// host asks the one whose endpoints these are.
import { Agent, type IncomingHttpHeaders, request as send } from "node:http";
import { PluginHost } from "../../workshop/gate/http-wasm/plugin-host.ts";
import type { Exchange } from "../../workshop/gate/proxy-wasm/exchange.ts";
import type { Header } from "../../workshop/gate/proxy-wasm/headers.ts";
import type { Claims } from "../../workshop/gate/tokens.ts";
import { ask as askHost } from "../../workshop/host/in-process.ts";
import { rootKey, signBundle, startPolling, startWith } from "../gate/gate.ts";
import { questions, setTime, startPolling as startNginx } from "../gate/nginx/gate.ts";
import { pluginFile } from "../gate/traefik/plugin.ts";
import { allowed, answered, credentialNames, identityIn, type Outcome } from "./outcome.ts";
import type { TableRequest } from "./requests.ts";

export type Shell = (request: TableRequest) => Promise<Outcome>;

export interface Bundled {
  /** Of the host. */
  readonly url: string;
  readonly edgeToken: string;
  /** What its bundle says. */
  readonly bundle: Claims;
  /** Seconds since the epoch. */
  readonly now: number;
}

const source = "203.0.113.7";

function headersOf(request: TableRequest): Header[] {
  const { cookie, accept, requestedWith, authorization, proxyAuthorization } = request;
  const { fetchMode, fetchDest, purpose, referer } = request;
  return Object.entries({
    ...{ cookie, accept, "x-requested-with": requestedWith, referer },
    ...{ "sec-fetch-mode": fetchMode, "sec-fetch-dest": fetchDest, "sec-purpose": purpose },
    ...{ authorization, "proxy-authorization": proxyAuthorization, "remote-user": "somebody else" },
  }).filter((entry): entry is [string, string] => entry[1] !== undefined);
}

/** As the stand-ins take a request. */
function exchanged(request: TableRequest) {
  return { url: urlOf(request), method: request.method, headers: headersOf(request), source: `${source}:40000` };
}

const urlOf = ({ authority, path }: TableRequest) => `https://${authority}${path}`;

/** Passes a gate's question on to the host. */
async function relay(url: string, headers: Iterable<Header>) {
  const all = [...headers];
  const asked = Object.fromEntries(all.filter(([name]) => !name.startsWith(":")));
  const path = all.find(([name]) => name === ":path")![1];
  const answer = await askHost(url + path, { method: "POST", headers: { ...asked, host: "zerohop_host" } });
  const set = (answer.headers["set-cookie"] ?? []).map((value): Header => ["set-cookie", value]);
  return { status: answer.status, headers: set, body: answer.body };
}

/** gate.wasm in Envoy. */
export function envoy({ url, edgeToken, bundle, now }: Bundled): Shell {
  const gate = startPolling(bundle, { now: now * 1000 }, { edge_token: edgeToken });
  return async (request) => {
    const exchange = gate.request(exchanged(request));
    while (exchange.outcome.kind === "paused") {
      const call = [...gate.calls].find(({ headers }) => headers.get(":method") === "POST")!;
      call.respond(await relay(url, call.headers));
    }
    return outcomeOf(exchange);
  };
}

/** The same with the bundle in its configuration, and no host to ask. */
export function envoyAlone({ bundle, now }: Bundled): Shell {
  const gate = startWith({ bundle }, { now: now * 1000 });
  return async (request) => outcomeOf(gate.request(exchanged(request)));
}

function outcomeOf(exchange: Exchange): Outcome {
  if (exchange.outcome.kind === "continued") return allowed((name) => exchange.upstream.get(name));
  return answered(exchange.answer.status, (name) => exchange.answer.headers.get(name));
}

/** gate.nginx.wasm in nginx. */
export function nginx({ url, edgeToken, bundle, now }: Bundled): Shell {
  const worker = startNginx(bundle, { edge_token: edgeToken });
  setTime(worker, now);
  return async (request) => {
    const exchange = worker.request({ ...exchanged(request), source });
    while (exchange.outcome.kind === "paused") {
      const call = questions(worker)[0]!;
      const { status, headers, body } = await relay(url, call.headers);
      call.respond(status, headers, body);
    }
    if (exchange.outcome.kind === "upstream") return allowed((name) => exchange.upstream.get(name));
    if (exchange.outcome.kind !== "answered") throw new Error("the connection was closed");
    const { status, headers } = exchange.outcome;
    return answered(status, (name) => headers.get(name));
  };
}

/** plugin.wasm in Traefik. */
export function traefik({ bundle, now }: Bundled): Shell {
  const root_keys = [{ kid: rootKey.kid, x: rootKey.x }];
  const host = new PluginHost({ plugin: pluginFile, now, configuration: { root_keys, bundle: signBundle(bundle) } });
  return async (request) => {
    const exchange = host.request(exchanged(request));
    if (exchange.isContinued) return allowed((name) => exchange.upstream.get(name));
    return answered(exchange.status, (name) => exchange.answer!.headers.get(name));
  };
}

const agent = new Agent({ keepAlive: true, maxSockets: 8 });
/** For the headers of users in many groups. */
const maxHeaderSize = 64 * 1024;

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** Asks the host for a path as it stands there: a URL would be made a proper one. */
function get(url: string, path: string, method: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const outgoing = send({ hostname, port, path, method, headers, agent, maxHeaderSize }, (incoming) => {
      incoming.resume().on("end", () => resolve({ status: incoming.statusCode!, headers: incoming.headers }));
    });
    outgoing.on("error", reject).end();
  });
}

/** How an endpoint is asked about a request, and what it lets go on of the client's credentials. */
interface Endpoint {
  readonly ask: (url: string, request: TableRequest, headers: Readonly<Record<string, string>>) => Promise<Answer>;
  readonly passes: (answer: Answer, name: string) => boolean;
}

const listed = (answer: Answer, name: string) => String(answer.headers[name] ?? "").split(/, ?/);
const isNamed: Endpoint["passes"] = (answer, name) => listed(answer, "x-zerohop-onward").includes(name);

/** The host's endpoints, as proxies ask them. */
export const endpoints = {
  "forward-auth": {
    ask: (url, { method, authority, path }, headers) =>
      get(url, `/api/authz/forward-auth`, "GET", {
        ...{ "x-forwarded-method": method, "x-forwarded-proto": "https", "x-forwarded-host": authority },
        ...{ "x-forwarded-uri": path, ...headers },
      }),
    passes: (answer, name) => answer.headers[name] !== undefined,
  },
  "auth-request": {
    ask: (url, request, headers) =>
      get(url, `/api/authz/auth-request`, "GET", {
        ...{ "x-original-method": request.method, "x-original-url": urlOf(request), ...headers },
      }),
    passes: isNamed,
  },
  "ext-authz": {
    ask: (url, { method, authority, path }, headers) =>
      get(url, `/api/authz/ext-authz/${path}`, method, {
        ...{ host: authority, "x-forwarded-proto": "https", ...headers },
      }),
    passes: (answer, name) => !listed(answer, "x-envoy-auth-headers-to-remove").includes(name),
  },
  verify: {
    ask: (url, request, headers) =>
      get(url, `/api/verify?rd=${encodeURIComponent("https://auth.example.com/")}`, "GET", {
        ...{ "x-original-method": request.method, "x-original-url": urlOf(request), ...headers },
      }),
    passes: isNamed,
  },
} satisfies Readonly<Record<string, Endpoint>>;

export function endpoint(name: keyof typeof endpoints, { url }: Bundled): Shell {
  const { ask, passes }: Endpoint = endpoints[name];
  return async (request) => {
    const headers = Object.fromEntries([...headersOf(request), ["x-forwarded-for", source]]);
    const answer = await ask(url, request, headers);
    const read = (header: string) => answer.headers[header]?.toString();
    if (answer.status !== 200) return answered(answer.status, read);
    const onward = credentialNames.filter((own) => headers[own] !== undefined && passes(answer, own));
    return { kind: "allowed", identity: identityIn(read), onward };
  };
}
