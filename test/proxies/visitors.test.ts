// Who a visitor is to the rules' `networks`, in the profiles of `zerohop proxy`: behind a load balancer or Cloudflare, behind the PROXY
// protocol, and with the host on other machines. Real requests through the real proxies; nobody's word counts but that of those in front.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TlsFiles, tlsFiles } from "../../workshop/certificates/tls-files.ts";
import type { HeaderLines } from "../../workshop/clients/https-client.ts";
import { proxyHeader, proxyLine, statusBehind } from "../../workshop/clients/proxy-protocol.ts";
import { domain } from "../../workshop/host/site.ts";
import { freePort } from "../../workshop/processes/ports.ts";
import * as programs from "../../workshop/programs/needed.ts";
import { type Needed, onPath } from "../../workshop/programs/on-path.ts";
import { Fronts, OtherMachine, type Started } from "../../workshop/proxies/fronts.ts";
import * as kinds from "../../workshop/proxies/kinds.ts";
import { npm, swag } from "../../workshop/proxies/nginx-containers.ts";
import type { ProxyKind } from "../../workshop/proxies/proxy-kind.ts";
import { traefikLabels } from "../../workshop/proxies/traefik-labels.ts";
import { until } from "../../workshop/waiting.ts";

/** Whose networks are let in. */
const [friend, friend6, stranger] = ["203.0.113.9", "2001:db8::9", "198.51.100.7"];
/** Of those in front, and of somebody who is not. */
const [balancer, second, anybody] = ["127.0.0.2", "127.0.0.3", "127.0.0.4"];

interface Proxy {
  readonly kind: ProxyKind;
  readonly needed: Needed;
  /** What its file has no place for, or the test's stand-in for ngx_wasm_module none. */
  readonly lacks?: readonly ("listeners" | "several hosts")[];
}

const nginx = onPath("nginx");
const proxies: readonly Proxy[] = [
  { kind: kinds.envoyGate, needed: await programs.envoy() },
  { kind: kinds.envoyExtAuthz, needed: await programs.envoy() },
  { kind: kinds.nginx, needed: nginx },
  { kind: kinds.nginxWasm, needed: nginx },
  { kind: kinds.haproxy, needed: onPath("haproxy") },
  { kind: kinds.apache, needed: onPath("apache2"), lacks: ["several hosts"] },
  { kind: kinds.caddy, needed: await programs.caddy() },
  { kind: kinds.caddyModule, needed: await programs.caddyModule() },
  { kind: kinds.traefik, needed: await programs.traefik() },
  { kind: kinds.traefikPlugin, needed: await programs.traefik() },
  { kind: traefikLabels, needed: await programs.traefik() },
  { kind: npm, needed: nginx, lacks: ["listeners", "several hosts"] },
  { kind: swag, needed: nginx, lacks: ["listeners", "several hosts"] },
];

let site: Fronts;
let machines: readonly OtherMachine[];
/** Of another authority. */
let another: TlsFiles;

beforeAll(async () => {
  site = await Fronts.start({
    configureHost(config) {
      const networks = ["203.0.113.0/24", "2001:db8::/32"];
      // Wrong passwords are sent here.
      config.regulation = { max_retries: 0 };
      // Traefik passes on what those in front say.
      config.server.trusted_proxies = ["127.0.0.1", balancer, second];
      for (const cookie of config.session.cookies) cookie.basic = { headers: ["authorization"] };
      config.access_control.rules.unshift(
        { domain: `app.${domain}`, networks, policy: "bypass" },
        { domain: `app.${domain}`, resources: ["^/open$"], policy: "bypass" },
      );
    },
  });
  machines = ["127.0.0.11", "127.0.0.12"].map((address) => new OtherMachine(address, [site.hostPort, site.agentPort]));
  for (const machine of machines) await machine.start(site.tls);
  another = await tlsFiles(join(site.folder, "another"), domain);
});
afterAll(async () => {
  for (const machine of machines ?? []) await machine.stop();
  await site?.[Symbol.asyncDispose]();
});

const names = (...headers: readonly string[]): HeaderLines => headers.map((value) => ["X-Forwarded-For", value]);

/** What is said of the visitor, by whom, and whether it is a friend. */
const words: readonly (readonly [peer: string, headers: HeaderLines, isFriend: boolean, why: string])[] = [
  [anybody, names(friend), false, "somebody who is not in front says it"],
  [anybody, names(friend, friend), false, "twice"],
  [anybody, names(`${friend}, ${balancer}`), false, "and that a proxy in front has said so"],
  [
    anybody,
    ["CF-Connecting-IP", "True-Client-IP", "X-Real-IP", "X-Client-IP", "X-Cluster-Client-IP"].map((name) => [
      name,
      friend,
    ]),
    false,
    "by names of others",
  ],
  [anybody, [["Forwarded", `for=${friend}`]], false, "by RFC 7239"],
  [balancer, names(friend), true, "the balancer says it"],
  [balancer, names(friend6), true, "of an IPv6 address"],
  [balancer, names(`${stranger}, ${friend}`), true, "of the last one, whatever that one said before"],
  [balancer, names(`${friend}, ${stranger}`), false, "of a stranger who says that they are a friend"],
  [balancer, names(`${friend}, ${second}`), true, "of another balancer, which has said it"],
  [balancer, names(friend, stranger), false, "in two lines, of which the last counts"],
  [balancer, names(stranger, friend), true, "in two lines, the other way round"],
  [balancer, names(`nobody, ${friend}`), true, "behind somebody whose word is no address"],
  [balancer, names(`${friend}, nobody, ${stranger}`), false, "of a stranger behind such a word"],
  // As Azure's Application Gateway writes it.
  [balancer, names(`${friend}, ${stranger}:40000`), false, "with a port"],
  [balancer, names(`${friend}, [2001:db9::1]:40000`), false, "with a port, of an IPv6 address"],
  [balancer, [["CF-Connecting-IP", friend]], false, "by a name that a stranger can have sent"],
  [
    balancer,
    [...names(stranger), ["CF-Connecting-IP", friend], ["X-Real-IP", friend]],
    false,
    "beside a stranger's address",
  ],
  [balancer, [], false, "nothing"],
];

for (const { kind, needed, lacks = [] } of proxies)
  programs.describeWith(needed, kind.name, (program) => {
    const url = (name: string, port: number, path = "/") => site.url(name, path, port);

    describe("behind a load balancer or Cloudflare, with applications for internal networks", () => {
      let front: Started;
      let internal: number;
      const statusOf = async (localAddress: string, headers: HeaderLines, port = front.port, name = "app") =>
        (
          await site.client.get(url(name, port), {
            localAddress,
            headers: [["accept", "application/json"], ...headers],
          })
        ).status;

      beforeAll(async () => {
        internal = await freePort();
        const upstream = `http://127.0.0.1:${site.applicationPort}`;
        front = await site.front(kind, program, {
          ...{ cloudflare: !/traefik/.test(kind.name), trustedProxies: [`${balancer}/32`, `${second}/32`] },
          ...(!lacks.includes("listeners") && {
            ...{ apps: [`app.${domain}=${upstream}`], internalApps: [`public.${domain}=${upstream}`] },
            internal: `127.0.0.1:${internal}`,
          }),
          ...(!lacks.includes("several hosts") && {
            hosts: machines.map(({ address }) => `https://${address}:${site.hostPort}`),
            hostCa: site.tls.authority,
          }),
        });
        const isOpen = async () => (await statusOf(balancer, names(friend))) === 200;
        await until(async () => (await isOpen()) || Promise.reject(new Error("not open")), {
          running: [front.program],
        });
      });
      afterAll(() => front?.program.stop());

      test("the rules decide by the address that those in front have seen, and by nobody else's word", async () => {
        const others: string[] = [];
        for (const [peer, headers, isFriend, why] of words) {
          const status = await statusOf(peer, headers);
          // Caddy refuses what it cannot read of who the visitor is.
          const isRefused = status === 401 || (status === 400 && /\]/.test(String(headers[0])));
          if (isFriend ? status !== 200 : !isRefused)
            others.push(`${why} (${JSON.stringify(headers)} from ${peer}): ${status}`);
        }
        expect(others).toEqual([]);
      });

      test("applications are told by the proxy alone how a visitor has come", async () => {
        const said: HeaderLines = [
          ...names(friend),
          ...[["X-Forwarded-Proto", "http"] as const, ["X-Forwarded-Host", "evil.example"] as const],
          ...[["X-Forwarded-Port", "81"] as const, ["X-Forwarded-Prefix", "/evil"] as const],
        ];
        for (const [peer, visitor] of [
          [balancer, friend],
          [anybody, anybody],
        ] as const) {
          const answer = await site.client.get(url("app", front.port, "/open"), { localAddress: peer, headers: said });
          const { headers } = JSON.parse(answer.body);
          expect([peer, headers["x-forwarded-proto"]]).toEqual([peer, "https"]);
          expect([peer, JSON.stringify(headers)]).toEqual([peer, expect.not.stringMatching(/evil|"81"/)]);
          expect(headers["x-forwarded-for"]).toContain(visitor);
        }
      });

      test.skipIf(lacks.includes("listeners"))(
        "an internal application is where internal networks reach it, and nowhere else",
        async () => {
          const isReached = async (port: number, target: string, host: string) => {
            const text = `GET ${target} HTTP/1.1\r\nHost: ${host}.${domain}:${port}\r\nAccept: application/json\r\nConnection: close\r\n\r\n`;
            return (await site.client.exchange(url(host, port), text)).includes('"headers": {');
          };
          expect(await statusOf(anybody, [], internal, "public")).toBe(200);
          expect(await isReached(internal, "/", "public")).toBe(true);
          for (const [port, host] of [
            [front.port, "public"],
            [internal, "app"],
            [internal, "admin"],
          ] as const)
            for (const target of [
              "/",
              `https://${host}.${domain}/`,
              `https://${port === internal ? "app" : "public"}.${domain}/`,
            ])
              expect([host, target, await isReached(port, target, host)]).toEqual([host, target, false]);
        },
      );

      test.skipIf(lacks.includes("several hosts"))(
        "hosts on other machines are asked by TLS, one that goes away is not missed for long, and who has taken their place gets nothing",
        async () => {
          const ask = (password: string) =>
            statusOf(anybody, [["authorization", `Basic ${Buffer.from(`alice:${password}`).toString("base64")}`]]);
          // Traefik's plugin asks by a file.
          const asks = kind !== kinds.traefikPlugin;
          if (asks) expect(await ask("demo")).toBe(200);
          await machines[0]!.stop();
          let answers = 0;
          await expect
            .poll(
              async () => {
                const isAnswered = asks
                  ? (await ask(`wrong-${answers}-${kind.name}`)) === 401
                  : (await statusOf(balancer, names(friend))) === 200;
                answers = isAnswered ? answers + 1 : 0;
                return answers;
              },
              { timeout: 20_000, interval: 10 },
            )
            .toBeGreaterThan(10);
          for (const machine of machines) {
            await machine.stop();
            await machine.start(another);
          }
          // A gate goes on with what it knows, and lets nobody in whom it would have to ask about.
          expect(await ask("demo")).not.toBe(
            kind === kinds.caddyModule || kind === kinds.envoyGate || kind === kinds.nginxWasm ? 0 : 200,
          );
          const browser = await site.client.get(url("auth", front.port), {
            headers: [["authorization", "Basic YTpi"]],
          });
          expect(browser.status).toBeGreaterThanOrEqual(500);
          expect(machines.map(({ received }) => received)).toEqual([0, 0]);
          for (const machine of machines) {
            await machine.stop();
            await machine.start(site.tls);
          }
        },
      );
    });

    describe.skipIf(lacks.includes("listeners") || kind === kinds.apache)("behind the PROXY protocol", () => {
      let front: Started;
      const statusOf = (localAddress: string, preamble: Buffer, headers: readonly string[] = []) =>
        statusBehind({ url: url("app", front.port), ca: site.ca, localAddress, preamble, headers });

      beforeAll(async () => {
        front = await site.front(kind, program, { proxyProtocol: true, trustedProxies: [`${balancer}/32`] });
        const isOpen = async () => (await statusOf(balancer, proxyLine(friend))) === 200;
        await until(async () => (await isOpen()) || Promise.reject(new Error("not open")), {
          running: [front.program],
        });
      });
      afterAll(() => front?.program.stop());

      test("the rules decide by the address that those in front begin with, and nobody else may say one", async () => {
        const forwarded = [`X-Forwarded-For: ${friend}`, `CF-Connecting-IP: ${friend}`, `X-Real-IP: ${friend}`];
        expect(await statusOf(balancer, proxyHeader(friend))).toBe(200);
        expect(await statusOf(balancer, proxyLine(friend6))).toBe(200);
        expect(await statusOf(balancer, proxyLine(stranger), forwarded)).toBe(401);
        expect(await statusOf(balancer, proxyHeader(stranger), forwarded)).toBe(401);
        for (const preamble of [proxyLine(friend), proxyHeader(friend), Buffer.alloc(0)])
          expect([401, undefined]).toContain(await statusOf(anybody, preamble, forwarded));
        expect([401, undefined]).toContain(await statusOf(balancer, Buffer.alloc(0), forwarded));
      });
    });
  });
