// What is written for each proxy, in each of its profiles: lint finds nothing in it, and nothing is left to be filled in.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { loadConfig } from "../../../host/app/config/load.ts";
import { siteOf } from "../../../host/cli/host-config.ts";
import type { Wishes } from "../../../host/proxies/front-of.ts";
import { type ProxyName, proxyConfiguration, proxyNamed, proxyNames } from "../../../host/proxies/proxies.ts";
import { misleadingHeaders } from "../../../host/proxies/request-headers.ts";
import { temporaryFolder, writeConfig } from "../../../workshop/host/files.ts";
import { lintFile } from "../support/lint-file.ts";
import { gate, image, profiles, siteText } from "./profiles.ts";

/** The files that others include or mount, or that are no proxy's; Apache's are not read. */
const parts =
  /traefik\/traefik\.yml$|zerohop\.conf$|zerohop-(http|server|location|advanced|portal)\.conf$|subdomain\.conf$|\.lua$|\.spoe\.cfg$|dynamic\.yml$|\.json$/;

describe.each(Object.entries(profiles))("%s", (_, { wishes, config = siteText, refused = {} }) => {
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
    // Proxies that --trusted-proxy names are in no configuration.
    const held = { ...siteOf(site), trustedProxies: undefined };
    for (const { path } of files.filter(({ path }) => !parts.test(path)))
      expect(lintFile(join(folder, path), undefined, [], held).findings).toEqual([]);
    // By itself a part may be nothing that something can be said of; it is no mistake.
    for (const { path } of files.filter(({ path }) => /zerohop-\w+\.conf$/.test(path)))
      expect(lintFile(join(folder, path), undefined, [], held).findings.map(({ severity }) => severity)).not.toContain(
        "error",
      );
  });
});

const apps = ["app.example.com=http://127.0.0.1:8000"];

describe("what cannot be written is refused", () => {
  const refusals: readonly (readonly [ProxyName, Partial<Wishes>, RegExp])[] = [
    ["nginx", { certificate: "/etc/my certificates/chain.pem" }, /--certificate .*only letters/],
    ["haproxy", { certificate: "/etc/a.pem\n  bind :81" }, /--certificate "\/etc\/a\.pem\\n/],
    ["caddy", { certificate: "/etc/{env.X}.pem" }, /--certificate/],
    ["envoy", { hostCa: '/etc/"ca".pem' }, /--host-ca/],
    ["nginx", { applicationCa: "/etc/$ca.pem" }, /--app-ca/],
    ["apache", { folder: "/etc/apache 2" }, /--folder/],
    [
      "nginx",
      { command: "zerohop proxy nginx --app 'app.example.com,\nb.example.com=http://127.0.0.1'" },
      /line break/,
    ],
    ["haproxy", { listen: "8443", edge: "10.0.0.1:8443" }, /a port each/],
    ["nginx", { listen: "80" }, /a port each/],
    ["nginx", { listen: "10.0.0.1:8443", edge: "10.0.0.1:8443" }, /a port each/],
    [
      "traefik-labels",
      { apps: ["a.example.com=http://web:80", "b.example.com=http://web:81"] },
      /web is one container/,
    ],
    ["traefik-labels", { listen: "192.0.2.1:443", edge: "10.0.0.1:443" }, /a port each/],
    [
      "traefik-labels",
      { internal: "0.0.0.0:8444", internalApps: ["b.example.com=http://wiki:80"] },
      /Docker publishes/,
    ],
  ];

  test.each(refusals)("%s %j", async (name, wishes, message) => {
    const folder = temporaryFolder();
    const { config: site } = loadConfig(await writeConfig(folder, siteText), {});
    const write = () =>
      proxyConfiguration(name, site, { ...{ command: "zerohop proxy", folder, gate, apps }, ...wishes });
    expect(write).toThrow(message);
  });
});

test.each(["envoy", "envoy-ext-authz"] as const)(
  "%s tells the portal the visitor alone, and not the balancer",
  async (name) => {
    const folder = temporaryFolder();
    const { config: site } = loadConfig(await writeConfig(folder, siteText), {});
    const wishes = { command: "zerohop proxy", folder, gate, apps, trustedProxies: ["10.0.0.0/24"] };
    const [main] = proxyConfiguration(name, site, wishes);
    const [{ filter_chains: chains }] = parse(main!.text).static_resources.listeners;
    const [portal] = chains[0].filters[0].typed_config.route_config.virtual_hosts;
    const header = { key: "x-forwarded-for", value: "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%" };
    expect(portal.request_headers_to_add).toEqual([{ header, append_action: "OVERWRITE_IF_EXISTS_OR_ADD" }]);
  },
);

test("the edge listener may have the visitors' port on an address of its own", async () => {
  const folder = temporaryFolder();
  const { config: site } = loadConfig(await writeConfig(folder, siteText), {});
  const wishes = { command: "zerohop proxy", folder, apps, listen: "192.0.2.1:443", edge: "10.0.0.1:443" };
  const [main] = proxyConfiguration("haproxy", site, wishes);
  expect(main!.text).toMatch(/bind 192\.0\.2\.1:443 .*bind 10\.0\.0\.1:443 /s);
});

test.each(["haproxy", "traefik"] as const)("%s takes the PROXY protocol by plain HTTP too", async (name) => {
  const folder = temporaryFolder();
  const { config: site } = loadConfig(await writeConfig(folder, siteText), {});
  const wishes = { command: "zerohop proxy", folder, apps, trustedProxies: ["10.0.0.0/24"], proxyProtocol: true };
  const [main] = proxyConfiguration(name, site, wishes);
  expect(main!.text.match(/expect-proxy|proxyProtocol:/g)).toHaveLength(2);
});

test.each(proxyNames.filter((name) => proxyNamed(name).hasGate))(
  "the gate of %s has as much room for sessions as the configuration says",
  async (name) => {
    const folder = temporaryFolder();
    const { config: site } = loadConfig(await writeConfig(folder, `${siteText}\ngate: { cache_megabytes: 64 }\n`), {});
    const wishes = { command: "zerohop proxy", folder, gate, apps, image, gateway: "istio=ingressgateway" };
    const written = proxyConfiguration(name, site, wishes).map(({ text }) => text);
    expect(written.join("\n")).toMatch(/\bcache_bytes"?: 67108864\b/);
  },
);

test.each(["traefik", "traefik-labels", "traefik-plugin"] as const)(
  "%s takes away behind a load balancer, which passes them on, what misleads applications",
  async (name) => {
    const folder = temporaryFolder();
    const { config: site } = loadConfig(await writeConfig(folder, siteText), {});
    const wishes = { command: "zerohop proxy", folder, apps, trustedProxies: ["10.0.0.0/24"] };
    const dynamic = proxyConfiguration(name, site, wishes).find(({ path }) => path.endsWith("dynamic.yml"));
    const { strip } = parse(dynamic!.text).http.middlewares;
    expect(strip.headers.customRequestHeaders).toMatchObject(
      Object.fromEntries(misleadingHeaders.map((header) => [header, ""])),
    );
  },
);

test.each([
  ["npm", "set $zerohop_host zerohop;"],
  ["swag", "set $zerohop_host zerohop;"],
  ["traefik-labels", "address: http://zerohop:9091/api/authz/forward-auth"],
  ["istio", "host_cluster: outbound|9091||zerohop.zerohop.svc.cluster.local"],
] as const)("%s goes to the host by a name, for its own 127.0.0.1 is another machine", async (name, expected) => {
  const folder = temporaryFolder();
  const { config: site } = loadConfig(await writeConfig(folder, siteText), {});
  const wishes = { command: "zerohop proxy", folder, apps: ["app.example.com=http://app:8000"] };
  const written = proxyConfiguration(name, site, { ...wishes, image, gateway: "istio=ingressgateway" });
  const text = written.map((file) => file.text).join("");
  expect(text).toContain(expected);
  expect(text).not.toMatch(/127\.0\.0\.1|localhost/);
});

test.each([[["zerohop.example.com=http://app:8000"]], [["zerohop.example.com=http://app:8000", ...apps]]])(
  "an application's file for swag is never in the place of the portal's: %j",
  async (named) => {
    const folder = temporaryFolder();
    const { config: site } = loadConfig(await writeConfig(folder, siteText), {});
    const files = proxyConfiguration("swag", site, { command: "zerohop proxy", folder, apps: named });
    const paths = files.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
  },
);

test("routers in labels do behind a load balancer what those of the file do", async () => {
  const folder = temporaryFolder();
  const { config: site } = loadConfig(await writeConfig(folder, siteText), {});
  const wishes = { command: "zerohop proxy", folder, gate, apps, trustedProxies: ["10.0.0.0/24"], edge: "8444" };
  const [compose] = proxyConfiguration("traefik-labels", site, wishes);
  expect(compose!.text).toContain("middlewares: strip@file,no-upgrade@file,zerohop@file,forwarded@file");
  expect(compose!.text).toContain('"8444:8444"');
});

test("Docker publishes each port at the address that was given, which the container does not have", async () => {
  const folder = temporaryFolder();
  const { config: site } = loadConfig(await writeConfig(folder, siteText), {});
  const wishes = {
    ...{
      command: "zerohop proxy",
      folder,
      apps,
      listen: "192.0.2.1:443",
      edge: "10.0.0.1:8443",
      internal: "[fd00::1]:8444",
    },
    internalApps: ["wiki.example.com=http://wiki:80"],
  };
  const [compose, fixed] = proxyConfiguration("traefik-labels", site, wishes);
  expect(parse(compose!.text).services.traefik.ports).toEqual([
    ...["192.0.2.1:80:80", "192.0.2.1:443:443", "10.0.0.1:8443:8443", "[fd00::1]:8444:8444"],
  ]);
  const points: Record<string, { readonly address: string }> = parse(fixed!.text).entryPoints;
  expect(Object.values(points).map(({ address }) => address)).toEqual([":80", ":443", ":8444", ":8443"]);
});
