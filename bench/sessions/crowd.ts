// Many people who are logged in, each with a session token of their own, at one Envoy whose only worker has never seen them.
import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { bundleKey, freshClaims, newSessionKey, signToken } from "../../workshop/gate/tokens.ts";
import { layOutPlugin } from "../../workshop/proxies/traefik-plugin.ts";
import type { ProxyProcess } from "../asking/proxy.ts";
import { type Envoy, startEnvoy } from "../envoy/envoy.ts";
import { gateFilter } from "../envoy/gate.ts";
import { Connection, type Reply, requestText } from "../life/connection.ts";
import { startTraefik } from "../traefik/traefik.ts";

const domain = "zerohop.localhost";
const portal = `https://auth.${domain}:8443`;
const cookieName = "zerohop_session";
const userHeader = "x-seen-user";
const key = newSessionKey();
const hour = 3600;

export interface Visitor {
  readonly user: string;
  readonly token: string;
}

/** So many people, with leases that outlast whatever is done with them. */
export function gather(count: number, from = 0): Visitor[] {
  const exp = Math.floor(Date.now() / 1000) + hour;
  return Array.from({ length: count }, (_, i) => {
    const user = `user-${from + i}`;
    const claims = freshClaims(portal, domain, { sub: user, email: `${user}@example.com`, exp, session_exp: exp });
    return { user, token: signToken(key, claims) };
  });
}

/** A bundle that lets in whoever is logged in, as the host signs it, and the key to verify it with. */
function gateConfiguration(): object {
  const root = newSessionKey();
  const bundle = {
    ...{ version: 1, iat: Math.floor(Date.now() / 1000), keys: [bundleKey(key)], revoked_sessions: [], not_before: {} },
    cookies: [{ domain, portal, name: cookieName }],
    policy: { default_policy: "deny", rules: [{ domain: `app.${domain}`, policy: "one_factor" }] },
  };
  return {
    root_keys: [{ kid: root.kid, x: root.x }],
    bundle: signToken(root, bundle, { typ: "zerohop-bundle+jwt" }),
  };
}

/** The route of an application that tells in its answer who it was told is asking. */
const application = {
  match: { prefix: "/" },
  direct_response: { status: 200, body: { inline_string: "ok\n" } },
  response_headers_to_add: [{ header: { key: userHeader, value: "%REQ(remote-user)%" } }],
};

/**
 * An Envoy with one worker and the gate, in front of an application that tells in its answer who it was told is asking.
 * `changed` is what the gate's configuration says besides.
 */
export function startColdEnvoy(program: string, changed: object = {}): Promise<Envoy> {
  const filters = [gateFilter({ ...gateConfiguration(), ...changed })];
  // Whoever connects is the client, and X-Forwarded-For is for the gate to believe or not. Envoy would add the machine's own
  // address to it in place of 127.0.0.1.
  const manager = { use_remote_address: true, skip_xff_append: true };
  return startEnvoy(program, [{ name: "gate", filters, routes: [application], manager }]);
}

/** A Traefik with the plugin, in a folder of its own, in front of such an application. */
export async function startColdTraefik(program: string, folder: string, envoyProgram: string): Promise<ProxyProcess> {
  layOutPlugin(folder);
  const backend = await startEnvoy(envoyProgram, [{ name: "backend", filters: [], routes: [application] }]);
  const traefik = await startTraefik({
    ...{ program, folder, backend: backend.origin("backend") },
    middlewares: { zerohop: { plugin: { zerohop: gateConfiguration() } } },
    settings: { experimental: { localPlugins: { zerohop: { moduleName: "zerohop" } } } },
  });
  // The routers come a moment after the port.
  const [visitor] = gather(1) as [Visitor];
  const [connection] = (await connect(traefik.origin, 1)) as [Connection];
  for (let i = 0; ; i++) {
    const reply = await connection.ask(visitWith(visitor.token));
    if (outcomeOf(reply, visitor) === "right") break;
    if (i === 200) throw new Error(`Traefik answers ${reply.status} to a session:\n${traefik.process.errorOutput}`);
    await sleep(50);
  }
  connection.close();
  return traefik;
}

export function connect(origin: string, count: number): Promise<Connection[]> {
  const port = Number(new URL(origin).port);
  return Promise.all(Array.from({ length: count }, () => Connection.open({ port })));
}

/** The bytes of a visit with this token, which `headers` come with. */
export function visitWith(token: string, headers: Readonly<Record<string, string>> = {}): string {
  const cookie = `theme=dark; ${cookieName}=${token}`;
  // Traefik believes it of the scheme, and Envoy is told by its configuration.
  const always = { accept: "text/html", "x-forwarded-proto": "https", cookie };
  return requestText({ host: `app.${domain}:8443`, path: "/", headers: { ...always, ...headers } });
}

/** What became of visits: how many were let in as who they are, refused for being too many, and answered in any other way. */
export interface Outcomes {
  readonly right: number;
  readonly refused: number;
  readonly wrong: number;
}

/** Sends the visits that `next` names over each connection as fast as it answers, until there is none. */
export async function visitAll(
  connections: readonly Connection[],
  next: () => Visitor | undefined,
  headers: Readonly<Record<string, string>> = {},
): Promise<Outcomes> {
  const outcomes = { right: 0, refused: 0, wrong: 0 };
  await Promise.all(
    connections.map(async (connection) => {
      for (let visitor = next(); visitor; visitor = next()) {
        outcomes[outcomeOf(await connection.ask(visitWith(visitor.token, headers)), visitor)]++;
      }
    }),
  );
  return outcomes;
}

export function outcomeOf(reply: Reply, { user }: Visitor): keyof Outcomes {
  if (reply.status === 429) return "refused";
  return reply.status === 200 && reply.header(userHeader) === user ? "right" : "wrong";
}

/** Each once, in random order. */
export function eachOnce(visitors: readonly Visitor[]): () => Visitor | undefined {
  const left = [...visitors];
  return () => {
    if (left.length === 0) return undefined;
    const at = randomInt(left.length);
    const taken = left[at]!;
    left[at] = left.at(-1)!;
    left.pop();
    return taken;
  };
}

/** Anyone, until so many seconds have passed. */
export function anyone(visitors: readonly Visitor[], seconds: number): () => Visitor | undefined {
  const end = performance.now() + seconds * 1000;
  return () => (performance.now() < end ? visitors[randomInt(visitors.length)] : undefined);
}

/** A token like a session's that nobody has signed, another with each call. */
export function forgedToken({ token }: Visitor): string {
  const signature = Array.from({ length: 8 }, () => String.fromCharCode(65 + randomInt(26))).join("");
  return `${token.slice(0, -40)}${signature}${token.slice(-32)}`;
}

/** One of the gate's counters. Envoy learns them with the gate's ticks, twice a second. */
export async function counterOf(envoy: Envoy, name: string): Promise<number> {
  const stats = await envoy.admin(`/stats?filter=zerohop`);
  return Number(new RegExp(`zerohop\\.${name}: (\\d+)`).exec(stats)?.[1] ?? 0);
}
