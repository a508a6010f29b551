// A wildcard beside names that it covers: each name leads where it says, whichever comes first.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { zerohop } from "../../workshop/host/program.ts";
import { domain } from "../../workshop/host/site.ts";
import { describeWith, traefik } from "../../workshop/programs/needed.ts";
import { onPath } from "../../workshop/programs/on-path.ts";
import { ForwardAuthStack } from "../../workshop/proxies/forward-auth-stack.ts";
import { apache, haproxy, traefik as traefikKind } from "../../workshop/proxies/kinds.ts";
import type { ProxyKind } from "../../workshop/proxies/proxy-kind.ts";
import { traefikLabels } from "../../workshop/proxies/traefik-labels.ts";

/** Its answers say where it is. */
async function startNamed(name: string): Promise<Server> {
  const server = createServer((_, response) => response.end(name));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

const traefikProgram = await traefik();
const kinds = [
  [haproxy, onPath("haproxy")],
  [apache, onPath("apache2")],
  [traefikKind, traefikProgram],
  [traefikLabels, traefikProgram],
] as const;

for (const [kind, needed] of kinds)
  describeWith(needed, kind.name, () => {
    let [wide, inner, named]: Server[] = [];
    let site: ForwardAuthStack;

    beforeAll(async () => {
      [wide, inner, named] = [await startNamed("wide"), await startNamed("inner"), await startNamed("named")];
      const at = (server?: Server) => `http://127.0.0.1:${(server!.address() as AddressInfo).port}`;
      const apps = [
        `*.app.${domain}=${at(inner)}`,
        `*.${domain}=${at(wide)}`,
        `public.${domain},*.deep.app.${domain}=${at(named)}`,
      ];
      site = await ForwardAuthStack.start(
        {
          ...kind,
          async prepare(prepared) {
            const { config, folder, hostUrl, places } = prepared;
            const { code, stderr } = await zerohop([
              ...["proxy", kind.writes!, "--config", config, "--output", folder, "--host", hostUrl],
              ...apps.flatMap((app) => ["--app", app]),
              ...["--listen", `127.0.0.1:${places.https}`, "--http", String(places.http)],
              ...(kind === haproxy
                ? ["--certificate", join(folder, "combined.pem")]
                : ["--certificate", places.tls.certificate, "--key", places.tls.key]),
            ]);
            expect([code, stderr]).toEqual([0, expect.any(String)]);
            return (await kind.prepare?.(prepared)) ?? { replace: [] };
          },
        } satisfies ProxyKind,
        needed.path!,
        {
          configureHost: (config) =>
            void config.access_control.rules.unshift({ domain: [`*.${domain}`], policy: "bypass" }),
        },
      );
    });
    afterAll(async () => {
      await site?.[Symbol.asyncDispose]();
      for (const server of [wide, inner, named]) server?.close();
    });

    test.each([
      ["public", "named"],
      ["other", "wide"],
      ["x.app", "inner"],
      ["x.deep.app", "named"],
    ])("%s leads to %s", async (name, application) => {
      // The certificate has no names of two labels.
      const host = ["host", `${name}.${domain}:${site.httpsPort}`] as const;
      const key = Buffer.alloc(16).toString("base64");
      const upgrade = [
        ["connection", "upgrade"],
        ["upgrade", "websocket"],
        ["sec-websocket-version", "13"],
        ["sec-websocket-key", key],
      ] as const;
      for (const headers of [[host], [host, ...upgrade]]) {
        const { status, body } = await site.client.get(site.url("public"), { headers });
        expect([status, body]).toEqual([200, application]);
      }
    });

    test("the portal's name leads to the portal", async () => {
      const { status, body } = await site.client.get(site.url("auth", "/api/health"));
      expect([status, body]).toEqual([200, expect.not.stringMatching(/wide/)]);
      expect((await site.client.get(site.url("auth", "/api/edge/bundle"))).status).toBe(404);
    });
  });
