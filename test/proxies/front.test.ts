// A front with what a larger site has, in the real programs: a listener for gates on other machines, a load balancer in front that says
// who the visitor is, and an address that is long.
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { gateConfig } from "../../workshop/host/program.ts";
import { freePort } from "../../workshop/processes/ports.ts";
import * as programs from "../../workshop/programs/needed.ts";
import { onPath } from "../../workshop/programs/on-path.ts";
import { ForwardAuthStack } from "../../workshop/proxies/forward-auth-stack.ts";
import {
  caddy,
  caddyModule,
  envoyExtAuthz,
  haproxy,
  nginx,
  traefik,
  traefikPlugin,
} from "../../workshop/proxies/kinds.ts";
import { seenBy } from "../../workshop/proxies/stack.ts";

/** The balancer of these tests, which is every client's address here. */
const balancer = "127.0.0.1/32";
const visitor = "203.0.113.9";

for (const [kind, needed] of [
  [nginx, onPath("nginx")],
  [haproxy, onPath("haproxy")],
  [caddy, await programs.caddy()],
  [caddyModule, await programs.caddyModule()],
  [traefik, await programs.traefik()],
  [traefikPlugin, await programs.traefik()],
  [envoyExtAuthz, await programs.envoy()],
] as const)
  programs.describeWith(needed, `the front of ${kind.name}`, (program) => {
    let stack: ForwardAuthStack;
    let edge: number;

    beforeAll(async () => {
      edge = await freePort();
      const options = ["--edge", `127.0.0.1:${edge}`, "--trusted-proxy", balancer];
      stack = await ForwardAuthStack.start({ ...kind, options, inactivity: 600 }, program, {
        configureHost(config) {
          config.access_control.networks = [{ name: "visitors", networks: [`${visitor}/32`] }];
          config.access_control.rules.unshift({
            domain: "public.zerohop.localhost",
            resources: ["^/visitors"],
            networks: ["visitors"],
            policy: "bypass",
          });
          config.access_control.rules.splice(1, 0, {
            domain: "public.zerohop.localhost",
            resources: ["^/visitors"],
            policy: "deny",
          });
        },
      });
    });
    afterAll(() => stack?.[Symbol.asyncDispose]());

    test("leads plain HTTP to where visitors come to, port included", async () => {
      const asked = get({ port: stack.httpPort, path: "/x?y", headers: { host: "public.zerohop.localhost" } });
      const [answer] = (await once(asked, "response")) as [IncomingMessage];
      answer.resume();
      expect([301, 308]).toContain(answer.statusCode);
      expect(answer.headers.location).toBe(`https://public.zerohop.localhost:${stack.httpsPort}/x?y`);
    });

    test("gives gates on other machines their bundle, and nobody anything else", async () => {
      const { edge_token: token } = JSON.parse(await gateConfig(stack.hostConfig)) as { edge_token: string };
      const ask = async (path: string, headers: [string, string][] = []) =>
        (await stack.client.get(stack.url("auth", path, edge), { headers })).status;
      expect(await ask("/api/edge/bundle", [["authorization", `Bearer ${token}`]])).toBe(200);
      expect(await ask("/api/edge/bundle")).toBe(401);
      for (const path of ["/", "/api/authz/auth-request", "/api/verify", "/metrics", "/api/health"])
        expect([path, await ask(path)]).toEqual([path, 404]);
    });

    test("takes the balancer's word for who the visitor is, and of a chain the last that is no proxy's", async () => {
      for (const chain of [visitor, `198.51.100.7, ${visitor}`]) {
        const answer = await stack.client.get(stack.url("public", "/visitors"), {
          headers: [["x-forwarded-for", chain]],
        });
        const { headers } = seenBy(answer);
        expect(String(headers["x-forwarded-for"])).toContain(visitor);
      }
      for (const chain of ["198.51.100.7", `${visitor}, 198.51.100.7`]) {
        const answer = await stack.client.get(stack.url("public", "/visitors"), {
          headers: [["x-forwarded-for", chain]],
        });
        expect([chain, answer.status]).toEqual([chain, 403]);
      }
    });

    test("believes nobody else about the host that is asked for", async () => {
      const headers = [
        ["x-forwarded-host", new URL(stack.url("public")).host],
        ["accept", "text/html"],
      ] as const;
      expect((await stack.client.get(stack.url("app"), { headers })).status).toBe(302);
    });

    test("passes on an address of 15 KB", async () => {
      const path = `/?${"a".repeat(15_000)}`;
      expect(seenBy(await stack.client.get(stack.url("public", path))).url).toBe(path);
    });
  });
