import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { InvalidFileError } from "../../../host/kit/yaml/problem.ts";
import { temporaryFolder } from "../../../workshop/host/files.ts";
import { cpuTime } from "../../../workshop/processes/cpu-time.ts";
import { lintFile } from "../support/lint-file.ts";

/**
 * What goes through every request of a proxy's file ends with a budget of steps, which takes up to 20 s on a slow machine however large the file
 * is; without it, these files would take hours. Milliseconds of CPU.
 */
const longest = 60_000;

describe("a configuration as large as an attacker likes takes bounded time", () => {
  const lines = (count: number, line: (index: number) => string) =>
    Array.from({ length: count }, (_, i) => line(i)).join("\n");

  test.each([
    [
      "servers of nginx",
      "a.conf",
      lines(
        1000,
        (i) =>
          `server { server_name a${i}; location / { auth_request /a; proxy_pass http://x; } location = /a { internal; proxy_pass http://h/api/verify; } }`,
      ),
    ],
    [
      "locations that lead to each other",
      "a.conf",
      `server { ${lines(2000, (i) => `location /x${i} { internal; proxy_pass http://x; } location /y${i} { rewrite ^ /x${i} last; }`)} }`,
    ],
    [
      "frontends, hosts and conditions of HAProxy",
      "a.cfg",
      `${lines(
        500,
        (i) =>
          `frontend f${i}\n mode http\n bind :80\n acl a hdr(host) -m reg (a+)+$ a${i}\n http-request deny if { src 10.0.0.${i} } or { path_beg /a${i} } !a\n use_backend b if { hdr(host) h${i} }\n default_backend b`,
      )}\nbackend b\n mode http\n server s 127.0.0.1:1\n`,
    ],
    [
      "one frontend of HAProxy with as many hosts and paths",
      "a.cfg",
      `frontend f\n mode http\n bind :80\n${lines(5000, (i) => ` use_backend b if { hdr(host) h${i} } { path_beg /a${i} }`)}\nbackend b\n mode http\n server s 127.0.0.1:1\n`,
    ],
    [
      "snippets of Caddy in snippets",
      "Caddyfile",
      `${lines(25, (i) => `(s${i}) {\n\timport s${i - 1}\n\timport s${i - 1}\n}`)}\na {\n\timport s24\n}\n`,
    ],
    [
      "sites, hosts, paths and conditions of Caddy",
      "Caddyfile",
      lines(
        300,
        (i) =>
          `a${i}.example.com, b${i}.example.com {\n\t@a {\n\t\tremote_ip 10.0.0.${i}\n\t\tpath_regexp (a+)+$\n\t\tvars a b\n\t}\n\trespond @a 403\n\thandle /a${i}* {\n\t\treverse_proxy a:1\n\t}\n\treverse_proxy b:1\n}`,
      ),
    ],
    [
      "one site of Caddy with as many hosts and paths",
      "Caddyfile",
      `{\n}\n:443 {\n${lines(4000, (i) => `\t@h${i} {\n\t\thost h${i}\n\t\tpath /a${i}\n\t}\n\treverse_proxy @h${i} a:1`)}\n}\n`,
    ],
    [
      "containers and labels of a Compose file",
      "a.yml",
      `services:\n${lines(1500, (i) => `  s${i}: { image: x, extends: s${i + 1}, ports: ["${i + 1}:80"], labels: [traefik.enable=true, traefik.http.routers.r${i}.middlewares=a, "traefik.http.middlewares.m${i}.forwardauth.address=http://s${i}:9091/api/verify"] }`)}`,
    ],
    [
      "routes and policies of Kubernetes",
      "a.yml",
      lines(
        1500,
        (i) =>
          `---\n{ apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: { name: r${i} }, spec: { parentRefs: [{ name: g${i} }], rules: [{ backendRefs: [{ name: b }] }] } }\n---\n{ apiVersion: gateway.envoyproxy.io/v1alpha1, kind: SecurityPolicy, metadata: { name: p${i} }, spec: { targetRefs: [{ kind: Gateway, name: g${i} }], extAuth: { http: { path: /api/authz/ext-authz } } } }\n---\n{ apiVersion: networking.istio.io/v1, kind: Gateway, metadata: { name: g${i} }, spec: { selector: { a: b${i} } } }\n---\n{ apiVersion: extensions.istio.io/v1alpha1, kind: WasmPlugin, metadata: { name: zerohop${i} }, spec: { phase: AUTHN, selector: { matchLabels: { a: b${i} } } } }`,
      ),
    ],
    [
      "routers of Traefik above each other",
      "a.yml",
      `http:\n  routers:\n${lines(200, (i) => `    r${i}: { parentRefs: [${lines(19, (j) => `r${i + j + 1},`).replaceAll("\n", " ")}] }`)}`,
    ],
    [
      "chains of chains of Traefik",
      "a.yml",
      `http:\n  routers: { r: { middlewares: [m0] } }\n  middlewares:\n${lines(9, (i) => `    m${i}: { chain: { middlewares: [${Array(30).fill(`m${i + 1}`)}] } }`)}`,
    ],
    [
      "chains in chains of Traefik",
      "a.yml",
      `http:\n  routers: { r: { middlewares: [m0] } }\n  middlewares:\n${lines(10_000, (i) => `    m${i}: { chain: { middlewares: [m${i + 1}] } }`)}`,
    ],
  ])("%s", (_, name, text) => {
    const file = join(temporaryFolder(), name);
    writeFileSync(file, text);
    const started = cpuTime();
    try {
      lintFile(file);
    } catch (error) {
      if (!(error instanceof InvalidFileError)) throw error;
    }
    expect(cpuTime() - started).toBeLessThan(longest);
  });
});
