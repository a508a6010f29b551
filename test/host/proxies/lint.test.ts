// What is written for each proxy, in each of its profiles: lint finds nothing in it, and nothing is left to be filled in.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../../../host/app/config/load.ts";
import { lintFile } from "../../../host/lint/lint.ts";
import type { Wishes } from "../../../host/proxies/front-of.ts";
import { type ProxyName, proxyConfiguration, proxyNamed, proxyNames } from "../../../host/proxies/proxies.ts";
import { configText, temporaryFolder, writeConfig } from "../../../workshop/host/files.ts";

const text = configText.replace("127.0.0.1:0", "127.0.0.1:9091\n  spoe_address: 127.0.0.1:9092");
const app = "app.example.com=http://127.0.0.1:8000";
const image = `registry.example.com/zerohop/gate:0.1.0@sha256:${"1".repeat(64)}`;
const gate = { rootKeys: [{ kid: "k", x: "A".repeat(43) }], edgeToken: `zhe_${"a".repeat(43)}` };

interface Profile {
  readonly wishes: Partial<Wishes>;
  readonly config?: string;
  /** Those that say that they cannot, and how. */
  readonly refused?: Readonly<Partial<Record<ProxyName, RegExp>>>;
}

const profiles: Readonly<Record<string, Profile>> = {
  "one application": { wishes: { apps: [app] } },
  "the portal alone": { wishes: {} },
  "applications alone": { wishes: { apps: [app], withoutPortal: true } },
  "several applications": {
    wishes: {
      apps: [app, "admin.example.com,www.example.com=https://10.0.0.7:8443", "*.dev.example.com=http://[::1]:3000"],
    },
    refused: { apache: /by http:/, "traefik-labels": /container/ },
  },
  "an application by h2c": {
    wishes: { apps: ["app.example.com=h2c://127.0.0.1:8000"] },
    refused: { nginx: /HTTP\/2/, swag: /HTTP\/2/, "nginx-wasm": /HTTP\/2/, apache: /by http:/ },
  },
  "another port": {
    wishes: { apps: [app], listen: "192.0.2.1:10443", http: "off" },
    config: text.replace("https://auth.example.com", "https://auth.example.com:8443"),
  },
  "a host elsewhere, by TLS": {
    wishes: { apps: [app], hosts: ["https://zerohop.example.com:9091"], hostCa: "/etc/ca.pem" },
    refused: { apache: /on Apache's machine/ },
  },
  "several hosts": {
    wishes: { apps: [app], hosts: ["https://10.0.0.1:9091", "https://10.0.0.2:9091"], hostCa: "/etc/ca.pem" },
    refused: {
      ...{ "nginx-wasm": /one address/, "caddy-module": /one host/ },
      ...{ traefik: /one/, "traefik-labels": /one/, apache: /one host/ },
    },
  },
  "gates on other machines": {
    wishes: { apps: [app], edge: "10.0.0.1:8444" },
    refused: { apache: /--edge/, npm: /--edge/, swag: /--edge/ },
  },
  "behind a load balancer": { wishes: { apps: [app], trustedProxies: ["10.0.0.0/24"] } },
  "behind Cloudflare": { wishes: { apps: [app], cloudflare: true } },
  "behind the PROXY protocol": {
    wishes: { apps: [app], trustedProxies: ["10.0.0.0/24"], proxyProtocol: true },
    refused: { apache: /--proxy-protocol/, npm: /--proxy-protocol/, swag: /--proxy-protocol/ },
  },
  "further identity headers": {
    wishes: { apps: [app] },
    config: text.replace(
      "portal_url: https://auth.example.com",
      "portal_url: https://auth.example.com\n      identity_headers: { user: [X-WEBAUTH-USER, X-Forwarded-User] }",
    ),
  },
};

/** The files that others include, or that are no proxy's; Apache's are not read. */
/** The files that others include or mount, or that are no proxy's; Apache's are not read. */
const parts =
  /traefik\/traefik\.yml$|zerohop\.conf$|zerohop-(http|server|location|advanced|portal)\.conf$|subdomain\.conf$|\.lua$|\.spoe\.cfg$|dynamic\.yml$|\.json$/;

describe.each(Object.entries(profiles))("%s", (_, { wishes, config = text, refused = {} }) => {
  test.each(proxyNames)("%s", async (name) => {
    const folder = temporaryFolder();
    const { config: site } = loadConfig(await writeConfig(folder, config), {});
    const { inCluster } = proxyNamed(name);
    const write = () =>
      proxyConfiguration(name, site, {
        ...{ command: "zerohop proxy", folder, gate, ...wishes },
        ...(inCluster && { image, gateway: name === "istio" ? "istio=ingressgateway" : "eg" }),
      });
    const refusal = refused[name];
    if (refusal) return expect(write).toThrow(refusal);
    const files = write();
    for (const { path, text, secret = false } of files) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text, { mode: secret ? 0o600 : 0o644 });
      chmodSync(file, secret ? 0o600 : 0o644);
      expect(text).not.toMatch(/\bCHANGE\b|undefined|\[object|NaN/);
      expect([path, text.includes("zhe_")]).toEqual([path, secret]);
      expect(text).toMatch(/[^\n]\n$/);
      expect(text).not.toMatch(/[ \t]\n|\n\n\n/);
    }
    for (const { path } of files.filter(({ path }) => !parts.test(path)))
      expect(lintFile(join(folder, path)).findings).toEqual([]);
  });
});
