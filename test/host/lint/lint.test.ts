import { cpSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidFileError } from "../../../host/kit/yaml/problem.ts";
import { parseCaddyfile } from "../../../host/lint/caddy/syntax.ts";
import { parseHaproxy } from "../../../host/lint/haproxy/syntax.ts";
import { ruleIds } from "../../../host/lint/lint.ts";
import { parseNginx } from "../../../host/lint/nginx/syntax.ts";
import { zerohopInProcess } from "../../../workshop/host/command-in-process.ts";
import { temporaryFolder } from "../../../workshop/host/files.ts";
import { cpuTime } from "../../../workshop/processes/cpu-time.ts";
import { lintFile } from "../support/lint-file.ts";

const root = join(import.meta.dirname, "../../..");

/** Files with these endings may be configurations of a proxy; those of other programs are of no known kind. */
const shipped = globSync("deploy/*/**/{*.{conf,yml,yaml,cfg},Caddyfile}", { cwd: root })
  // These are looked at in the configuration that includes them; Apache's are not read, the Helm chart's are templates
  // (test/kubernetes/chart.test.ts), and what Compose files mount lies beside them in a site (test/host/cli/init.test.ts).
  .filter(
    (file) =>
      !/(zerohop-\w+|subdomain)\.conf$|\.spoe\.cfg$|apache|labels\/traefik\/|^deploy\/(helm|compose)\//.test(file),
  )
  .sort();
const ours = globSync("test/host/lint/clean/*/{*.{conf,yml,yaml,cfg},Caddyfile}", { cwd: root }).sort();

function write(name: string, text: string): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, text);
  return file;
}

describe("zerohop lint is silent on", () => {
  test.each([...shipped, ...ours])("%s", (name) => {
    expect(lintFile(join(root, name)).findings).toEqual([]);
  });

  test("configurations that are really there", () => {
    expect(shipped).toEqual(
      expect.arrayContaining(["deploy/caddy/Caddyfile", "deploy/envoy/envoy.yaml", "deploy/haproxy/haproxy.cfg"]),
    );
    expect(ours.length).toBeGreaterThanOrEqual(4);
  });
});

describe("the documentation", () => {
  test("has a paragraph for every rule, and no other", () => {
    const text = readFileSync(join(root, "docs/lint.md"), "utf8");
    const headings = [...text.matchAll(/^### (.+)\n\n\S/gm)].map((match) => match[1]);
    expect(headings).toEqual(ruleIds);
  });
});

describe("the kind of a file", () => {
  test.each([
    [
      "an RDS file",
      "a.yaml",
      "resources: [{ '@type': type.googleapis.com/envoy.config.route.v3.RouteConfiguration, name: a }]",
      "envoy",
    ],
    ["Envoy's JSON", "a.json", '{"staticResources":{}}', "envoy"],
    ["a snippet of nginx", "a.txt", "location / { proxy_pass http://a; }", "nginx"],
    ["a Caddyfile by its name", "Caddyfile", "a.example.com\nrespond 404\n", "caddy"],
    ["a Caddyfile", "a.txt", "a.example.com {\n\treverse_proxy 127.0.0.1:1\n}\n", "caddy"],
    ["HAProxy", "a.txt", "frontend a # b\n  mode http\n", "haproxy"],
    ["HAProxy with space before its sections", "a.txt", "\n  frontend a\n    mode http\n", "haproxy"],
    ["Traefik, in another spelling", "a.yml", "entrypoints: {}", "traefik"],
    [
      "a Compose file",
      "a.yml",
      "services: { a: { image: a, labels: [traefik.http.routers.a.rule=Host(`a`)] } }",
      "compose",
    ],
    ["a Kubernetes object", "a.yml", "# a\n---\n{ apiVersion: traefik.io/v1alpha1, kind: Middleware }\n", "kubernetes"],
    ["Traefik, in TOML", "a.toml", '[entryPoints.web]\naddress = ":80"', "traefik"],
    ["TOML that an editor of Windows wrote", "a.toml", '\uFEFF[entryPoints.web]\r\naddress = ":80"\r\n', "traefik"],
  ])("is told by its content: %s", (_, name, text, type) => {
    expect(lintFile(write(name, text)).type).toBe(type);
  });

  test.each([
    [
      "is of no known kind",
      "a.yml",
      "a: 1",
      /1:1: \(file\): is no configuration.*no Compose file and no Kubernetes object/,
    ],
    ["is not there", undefined, "", /cannot be read: there is no such file/],
    ["is too large", "a.conf", " ".repeat(9 * 1024 * 1024), /\(file\): is larger than 8 MiB/],
    ["is broken TOML", "a.toml", "[http]\na = 1\na = 2", /3:1: \(toml\): Defining a key multiple times/],
    ["is a template", "a.yml", "http:\n  a: {{ .Values.a }}\n  b: 1: 2\n", /^\S+:2:6: \(yaml\): is a template.*$/],
    ["nests too deeply", "a.conf", "http {".repeat(1000), /\(nginx\): blocks are nested too deeply/],
    [
      "has only global settings of HAProxy",
      "a.cfg",
      "global\n  daemon\n",
      /nothing of this was understood: there is no frontend/,
    ],
    [
      "has only snippets of Caddy",
      "Caddyfile",
      "(a) {\n\trespond 404\n}\n",
      /nothing of this was understood: there is no site/,
    ],
    ["is TOML that nests too deeply", "a.toml", `[http]\na = ${"[".repeat(5000)}${"]".repeat(5000)}\n`, /too deeply/],
    ["is broken YAML", "a.yml", "http: [", /\(yaml\)/],
    ["is a broken Caddyfile", "Caddyfile", 'a {\n\tb "c\n', /2:4: \(caddy\): the quote " has no end/],
    [
      "is a Caddyfile with a block on one line",
      "Caddyfile",
      "a {\n\thandle /b { reverse_proxy c }\n}\n",
      /2:14: \(caddy\): nothing may stand behind \{ on its line/,
    ],
    [
      "is a Caddyfile that imports itself",
      "Caddyfile",
      "(a) {\n\timport a\n}\na {\n\timport a\n}\n",
      /\(caddy\): imports are nested too deeply/,
    ],
    ["is broken HAProxy", "a.cfg", 'global\n  log "a\n', /2:3: \(haproxy\): a quote in this line has no end/],
    ["is broken nginx", "a.conf", "http { server { listen 80 }", /1:17: \(nginx\): "listen" has no ; after it/],
  ])("is refused when the file %s", (_, name, text, message) => {
    const file = name === undefined ? "/nonexistent/a.conf" : write(name, text);
    expect(() => lintFile(file)).toThrow(message);
  });
});

describe("a file of which nothing is understood", () => {
  test.each([
    ["envoy", "a.yaml", "spec: { route: [] }"],
    ["nginx", "a.conf", "apiVersion v1;"],
    ["haproxy", "a.cfg", "resolvers a\n  nameserver b 127.0.0.1:53\n"],
    ["caddy", "a", "# nothing\n"],
    ["traefik", "a.yml", "services: { app: { labels: [traefik.enable=true] } }"],
    ["compose", "a.yml", "services: { app: { image: nginx, labels: { com.example: a } } }"],
    ["kubernetes", "a.yml", "{ apiVersion: v1, kind: Service }\n---\n{ apiVersion: apps/v1, kind: Deployment }\n"],
  ] as const)("is refused, and not found clean: %s", (type, name, text) => {
    expect(() => lintFile(write(name, text), type)).toThrow(/:1:1: \(file\): nothing of this was understood/);
  });

  test("names the command for what a container of a Compose file mounts, which then is understood", async () => {
    const service = (more: string) => `services: { front: { image: nginx, ports: ["443:443"]${more} } }\n`;
    expect(() => lintFile(write("compose.yaml", service("")))).toThrow(/configuration: nginx\.conf, haproxy\.cfg/);
    const file = write("compose.yaml", service(', volumes: ["./nginx:/etc/nginx:ro"]'));
    cpSync(join(root, "deploy/nginx"), join(dirname(file), "nginx"), { recursive: true });
    const { code, stderr } = await zerohopInProcess(["lint", file]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/the service front mounts .*: zerohop lint --root \S+ \S+\n/),
    ]);
    const [, ...words] = /zerohop (lint .*)\n/.exec(stderr)![1]!.split(" ");
    expect(await zerohopInProcess(["lint", ...words])).toMatchObject({ code: 0, stderr: "" });
  });

  test("ends the command with 2", async () => {
    const { code, stdout, stderr } = await zerohopInProcess([
      "lint",
      "--type",
      "traefik",
      write("a.yml", "services: {}"),
    ]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("there is no http, tcp, entryPoints or other section of Traefik in it");
  });

  test("is told as JSON, too", async () => {
    const file = write("a.yml", "services: {}");
    const { code, stdout, stderr } = await zerohopInProcess(["lint", "--json", file]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({
      ...{ file, line: 1, column: 1, rule: "lint-not-understood", severity: "unknown" },
      message: expect.stringContaining("is no configuration of Envoy, nginx, HAProxy, Caddy or Traefik, no Compose"),
      docs: "docs/lint.md#lint-not-understood",
    });
  });

  test.each([
    ["nginx", "a.conf", "server { listen 443 ssl; location / { return 404; } }", "caddy"],
    ["nginx", "a.conf", "frontend a\n  mode http;\n", "nginx"],
    ["haproxy", "a.cfg", "frontend a\n  mode http\n", "caddy"],
    ["traefik", "a.yml", "http: { routers: {} }", "caddy"],
  ] as const)("is that of another proxy: %s in %s", (told, name, text, type) => {
    const file = write(name, text);
    if (told === type) expect(() => lintFile(file, type)).toThrow(/nothing of this was understood/);
    else expect(() => lintFile(file, type)).toThrow(`a configuration of ${told} in it, and none of ${type}`);
  });

  test.each([
    ["is empty", "a.conf", "", /nothing of this was understood: it is empty/],
    ["is no text", "a.conf", "server {\0}", /cannot be read: it is no text/],
  ])("%s", (_, name, text, message) => {
    expect(() => lintFile(write(name, text))).toThrow(message);
  });
});

describe("a part of a file that is not understood", () => {
  test("ends the command with 2, and what is found is told as well", async () => {
    const file = write("a.conf", "location / { satisfy any; proxy_pass http://127.0.0.1:1; }");
    const { code, stdout } = await zerohopInProcess(["lint", file]);
    expect(code).toBe(2);
    expect(stdout.split("\n")).toEqual([
      `${file}:1:1: lint-not-understood: unknown: there is no server block in it, so nothing is known about the requests that come here: lint the file that includes this (docs/lint.md#lint-not-understood)`,
      expect.stringContaining(`${file}:1:14: nginx-satisfy-any: `),
      `${file}: nginx, 1 error, 1 unknown`,
      "",
    ]);
  });

  test("can be allowed by a comment where it is told", () => {
    const file = write(
      "a.conf",
      "server { listen 443 ssl;\n# zerohop-lint: allow nginx-include-missing\ninclude /nonexistent/a.conf;\n}",
    );
    expect(lintFile(file).findings).toEqual([]);
  });
});

describe("the portal where nothing that asks it is in view", () => {
  const ingress =
    "{ apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: { name: a }, spec: { ingressClassName: nginx";
  test.each([
    ["nginx", "a.conf", (name: string) => `server { listen 443 ssl; location / { proxy_pass https://${name}:9091; } }`],
    ["Caddy", "Caddyfile", (name: string) => `auth.example.com {\n\treverse_proxy ${name}:9091\n}\n`],
    [
      "HAProxy",
      "a.cfg",
      (name: string) =>
        `frontend a\n  mode http\n  bind :443 ssl\n  default_backend ${name}\nbackend ${name}\n  mode http\n  server s 127.0.0.1:9091\n`,
    ],
    [
      "ingress-nginx",
      "a.yml",
      (name: string) =>
        `${ingress}, rules: [{ host: auth.example.com, http: { paths: [{ path: /, backend: { service: { name: ${name} } } }] } }] } }`,
    ],
    [
      "Traefik's objects",
      "a.yml",
      (name: string) =>
        `{ apiVersion: traefik.io/v1alpha1, kind: IngressRoute, metadata: { name: a, namespace: sso }, spec: { routes: [{ match: Host(\`auth.example.com\`), services: [{ name: ${name}, port: 80 }] }] } }`,
    ],
    [
      "Traefik, by the host in a URL",
      "a.yml",
      (name: string) =>
        `http: { routers: { a: { rule: Host(\`auth.example.com\`), service: a } }, services: { a: { loadBalancer: { servers: [{ url: "http://${name}:9091" }] } } } }`,
    ],
  ])("is told by its name: %s", (_, name, text) => {
    const missing = (portal: string) =>
      lintFile(write(name, text(portal))).findings.filter(({ rule }) => rule.endsWith("gate-missing")).length;
    expect(missing("zerohop-host")).toBe(0);
    expect(missing("authelia-service")).toBe(0);
    expect(missing("application")).toBe(1);
  });

  test.each(["proxy_pass http://127.0.0.1:9091;", "proxy_pass http://10.0.0.5:8080;"])(
    "may be what a file of nginx's conf.d leads to: %s",
    (pass) => {
      const file = write("a.conf", `server { listen 443 ssl; server_name auth.example.com; location / { ${pass} } }`);
      expect(lintFile(file).findings.filter(({ rule }) => rule === "nginx-gate-missing")).toEqual([
        expect.objectContaining({ severity: "unknown", message: expect.stringContaining("what includes this file") }),
      ]);
    },
  );
});

describe("a fragment", () => {
  test.each([
    [
      "clusters of Envoy",
      "a.yaml",
      "resources: [{ '@type': type.googleapis.com/envoy.config.cluster.v3.Cluster, name: a }]",
    ],
    [
      "routes of Envoy",
      "a.yaml",
      "resources: [{ '@type': type.googleapis.com/envoy.config.route.v3.RouteConfiguration, name: a }]",
    ],
    ["middlewares of Traefik", "a.yml", "http: { middlewares: { a: { compress: {} } } }"],
    ["middlewares of Traefik, in TOML", "a.toml", "[http.middlewares.a.compress]"],
    [
      "options of Traefik in a Compose file",
      "a.yml",
      "services: { a: { image: traefik:3, command: --entrypoints.a.address=:80 } }",
    ],
    ["a Middleware", "a.yml", "{ apiVersion: traefik.io/v1alpha1, kind: Middleware, spec: { compress: {} } }"],
    [
      "a policy for routes that are elsewhere",
      "a.yml",
      "{ apiVersion: gateway.envoyproxy.io/v1alpha1, kind: SecurityPolicy, spec: { targetRefs: [{ kind: HTTPRoute, name: a }] } }",
    ],
    [
      "a policy for a Gateway that asks something else",
      "a.yml",
      "{ apiVersion: gateway.envoyproxy.io/v1alpha1, kind: SecurityPolicy, spec: { targetRefs: [{ kind: Gateway, name: a }], extAuth: { http: { path: /check, backendRefs: [{ name: opa }] } } } }",
    ],
    [
      "a module in Istio that is no gate",
      "a.yml",
      "{ apiVersion: extensions.istio.io/v1alpha1, kind: WasmPlugin, spec: { url: 'oci://registry.example.com/waf:1' } }",
    ],
  ])("without a place by which requests come in is not found clean: %s", (_, name, text) => {
    const { findings } = lintFile(write(name, text));
    expect(findings).toContainEqual(
      expect.objectContaining({ rule: "lint-not-understood", line: 1, severity: "unknown" }),
    );
  });

  const tcpProxy = "{ '@type': a.TcpProxy, cluster: b }";
  test.each([
    ["Envoy", "a.yaml", `filter_chains: [{ filters: [{ typed_config: ${tcpProxy} }] }]`],
    ["nginx", "a.conf", "stream { server { listen 443; proxy_pass a:443; } }"],
    [
      "HAProxy",
      "a.cfg",
      "defaults\n  mode tcp\nfrontend a\n  bind :443\n  default_backend b\nbackend b\n  server s 10.0.0.1:443\n",
    ],
  ])("that passes on TCP alone is not found clean: %s", (_, name, text) => {
    expect(lintFile(write(name, text)).findings).toEqual([
      expect.objectContaining({
        rule: "lint-not-understood",
        severity: "unknown",
        message: expect.stringContaining("no gate decides"),
      }),
    ]);
  });

  test.each([
    ["Upgrade", "$upgrade", 'map $http_upgrade $upgrade { default ""; websocket websocket; }'],
    ["Cookie", `\${rest}`, 'map $http_cookie $rest { default ""; }'],
  ])("of nginx that sets %s to another file's variable is not found clean", (header, value, map) => {
    const location = `location / { auth_request /a; proxy_set_header ${header} ${value}; proxy_pass http://127.0.0.1:1; }`;
    const server = `server { listen 443 ssl; location = /a { internal; proxy_pass http://127.0.0.1:2/api/authz/auth-request; } ${location} }`;
    const unseen = (text: string) =>
      lintFile(write("a.conf", text)).findings.filter(({ message }) => message.includes("which nothing in view gives"));
    expect(unseen(server)).toEqual([
      expect.objectContaining({
        rule: "lint-not-understood",
        severity: "unknown",
        message: expect.stringMatching(header),
      }),
    ]);
    expect(unseen(`${map}\n${server}`)).toEqual([]);
  });

  test("of nginx knows what variables nginx gives values itself", () => {
    const question =
      "location = /a { internal; proxy_pass http://127.0.0.1:2/api/authz/auth-request; proxy_set_header X-Original-URL $scheme://$host:$server_port$request_uri; }";
    const text = `server { listen 443 ssl; ${question} location / { auth_request /a; proxy_set_header Cookie $sent_http_a$msec; proxy_pass http://127.0.0.1:1; } }`;
    expect(lintFile(write("a.conf", text)).findings.map(({ rule }) => rule)).not.toContain("lint-not-understood");
  });

  test("with Envoy's listeners alone is looked at", () => {
    const manager =
      "{ '@type': a.HttpConnectionManager, rds: { route_config_name: a }, http_filters: [{ name: envoy.filters.http.router }] }";
    const text = `resources: [{ '@type': type.googleapis.com/envoy.config.listener.v3.Listener, filter_chains: [{ filters: [{ typed_config: ${manager} }] }] }]`;
    expect(lintFile(write("a.yaml", text)).findings.map(({ rule }) => rule)).toContain("envoy-gate-missing");
  });
});

describe("a comment", () => {
  const server = (comment: string) => `server {
    listen 443 ssl;
    location /open {
        ${comment}
        proxy_pass http://127.0.0.1:1;
    }
}
`;

  test("allows what it stands above, and nothing else", () => {
    const file = write("a.conf", server("# zerohop-lint: allow nginx-gate-missing"));
    expect(lintFile(file).findings).toEqual([]);
  });

  test("that allows nothing is reported", () => {
    const file = write("a.conf", server("# zerohop-lint: allow nginx-gate-mising"));
    expect(lintFile(file).findings.map(({ rule, line }) => [rule, line])).toEqual([
      ["lint-allow", 4],
      ["nginx-gate-missing", 5],
    ]);
  });
});

describe("the command", () => {
  const text = "server {\n  listen 80;\n  location / { proxy_pass http://127.0.0.1:1; }\n}\n";

  test("prints file:line:col, rule, what is wrong and where more is said; exit code 1", async () => {
    const file = write("site.conf", text);
    const { code, stdout, stderr } = await zerohopInProcess(["lint", file]);
    expect(stderr).toBe("");
    expect(stdout).toBe(
      `${file}:2:3: nginx-plain-http: warning: this server passes on requests that came without TLS: listen with ssl, and redirect port 80 to it (docs/lint.md#nginx-plain-http)
${file}:3:16: nginx-gate-missing: location / passes requests on undecided: add auth_request, or proxy_wasm with the gate; if it is the portal that this leads to, lint nginx.conf, which includes what shows that (docs/lint.md#nginx-gate-missing)
${file}: nginx, 1 error, 1 warning
`,
    );
    expect(code).toBe(1);
  });

  test("prints JSON lines", async () => {
    const file = write("site.conf", text);
    const { stdout } = await zerohopInProcess(["lint", "--json", file]);
    expect(
      stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line))[1],
    ).toEqual({
      file,
      line: 3,
      column: 16,
      rule: "nginx-gate-missing",
      severity: "error",
      message:
        "location / passes requests on undecided: add auth_request, or proxy_wasm with the gate; if it is the portal that this leads to, lint nginx.conf, which includes what shows that",
      docs: "docs/lint.md#nginx-gate-missing",
    });
  });

  test("ends with 0 on a clean file and with 2 when wrongly called", async () => {
    const clean = await zerohopInProcess(["lint", "deploy/envoy/envoy.yaml"], { cwd: root });
    expect(clean).toEqual({ code: 0, stdout: "deploy/envoy/envoy.yaml: envoy, nothing found\n", stderr: "" });
    expect((await zerohopInProcess(["lint"])).code).toBe(2);
    expect((await zerohopInProcess(["lint", "--type", "apache", "a"])).code).toBe(2);
  });
});

describe("the reader of nginx's syntax", () => {
  test("resolves quotes, escapes, comments and variables as nginx does", () => {
    const { directives, mistakes } = parseNginx(
      "f",
      `set $a "x \\"y\\" ; {" 'z'; # no }\nlocation ~ "^/a{1}" { return 200 a}b$\{c}d; }\n`,
    );
    expect(mistakes).toEqual([]);
    expect(directives).toEqual([
      { file: "f", line: 1, column: 1, name: "set", words: ["$a", 'x "y" ; {', "z"] },
      {
        file: "f",
        line: 2,
        column: 1,
        name: "location",
        words: ["~", "^/a{1}"],
        block: [{ file: "f", line: 2, column: 23, name: "return", words: ["200", "a}b$\x7bc}d"] }],
      },
    ]);
  });

  test("skips Lua", () => {
    const { directives, mistakes } = parseNginx("f", "content_by_lua_block { if a then t = {1} end } listen 80;");
    expect(mistakes).toEqual([]);
    expect(directives.map(({ name }) => name)).toEqual(["content_by_lua_block", "listen"]);
  });

  const hostile = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc
      .array(
        fc.constantFrom(
          "{",
          "}",
          ";",
          '"',
          "'",
          "\\",
          "#",
          "\n",
          " ",
          "$",
          "${",
          "server",
          "location",
          "include",
          "*",
          "auth_request",
          "set",
          "proxy_pass",
          "http://$a",
          "off",
          "$a",
        ),
        { maxLength: 120 },
      )
      .map((parts) => parts.join("")),
  );

  test("never throws, and finds every directive within the text", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const lines = text.split("\n");
        const waiting = [...parseNginx("f", text).directives];
        for (let next = waiting.pop(); next; next = waiting.pop()) {
          expect(next.column).toBeLessThanOrEqual(lines[next.line - 1]!.length + 1);
          waiting.push(...(next.block ?? []));
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("and the rules answer any text with findings or its mistakes", () => {
    const file = write("a.conf", "");
    fc.assert(
      fc.property(hostile, (text) => {
        writeFileSync(file, `server {} ${text}`);
        try {
          lintFile(file, "nginx");
        } catch (error) {
          if (!(error instanceof InvalidFileError)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ["one line of directives", "a b;", 200_000],
    ["nested blocks", "a {", 200_000],
    ["closing braces", "}", 300_000],
    ["quotes", "'", 300_001],
    ["backslashes", "\\", 400_000],
    ["lines", "a\n;", 200_000],
  ])("takes time linear in the text: %s", (_, part, times) => {
    const started = cpuTime();
    parseNginx("f", part.repeat(times));
    expect(cpuTime() - started).toBeLessThan(3000);
  });
});

describe("the reader of HAProxy's syntax", () => {
  test("resolves quotes, escapes, comments and its own environment as HAProxy does", () => {
    const { sections, mistakes } = parseHaproxy(
      "f",
      `global # a\n  setenv A b\ndefaults from x\nfrontend f from base\r\n\tacl a path_reg \\.php$ "x $A $\x7bA}\\"" 'y $A' z\\ z \\#\n  bind :80 \\\n   ssl\n.if x\n`,
    );
    expect(mistakes).toEqual([]);
    expect(sections.map(({ kind, name, options, line }) => [kind, name, options, line])).toEqual([
      ["global", "", [], 1],
      ["defaults", "", ["from", "x"], 3],
      ["frontend", "f", ["from", "base"], 4],
    ]);
    expect(sections[2]!.statements).toEqual([
      { file: "f", line: 5, column: 2, words: ["acl", "a", "path_reg", "\\.php$", 'x b b"', "y $A", "z z", "#"] },
      { file: "f", line: 6, column: 3, words: ["bind", ":80", "ssl"] },
    ]);
  });

  const hostile = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc
      .array(
        fc.constantFrom(
          ..."{ } ! !{ \" ' \\ # \n $ $A if unless or acl a hdr(host) path,url_dec -m reg -i str ( ) [ ] %[ %[src] found var(a) set-var(a)".split(
            " ",
          ),
          ..."http-request del-header set-header replace-header lua.zerohop_authz lua.auth-request lua.auth-intercept deny allow".split(
            " ",
          ),
          ..."use_backend default_backend server s 127.0.0.1:1 bind :80 ssl mode http tcp setenv A redirect (a+)+$ [^".split(
            " ",
          ),
          "\n",
          "\nfrontend f\n",
          "\nbackend a\n",
          "\nlisten l from d\n",
          "\ndefaults d\n",
        ),
        { maxLength: 120 },
      )
      .map((parts) => parts.join(" ")),
  );

  test("never throws, and finds every statement within the text", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const lines = text.split("\n");
        for (const { line, column } of parseHaproxy("f", text).sections.flatMap((section) => section.statements))
          expect(column).toBeLessThanOrEqual(lines[line - 1]!.length + 1);
      }),
      { numRuns: 2000 },
    );
  });

  test("and the rules answer any text with findings or its mistakes", () => {
    const file = write("a.cfg", "");
    fc.assert(
      fc.property(hostile, (text) => {
        writeFileSync(
          file,
          `frontend f\n mode http\n default_backend a\n${text}\nbackend a\n mode http\n server s 127.0.0.1:1\n`,
        );
        try {
          lintFile(file, "haproxy");
        } catch (error) {
          if (!(error instanceof InvalidFileError)) throw error;
        }
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  test.each([
    ["one line of words", "a ", 500_000],
    ["lines", "a\n", 300_000],
    ["quotes", "'", 300_001],
    ["backslashes", "\\", 400_000],
    ["lines that go on", "a \\\n", 200_000],
    ["sections", "frontend a\n", 100_000],
    ["variables", '"$A"', 200_000],
  ])("takes time linear in the text: %s", (_, part, times) => {
    const started = cpuTime();
    parseHaproxy("f", `global\nsetenv A ${"a".repeat(1000)}\n${part.repeat(times)}`);
    expect(cpuTime() - started).toBeLessThan(3000);
  });
});

describe("the reader of Caddyfiles", () => {
  test("resolves quotes, heredocs, comments and defaults of the environment as Caddy does", () => {
    const { directives, mistakes } = parseCaddyfile(
      "f",
      `{\n\temail {$A:b}\n}\n# c\na.com, # d\nb.com {\n\tx "y \\"z\\" #" \\\n\t\t\`{ e }\` f#g {$B}\n\trespond <<END\n\t\ta\n\t\t } b\n\t\tEND 200\n}\n`,
    );
    expect(mistakes).toEqual([]);
    expect(directives).toEqual([
      {
        ...{ file: "f", line: 1, column: 1, name: "", args: [] },
        block: [{ file: "f", line: 2, column: 2, name: "email", args: ["b"] }],
      },
      {
        ...{ file: "f", line: 5, column: 1, name: "a.com,", args: ["b.com"] },
        block: [
          { file: "f", line: 7, column: 2, name: "x", args: ['y "z" #', "{ e }", "f#g", "{$B}"] },
          { file: "f", line: 9, column: 2, name: "respond", args: ["a\n } b", "200"] },
        ],
      },
    ]);
  });

  const hostile = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc
      .array(
        fc.constantFrom(
          ...'{ } " ` \\ # , (a) &(a) import a * /a* @a @b not path path_regexp header header_regexp host expression remote_ip'.split(
            " ",
          ),
          ..."handle handle_path route respond forward_auth reverse_proxy request_header header_up handle_response invoke order before".split(
            " ",
          ),
          ..."uri /api/verify 127.0.0.1:1 copy_headers -Remote* Upgrade websocket {header.Upgrade} {args[0]} {block} <<A A (a+)+$ [^ || && ! (".split(
            " ",
          ),
          "\n",
          " {\n",
          "\n}\n",
          "\na.com {\n",
          "\n(a) {\n",
        ),
        { maxLength: 120 },
      )
      .map((parts) => parts.join(" ")),
  );

  test("never throws, and finds every directive within the text", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const lines = text.split("\n");
        const waiting = [...parseCaddyfile("f", text).directives];
        for (let next = waiting.pop(); next; next = waiting.pop()) {
          expect(next.column).toBeLessThanOrEqual(lines[next.line - 1]!.length + 1);
          waiting.push(...(next.block ?? []));
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("and the rules answer any text with findings or its mistakes", () => {
    const file = write("Caddyfile", "");
    fc.assert(
      fc.property(hostile, (text) => {
        writeFileSync(file, `(a) {\n\trespond @a 404\n}\na.com {\n\t${text}\n\treverse_proxy b:1\n}\n`);
        try {
          lintFile(file, "caddy");
        } catch (error) {
          if (!(error instanceof InvalidFileError)) throw error;
        }
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  test.each([
    ["one line of words", "a ", 500_000],
    ["lines", "a\n", 300_000],
    ["blocks", "a {\n", 200_000],
    ["closing braces", "}\n", 200_000],
    ["quotes", '"', 300_001],
    ["heredocs", "<<A\nA\n", 100_000],
    ["heredocs without an end", "<<A\n", 100_000],
    ["commas", "a,\n", 200_000],
    ["backslashes", "\\", 400_000],
  ])("takes time linear in the text: %s", (_, part, times) => {
    const started = cpuTime();
    parseCaddyfile("f", part.repeat(times));
    expect(cpuTime() - started).toBeLessThan(3000);
  });
});
