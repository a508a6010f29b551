// What a proxy's configuration is held to by the host's: its headers, its session's cookie, its portal's host, its proxies.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { remoteHeaders } from "../../../host/lint/identity-headers.ts";
import { zerohopInProcess } from "../../../workshop/host/command-in-process.ts";
import { configText, temporaryFolder } from "../../../workshop/host/files.ts";
import { lintFile } from "../support/lint-file.ts";
import { configurations, type Hole, siteWith } from "./holes/hole.ts";

function rulesIn(config: keyof typeof configurations, site: Hole["site"]): string[] {
  const [folder, main] = configurations[config];
  const { findings } = lintFile(join(folder, main), undefined, [], siteWith(site));
  return [...new Set(findings.map(({ rule }) => rule))];
}

describe("where the gate sets a header, a proxy that passes on the client's is a hole", () => {
  const site = { identityHeaders: [...remoteHeaders, "X-WEBAUTH-USER"] };

  test.each([
    ["extAuthz", "envoy-ext-authz-headers"],
    ["nginx", "nginx-identity-headers"],
    ["wasm", "nginx-identity-headers"],
    ["haproxy", "haproxy-identity-headers"],
    ["haproxyAgent", "haproxy-identity-headers"],
    ["haproxyAuthRequest", "haproxy-identity-headers"],
    ["traefik", "traefik-identity-headers"],
    ["compose", "traefik-identity-headers"],
    ["kubernetesTraefik", "traefik-identity-headers"],
    ["kubernetesIngress", "kubernetes-identity-headers"],
    ["kubernetesGateway", "kubernetes-identity-headers"],
    ["kubernetesIstio", "kubernetes-identity-headers"],
  ] as const)("%s", (config, rule) => expect(rulesIn(config, site)).toEqual([rule]));

  // There the gate takes the client's away itself, by the bundle. This Caddyfile removes X-* from whatever comes.
  test.each(["envoy", "traefikPlugin", "caddyModule", "caddy"] as const)("but not in %s", (config) =>
    expect(rulesIn(config, site)).toEqual([]),
  );

  test("in Caddy as well", () =>
    expect(rulesIn("caddy", { identityHeaders: [...remoteHeaders, "Grafana-User"] })).toEqual([
      "caddy-identity-headers",
    ]));
});

describe("a session's cookie of another name is looked for", () => {
  test.each([
    ["nginx", "nginx-session-cookie"],
    ["caddy", "caddy-session-cookie"],
  ] as const)("%s", (config, rule) => expect(rulesIn(config, { sessionCookie: "sso" })).toEqual([rule]));

  // What is cut there is what the host, or the module, says.
  test.each(["haproxyAgent", "wasm", "caddyModule"] as const)("but not in %s", (config) =>
    expect(rulesIn(config, { sessionCookie: "sso" })).toEqual([]),
  );
});

describe("what serves the portal's own host is the portal", () => {
  const site = { portalHosts: ["door.example.com"] };
  const server = `server {
    listen 443 ssl;
    server_name door.example.com;
    location ~ ^/(api/edge|api/authz|api/verify|metrics)(/|$) { return 404; }
    location / { proxy_pass http://127.0.0.1:4000; }
  }`;
  const caddyfile = `door.example.com {
	@internal path /api/edge /api/edge/* /api/authz /api/authz/* /api/verify /metrics
	respond @internal 404
	reverse_proxy 127.0.0.1:4000
}
`;
  const router = `http:
  routers:
    internal: { rule: "Host(\`door.example.com\`) && (PathPrefix(\`/api/edge\`) || PathPrefix(\`/api/authz\`) || Path(\`/api/verify\`) || Path(\`/metrics\`))", middlewares: [nobody], service: door }
    door: { rule: Host(\`door.example.com\`), service: door }
  middlewares: { nobody: { ipAllowList: { sourceRange: [192.0.2.0/32] } } }
  services: { door: { loadBalancer: { servers: [{ url: http://127.0.0.1:4000 }] } } }
`;

  test.each([
    ["nginx", "door.conf", server],
    ["Caddy", "Caddyfile", caddyfile],
    ["Traefik", "door.yml", router],
  ])("in %s, whatever it is called and listens at", (_, name, text) => {
    const file = join(temporaryFolder(), name);
    writeFileSync(file, text);
    expect(lintFile(file).findings.map(({ rule }) => rule)).toContainEqual(expect.stringMatching(/-gate-missing$/));
    expect(lintFile(file, undefined, [], siteWith(site)).findings).toEqual([]);
  });
});

describe("zerohop lint", () => {
  const withHeader = configText.replace(
    "portal_url: https://auth.example.com",
    "portal_url: https://auth.example.com\n      identity_headers: { user: [Grafana-User] }",
  );
  const open = `app.example.com {
	route {
		@connect method CONNECT
		respond @connect 405
		request_header -Connection
		request_header -Upgrade
		request_header -Remote*
		request_header -HTTP2-Settings
		request_header -Forwarded
		request_header -X-*
		request_header -X_*
		request_header -X.*
		forward_auth 127.0.0.1:9091 {
			uri /api/authz/forward-auth
			copy_headers Remote-User Remote-Groups Remote-Name Remote-Email Authorization
		}
		request_header -Cookie
		reverse_proxy 127.0.0.1:8000
	}
}
`;

  function written(config: string, name = "zerohop.yml"): string {
    const folder = temporaryFolder();
    writeFileSync(join(folder, name), config);
    writeFileSync(join(folder, "Caddyfile"), open);
    return folder;
  }

  test("takes the configuration that --config names", async () => {
    const folder = written(withHeader, "mine.yml");
    const without = await zerohopInProcess(["lint", join(folder, "Caddyfile")]);
    expect([without.code, without.stdout]).toEqual([0, expect.stringContaining("nothing found\n")]);
    const { code, stdout } = await zerohopInProcess([
      "lint",
      "--config",
      join(folder, "mine.yml"),
      join(folder, "Caddyfile"),
    ]);
    expect(code).toBe(1);
    expect(stdout).toContain("caddy-identity-headers: a client's own grafana-user, grafana_user, grafana.user reaches");
    expect(stdout).toContain(`(held to ${join(folder, "mine.yml")})`);
  });

  test("finds it beside the proxy's", async () => {
    const folder = written(withHeader);
    const { code, stdout } = await zerohopInProcess(["lint", join(folder, "Caddyfile")]);
    expect([code, stdout]).toEqual([1, expect.stringContaining(`1 error (held to ${join(folder, "zerohop.yml")})`)]);
  });

  test("takes Authelia's names in it, as check and serve do", async () => {
    const authelias = withHeader
      .replace("address: 127.0.0.1:0", "host: 127.0.0.1\n  port: 9091\n  buffers: { read: 8192 }")
      .replace("session:", "session:\n  secret: insecure_session_secret");
    const { code, stdout, stderr } = await zerohopInProcess(["lint", join(written(authelias), "Caddyfile")]);
    expect([code, stderr, stdout]).toEqual([1, "", expect.stringContaining("1 error (held to ")]);
  });

  test("says what is wrong with one that it finds, and that something is unknown then", async () => {
    const folder = written(withHeader.replace("Grafana-User", "Content-Type"));
    const { code, stderr } = await zerohopInProcess(["lint", join(folder, "Caddyfile")]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/zerohop\.yml:\d+:\d+: session\.cookies\[0\]\.identity_headers\.user/);
  });
});
