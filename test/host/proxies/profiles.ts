// The profiles of `zerohop proxy`: what an operator may wish for, and which proxies cannot have it.
import type { Wishes } from "../../../host/proxies/front-of.ts";
import type { ProxyName } from "../../../host/proxies/proxies.ts";
import { configText } from "../../../workshop/host/files.ts";

/** The configuration of the site. */
export const siteText = configText
  .replace("127.0.0.1:0", "127.0.0.1:9091\n  spoe_address: 127.0.0.1:9092")
  .replace("trusted_proxies: [127.0.0.1]", "trusted_proxies: [127.0.0.1, 10.0.0.0/16]");
const app = "app.example.com=http://127.0.0.1:8000";
/** nginx by itself takes no line of 4,096 bytes and no name of 50; HAProxy takes 64 words in a line. */
const many = [
  `${"a".repeat(63)}.example.com=http://127.0.0.1:8001`,
  ...Array.from({ length: 130 }, (_, i) => `app${i}.example.com=http://127.0.0.1:${9200 + i}`),
];
const manyNames = Array.from({ length: 60 }, (_, i) => `name${i}.example.com`).join(",");
const manyNetworks = Array.from({ length: 60 }, (_, i) => `10.0.${i}.0/24`);
export const image = `registry.example.com/zerohop/gate:0.1.0@sha256:${"1".repeat(64)}`;
export const gate = { rootKeys: [{ kid: "k", x: "A".repeat(43) }], edgeToken: `zhe_${"a".repeat(43)}` };

interface Profile {
  readonly wishes: Partial<Wishes>;
  readonly config?: string;
  /** Those that say that they cannot, and how. */
  readonly refused?: Readonly<Partial<Record<ProxyName, RegExp>>>;
}

export const profiles: Readonly<Record<string, Profile>> = {
  "one application": { wishes: { apps: [app] } },
  "the portal alone": { wishes: {} },
  "applications alone": { wishes: { apps: [app], withoutPortal: true } },
  "several applications": {
    wishes: {
      apps: [app, "admin.example.com,www.example.com=https://10.0.0.7:8443", "*.dev.example.com=http://[::1]:3000"],
    },
    refused: { apache: /by http:/, "traefik-labels": /container/ },
  },
  "many applications, by a long command": {
    wishes: { apps: many, command: `zerohop proxy nginx${" --app another.example.com=http://127.0.0.1".repeat(100)}` },
  },
  "many names of an application": { wishes: { apps: [`${manyNames}=http://127.0.0.1:8001`] } },
  "an application by h2c": {
    wishes: { apps: ["app.example.com=h2c://127.0.0.1:8000"] },
    refused: { nginx: /HTTP\/2/, swag: /HTTP\/2/, "nginx-wasm": /HTTP\/2/, apache: /by http:/ },
  },
  "another port": {
    wishes: { apps: [app], listen: "127.0.0.9:10443", http: "off" },
    config: siteText.replace("https://auth.example.com", "https://auth.example.com:8443"),
  },
  "a host elsewhere, by TLS": {
    wishes: { apps: [app], hosts: ["https://localhost:9091"], hostCa: "/etc/ca.pem" },
    refused: { apache: /on Apache's machine/ },
  },
  "several hosts": {
    wishes: { apps: [app], hosts: ["https://10.0.0.1:9091", "https://10.0.0.2:9091"], hostCa: "/etc/ca.pem" },
    refused: {
      apache: /one host/,
    },
  },
  "an application for internal networks": {
    wishes: {
      apps: [app],
      internal: "127.0.0.3:10444",
      internalApps: ["admin.example.com,*.intern.example.com=http://127.0.0.1:8001"],
      http: "off",
    },
    refused: {
      ...{ npm: /--internal/, swag: /--internal/, istio: /Gateway's/, "envoy-gateway": /Gateway's/ },
    },
  },
  "applications for internal networks alone": {
    wishes: {
      ...{ withoutPortal: true, internal: "127.0.0.3:10444", http: "off" },
      internalApps: ["admin.example.com=http://127.0.0.1:8001"],
    },
    refused: {
      ...{ npm: /--internal/, swag: /--internal/, istio: /Gateway's/, "envoy-gateway": /Gateway's/ },
    },
  },
  "gates on other machines": {
    wishes: { apps: [app], edge: "10.0.0.1:8444" },
    refused: { apache: /--edge/, npm: /--edge/, swag: /--edge/ },
  },
  "behind a load balancer": { wishes: { apps: [app], trustedProxies: ["10.0.0.0/24"] } },
  "behind Cloudflare": {
    wishes: { apps: [app], cloudflare: true },
    refused: {
      traefik: /server\.trusted_proxies .* 173\.245\.48\.0\/20/,
      ...{ "traefik-labels": /server\.trusted_proxies/, "traefik-plugin": /server\.trusted_proxies/ },
    },
  },
  "behind the PROXY protocol": {
    wishes: { apps: [app], trustedProxies: ["10.0.0.0/24"], proxyProtocol: true },
    refused: { apache: /--proxy-protocol/, npm: /--proxy-protocol/, swag: /--proxy-protocol/ },
  },
  "behind many load balancers": { wishes: { apps: [app], trustedProxies: manyNetworks } },
  "behind many load balancers, by the PROXY protocol": {
    wishes: { apps: [app], trustedProxies: manyNetworks, proxyProtocol: true },
    refused: { apache: /--proxy-protocol/, npm: /--proxy-protocol/, swag: /--proxy-protocol/ },
  },
  "another session cookie": {
    wishes: { apps: [app] },
    config: siteText.replace("session:\n", "session:\n  name: sso.cookie\n"),
  },
  "further identity headers": {
    wishes: { apps: [app] },
    config: siteText.replace(
      "portal_url: https://auth.example.com",
      "portal_url: https://auth.example.com\n      identity_headers: { user: [X-WEBAUTH-USER, X-Forwarded-User] }",
    ),
  },
};
