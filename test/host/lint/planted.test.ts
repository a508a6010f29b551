// Each test opens one hole in a clean configuration by the smallest edit, and expects that very rule at that very line.
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ruleIds } from "../../../host/lint/lint.ts";
import { temporaryFolder } from "../../../workshop/host/files.ts";
import { lintFile } from "../support/lint-file.ts";
import { caddyHoles } from "./holes/caddy.ts";
import { composeHoles } from "./holes/compose.ts";
import { envoyHoles } from "./holes/envoy.ts";
import { haproxyHoles } from "./holes/haproxy.ts";
import { configurations, type Hole, siteWith } from "./holes/hole.ts";
import { kubernetesHoles } from "./holes/kubernetes.ts";
import { nginxHoles } from "./holes/nginx.ts";
import { nginxWasmHoles } from "./holes/nginx-wasm.ts";
import { traefikHoles } from "./holes/traefik.ts";

const holes: readonly Hole[] = [
  ...envoyHoles,
  ...nginxHoles,
  ...nginxWasmHoles,
  ...haproxyHoles,
  ...caddyHoles,
  ...traefikHoles,
  ...composeHoles,
  ...kubernetesHoles,
];

describe("zerohop lint finds", () => {
  test.each(holes)("$rule: $what ($config)", ({ rule, config, file, edit, line, site }) => {
    const [source, main] = configurations[config];
    const folder = temporaryFolder();
    cpSync(source, folder, { recursive: true });
    const edited = join(folder, file ?? main);
    const text = readFileSync(edited, "utf8");
    const planted = text.replace(edit[0], edit[1]);
    expect(planted).not.toBe(text);
    writeFileSync(edited, planted);
    const { findings } = lintFile(join(folder, main), undefined, [], siteWith(site));
    const found = findings.find((finding) => finding.rule === rule);
    expect(findings.map((finding) => finding.rule)).toContain(rule);
    expect(readFileSync(found!.file, "utf8").split("\n")[found!.line - 1]).toContain(line);
    // One hole is one finding, but where a hole opens another.
    const others = new Set(findings.map((finding) => finding.rule).filter((other) => other !== rule));
    expect([...others].filter((other) => !companions[rule]?.includes(other))).toEqual([]);
  });

  test("something by every rule", () => {
    const found = new Set(holes.map(({ rule }) => rule));
    expect(ruleIds.filter((rule) => !found.has(rule))).toEqual(["lint-allow", "lint-not-understood"]);
  });
});

/** Rules that the same hole meets. */
const companions: Readonly<Record<string, readonly string[]>> = {
  "envoy-gate-missing": [
    "envoy-normalize-path",
    "envoy-merge-slashes",
    "envoy-escaped-slashes",
    "envoy-underscore-headers",
    "envoy-rewrite-headers",
    "envoy-websocket",
    "envoy-plain-http",
  ],
  "nginx-identity-headers": ["nginx-session-cookie", "nginx-credentials", "nginx-forwarded-headers"],
  // The portal's pages are served from elsewhere now, as far as can be seen.
  "nginx-portal-plaintext": ["nginx-gate-missing"],
  "nginx-portal-tls-verify": ["nginx-gate-missing"],
  // What the host believes from a client a backend may believe as well.
  "haproxy-verify-target": ["haproxy-forwarded-headers"],
  "haproxy-question-headers": ["haproxy-forwarded-headers"],
  "traefik-verify-target": ["traefik-rewrite-headers"],
  // A client that does not send what the user is taken from is nobody behind the gate.
  "caddy-identity-headers": ["caddy-identity-removed"],
  "haproxy-identity-headers": ["haproxy-identity-removed"],
  "caddy-verify-target": ["caddy-forwarded-headers"],
  // Without the client's Connection no upgrade gets through Caddy.
  "caddy-upgrade": ["caddy-connection"],
  "caddy-plain-http": ["caddy-internal-endpoints"],
};
