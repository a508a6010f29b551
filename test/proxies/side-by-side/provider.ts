// A provider beside the table's site, with which somebody has signed in: rules can ask by whom a session was opened.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tlsFiles } from "../../../workshop/certificates/tls-files.ts";
import { HttpsClient } from "../../../workshop/clients/https-client.ts";
import { domain } from "../../../workshop/host/site.ts";
import { freePort } from "../../../workshop/processes/ports.ts";
import type { Site, Tree } from "../../../workshop/proxies/site.ts";
import { clientId, clientSecret, startOpenIdServer } from "../../../workshop/servers/openid-provider.ts";

const id = "company";

export interface ProviderBeside {
  /** Has a host know the provider, and a rule let its people alone in at app. below /company. */
  configure(config: Tree): void;
  /** Signs in as bob of the provider; returns the cookies of the session and of the browser's binding to it, each as `name=value`. */
  signIn(site: Site): Promise<{ readonly session: string; readonly binding: string }>;
}

export async function providerBeside(): Promise<ProviderBeside> {
  const folder = mkdtempSync(join(tmpdir(), "zerohop-provider-"));
  const { authority } = await tlsFiles(folder, "localhost");
  const ca = readFileSync(authority, "utf8");
  const port = await freePort();
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return {
    configure(config) {
      config.authentication_backend.providers = [
        {
          ...{
            id,
            name: "Company",
            issuer: `https://localhost:${port}`,
            client_id: clientId,
            client_secret: clientSecret,
          },
          ...{ scopes: ["openid", "profile", "email", "groups"], networks: ["127.0.0.1", "::1"], ca_file: authority },
          // Leases of the table end within seconds, and sessions are not to.
          ...{ remember_me: true, refresh_interval: "never" },
        },
      ];
      const rule = { domain: `app.${domain}`, resources: "^/company" };
      config.access_control.rules.unshift(
        { ...rule, policy: "one_factor", subject: `source:${id}` },
        { ...rule, policy: "deny" },
      );
    },
    async signIn(site) {
      const way = site.url("auth", `/login/provider/${id}`);
      const server = await startOpenIdServer({ port, tlsFolder: folder, redirectUris: [`${way}/callback`] });
      try {
        const portal = new URL(way).origin;
        const there = new HttpsClient(ca);
        const jars = new Map<string, Map<string, string>>();
        for (let at = way, login: string | undefined; ; ) {
          const { origin } = new URL(at);
          const jar = jars.get(origin) ?? new Map<string, string>();
          jars.set(origin, jar);
          const form = ["content-type", "application/x-www-form-urlencoded"] as const;
          const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
          const answer = await (origin === portal ? site.client : there).get(at, {
            method: login === undefined ? "GET" : "POST",
            headers: [["cookie", cookie], ["accept", "text/html"], ...(login === undefined ? [] : [form])],
            ...(login !== undefined && { body: login }),
          });
          for (const line of answer.cookies) {
            const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
            jar.set(name!, value!);
          }
          const { zerohop_session: session, "__Host-zerohop_session": binding } = Object.fromEntries(jar);
          if (origin === portal && session && binding)
            return { session: `zerohop_session=${session}`, binding: `__Host-zerohop_session=${binding}` };
          const location = answer.header("location");
          login = location === undefined && at.includes("/interaction/") ? "login=bob" : undefined;
          if (location !== undefined) at = new URL(location, at).href;
          else if (login === undefined) throw new Error(`${at} answers ${answer.status}: ${answer.body}`);
        }
      } finally {
        await server.end();
      }
    },
  };
}
