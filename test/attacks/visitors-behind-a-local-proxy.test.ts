// Failed logins of one visitor behind a proxy on the host's own machine, whose configuration names no trusted proxies, as the
// shipped files say: others log in meanwhile.
import { networkInterfaces } from "node:os";
import { expect, test } from "vitest";
import type { HttpsClient } from "../../workshop/clients/https-client.ts";
import { usersText } from "../../workshop/host/files.ts";
import { password } from "../../workshop/host/users.ts";
import * as programs from "../../workshop/programs/needed.ts";
import { describeWith } from "../../workshop/programs/needed.ts";
import { type Needed, onPath } from "../../workshop/programs/on-path.ts";
import { ForwardAuthStack } from "../../workshop/proxies/forward-auth-stack.ts";
import { caddy, haproxy, nginx, traefik } from "../../workshop/proxies/kinds.ts";
import type { ProxyKind } from "../../workshop/proxies/proxy-kind.ts";
import type { Tree } from "../../workshop/proxies/site.ts";
import { Stack } from "../../workshop/proxies/stack.ts";

/** What the shipped files say of a proxy on the same machine. */
const withoutTrustedProxies = (config: Tree) => delete config.server.trusted_proxies;

interface Site extends AsyncDisposable {
  readonly client: HttpsClient;
  url(name: string, path?: string): string;
}

const users = await usersText();

const asked = (name: string, proxy: ProxyKind, needed: Needed) => ({
  ...{ name, needed },
  start: (program: string) => ForwardAuthStack.start(proxy, program, { configureHost: withoutTrustedProxies, users }),
});

const integrations = [
  asked("nginx", nginx, onPath("nginx")),
  asked("HAProxy", haproxy, onPath("haproxy")),
  asked("Caddy", caddy, await programs.caddy()),
  asked("Traefik", traefik, await programs.traefik()),
  {
    name: "Envoy",
    needed: await programs.envoy(),
    start: (envoy: string) => Stack.start({ envoy, users, configureHost: withoutTrustedProxies }),
  },
];

/** An address of this machine that a visitor can come from and that is none of the proxy's own. */
const outward = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === "IPv4" && !internal)?.address;

/** The status of a login from one of the machine's addresses. `X-Forwarded-For` is what a client adds to look like another. */
async function logInFrom(site: Site, localAddress: string, username: string, secret = password): Promise<number> {
  const body = JSON.stringify({ username, password: secret });
  const headers = [
    ["content-type", "application/json"],
    ["x-forwarded-for", `198.51.100.${Math.floor(Math.random() * 256)}`],
  ] as const;
  const question = { method: "POST", headers, body, localAddress };
  return (await site.client.get(site.url("auth", "/api/firstfactor"), question)).status;
}

/** The statuses of forty failed logins, each by a name of its own: what is held is held by address. */
async function failFrom(site: Site, address: string): Promise<ReadonlySet<number>> {
  const tries = Array.from({ length: 40 }, (_, index) => logInFrom(site, address, `name-${index}`, "wrong"));
  return new Set(await Promise.all(tries));
}

for (const { name, needed, start } of integrations)
  describeWith(needed, `behind ${name} on the host's machine`, (program) => {
    test.skipIf(outward === undefined)("failed logins from one address keep out nobody with another", async () => {
      await using site = await start(program);
      const statuses = await failFrom(site, outward!);
      expect(await logInFrom(site, "127.0.0.2", "bob")).toBe(200);
      expect(statuses).toEqual(new Set([401, 429]));
    });

    // For a client on its own machine Envoy names an address that it has in the network, as if that were the client's.
    test.skipIf(name === "Envoy")(
      "failed logins from the machine itself, whose addresses tell nobody apart, keep nobody out",
      async () => {
        await using site = await start(program);
        const statuses = await failFrom(site, "127.0.0.1");
        expect(await logInFrom(site, "127.0.0.1", "bob")).toBe(200);
        expect(statuses).toEqual(new Set([401]));
      },
    );
  });
