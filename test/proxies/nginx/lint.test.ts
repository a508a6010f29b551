// What `zerohop lint` says about locations of nginx is what a real nginx does: a finding where a request that nobody has let in gets
// through, and none where none does.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "../../../workshop/host/files.ts";
import { freePort } from "../../../workshop/processes/ports.ts";
import { type Program, startProgram } from "../../../workshop/processes/program.ts";
import { describeWith } from "../../../workshop/programs/needed.ts";
import { onPath } from "../../../workshop/programs/on-path.ts";
import { until } from "../../../workshop/waiting.ts";
import { lintFile } from "../../host/support/lint-file.ts";

interface Shape {
  readonly what: string;
  /** What is in the server. `BACKEND` and `HOST` are addresses, `FILES` is a folder, `@gate` are the lines of a gate. */
  readonly server: string;
  readonly path?: string;
  /** A request with a body of so many bytes. */
  readonly body?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether somebody unknown gets to a backend's, a file's or a text's secret. */
  readonly opens: boolean;
}

const pass = "proxy_pass http://BACKEND;";
const gate = "auth_request /auth;";
const question = (inside: string, path = "= /auth") => `location ${path} { internal; ${inside} }`;
const asks = question(
  'proxy_pass http://HOST/api/authz/auth-request; proxy_pass_request_body off; proxy_set_header Content-Length "";',
);

const shapes: readonly Shape[] = [
  { what: "a gate", server: `${asks} location / { ${gate} ${pass} }`, opens: false },
  { what: "no gate", server: `${asks} location / { ${pass} }`, opens: true },
  { what: "return before the gate", server: `${asks} location / { ${gate} return 200 secret; }`, opens: true },
  { what: "try_files behind the gate", server: `${asks} location / { ${gate} try_files /file =404; }`, opens: false },
  {
    what: "a named location that try_files leads to behind the gate",
    server: `${asks} location / { ${gate} try_files $uri @app; } location @app { ${pass} }`,
    opens: false,
  },
  {
    what: "a named location that try_files leads to without a gate",
    server: `${asks} location / { try_files $uri @app; } location @app { ${pass} }`,
    opens: true,
  },
  {
    what: "a named location that leads to another behind the gate",
    server: `${asks} location / { ${gate} try_files $uri @a; } location @a { try_files $uri @b; } location @b { ${pass} }`,
    opens: false,
  },
  {
    what: "rewrite last before the gate",
    server: `${asks} location / { ${gate} rewrite ^ /app last; } location = /app { internal; ${pass} }`,
    opens: true,
  },
  {
    what: "rewrite break behind the gate",
    server: `${asks} location / { ${gate} rewrite ^ /app break; ${pass} }`,
    opens: false,
  },
  {
    what: "alias behind the gate",
    server: `${asks} location /f/ { ${gate} alias FILES/; }`,
    path: "/f/file",
    opens: false,
  },
  ...[
    { code: "401", what: "its refusal", opens: true },
    { code: "404", what: "what is not there", opens: false },
    { code: "405", what: "what cannot be posted to", opens: false, body: 1 },
  ].map(({ code, what, opens, ...rest }) => ({
    what: `an error page for ${what}, behind the gate`,
    server: `${asks} location / { ${gate} error_page ${code} = @app; root FILES; } location @app { ${pass} }`,
    ...rest,
    opens,
  })),
  {
    what: "an error page for a refusal that keeps its status",
    server: `${asks} location / { ${gate} error_page 401 @app; ${pass} } location @app { ${pass} }`,
    opens: true,
  },
  {
    what: "an error page for a body that is too large",
    server: `${asks} location / { ${gate} client_max_body_size 9; error_page 413 = @app; ${pass} } location @app { ${pass} }`,
    ...{ body: 10, opens: true },
  },
  {
    what: "an error page for a body that is too large, of the server",
    server: `${asks} error_page 413 = @app; location / { ${gate} client_max_body_size 9; ${pass} } location @app { ${pass} }`,
    ...{ body: 10, opens: true },
  },
  {
    what: "an error page for a status that return says",
    server: `${asks} location / { ${gate} error_page 418 = @app; if ($arg_a) { return 418; } ${pass} } location @app { ${pass} }`,
    ...{ path: "/?a=1", opens: true },
  },
  {
    what: "an error page for the gate's outage",
    server: `${question("proxy_pass http://127.0.0.1:1/api/verify;")} location / { ${gate} error_page 500 = @app; ${pass} } location @app { ${pass} }`,
    opens: true,
  },
  {
    what: "an error page that only redirects",
    server: `${asks} location / { ${gate} error_page 401 = @login; ${pass} } location @login { return 302 /login; }`,
    opens: false,
  },
  {
    what: "a pass in an if, behind the gate",
    server: `${asks} location / { ${gate} if ($arg_a) { ${pass} } ${pass} }`,
    path: "/?a=1",
    opens: false,
  },
  {
    what: "a nested location, behind the gate",
    server: `${asks} location / { ${gate} ${pass} location /a { ${pass} } }`,
    path: "/a",
    opens: false,
  },
  { what: "a gate of the server", server: `${gate} ${asks} location / { ${pass} }`, opens: false },
  {
    what: "a question that the location for everything answers",
    server: `location / { ${gate} ${pass} }`,
    opens: true,
  },
  {
    what: "a question that return answers",
    server: `${question("return 204;")} location / { ${gate} ${pass} }`,
    opens: true,
  },
  {
    what: "a question that an if answers",
    server: `${question("if ($http_x_a) { return 200; } proxy_pass http://HOST/api/verify;")} location / { ${gate} ${pass} }`,
    ...{ headers: { "X-A": "1" }, opens: true },
  },
  {
    what: "a question that a file answers",
    server: `${question("root FILES; try_files /file =404;")} location / { ${gate} ${pass} }`,
    opens: true,
  },
  {
    what: "a question that is refused",
    server: `${question("return 401;")} location / { ${gate} ${pass} }`,
    opens: false,
  },
  {
    what: "a question that a location with an expression answers",
    server: `${question("rewrite ^ /api/verify break; proxy_pass http://HOST;", "~ ^/auth")} location / { ${gate} ${pass} }`,
    opens: false,
  },
  {
    what: "a question that try_files leads to a named location",
    server: `${question("try_files /none @ask;")} location @ask { rewrite ^ /api/verify break; proxy_pass http://HOST; } location / { ${gate} ${pass} }`,
    opens: false,
  },
  {
    what: "a question that a rewrite leads on",
    server: `${question("rewrite ^ /ask last;")} location = /ask { internal; proxy_pass http://HOST/api/verify; } location / { ${gate} ${pass} }`,
    opens: false,
  },
];

const others = ["Remote-Groups", "Remote-Name", "Remote-Email"].map((name) => `proxy_set_header ${name} "";`).join(" ");

/** What becomes of a client's own Remote-User where somebody is let in. */
const copies: readonly Shape[] = [
  { what: "a header that is not set", server: `${asks} location / { ${gate} ${pass} }`, opens: true },
  {
    what: "a header that is taken out",
    server: `${asks} location / { ${gate} proxy_set_header Remote-User ""; ${others} ${pass} }`,
    opens: false,
  },
  {
    what: "a header that is taken out, and passed on in a line before that",
    server: `${asks} location / { ${gate} ${others} proxy_set_header Remote-User $http_remote_user; proxy_set_header Remote-User ""; ${pass} }`,
    opens: true,
  },
  {
    what: "a header that is taken out, and passed on in a line behind that",
    server: `${asks} location / { ${gate} ${others} proxy_set_header Remote-User ""; proxy_set_header remote-user $http_remote_user; ${pass} }`,
    opens: true,
  },
  {
    what: "a header that the server takes out",
    server: `${asks} proxy_set_header Remote-User ""; ${others} location / { ${gate} ${pass} }`,
    opens: false,
  },
  {
    what: "a header that the server takes out, for locations that set none",
    server: `${asks} proxy_set_header Remote-User ""; ${others} location / { ${gate} proxy_set_header Host $host; ${pass} }`,
    opens: true,
  },
  {
    what: "a header that a location behind the gate does not set",
    server: `${asks} location / { ${gate} proxy_set_header Remote-User ""; try_files /none @app; } location @app { ${pass} }`,
    opens: true,
  },
];

/** Rules about ways around the gate, other than by what a request has in it. */
const aroundIt =
  /^nginx-(gate-missing|auth-request-off|satisfy-any|return-before-gate|error-page|ungated-files|auth-location-(missing|answer|endpoint))$/;

describeWith(onPath("nginx"), "what lint says is what nginx does:", (program) => {
  let nginx: Program;
  let port: number;
  let backend: Server;
  let host: Server;
  const folder = mkdtempSync(join(tmpdir(), "zerohop-nginx-lint-"));

  const serverOf = ({ server }: Pick<Shape, "server">, name: string) =>
    `server { listen 127.0.0.1:${port}; server_name ${name}; root ${folder}/none; ${server} }`
      .replaceAll("BACKEND", `127.0.0.1:${(backend.address() as AddressInfo).port}`)
      .replaceAll("HOST", `127.0.0.1:${(host.address() as AddressInfo).port}`)
      .replaceAll("FILES", `${folder}/files`);

  const rulesFor = (server: string) => {
    const file = join(temporaryFolder(), "nginx.conf");
    writeFileSync(file, `http { ${serverOf({ server }, "a.test")} }`);
    return lintFile(file).findings.map(({ rule, severity }) => ({ rule, severity }));
  };

  beforeAll(async () => {
    mkdirSync(join(folder, "files"));
    writeFileSync(join(folder, "files", "file"), "secret");
    // It tells what it was sent for Remote-User.
    backend = createServer((asked, answer) => {
      const sent = asked.rawHeaders.flatMap((name, at, all) =>
        /^remote-user$/i.test(name) ? (all[at + 1] ?? "") : [],
      );
      asked.resume().on("end", () => answer.end(`secret ${sent.join(" ")}`));
    });
    host = createServer((asked, answer) => {
      answer.writeHead(asked.headers.cookie === "zerohop_session=good" ? 200 : 401).end();
    });
    for (const server of [backend, host]) await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    port = await freePort();
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    writeFileSync(
      join(folder, "nginx.conf"),
      `pid ${folder}/pid; error_log stderr; ${process.getuid?.() === 0 ? "user root;" : ""} events {}
       http { access_log off; server_names_hash_bucket_size 128;
       ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join("\n")}
       ${[...shapes, ...copies].map((shape, at) => serverOf(shape, `s${at}.test`)).join("\n")} }`,
    );
    nginx = startProgram(
      ...([
        "nginx",
        program,
        ["-c", join(folder, "nginx.conf"), "-g", "daemon off;"],
        join(folder, "log"),
        folder,
      ] as const),
    );
    await until(() => ask(port, "s0.test", {}), { running: [nginx] });
  });

  afterAll(async () => {
    await nginx?.stop();
    for (const server of [backend, host]) server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(shapes.map((shape, at) => ({ ...shape, at })))("$what", async ({ at, server, opens, ...asked }) => {
    expect((await ask(port, `s${at}.test`, asked)).includes("secret")).toBe(opens);
    const found = rulesFor(server).filter(({ rule, severity }) => aroundIt.test(rule) && severity === "error");
    expect(found.length > 0).toBe(opens);
  });

  test.each(copies.map((copy, at) => ({ ...copy, at: at + shapes.length })))("$what", async ({ at, server, opens }) => {
    const headers = { "Remote-User": "forged", Cookie: "zerohop_session=good" };
    const answer = await ask(port, `s${at}.test`, { headers });
    expect(answer).toContain("secret");
    expect(answer.includes("forged")).toBe(opens);
    expect(rulesFor(server).some(({ rule }) => rule === "nginx-identity-headers")).toBe(opens);
  });
});

/** The body of the answer. */
function ask(
  port: number,
  name: string,
  { path = "/", body = 0, headers = {} }: Partial<Pick<Shape, "path" | "body" | "headers">>,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { port, path, method: body > 0 ? "POST" : "GET", headers: { ...headers, Host: name }, agent: false },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (part: string) => (text += part));
        answer.on("end", () => resolve(text)).on("error", reject);
      },
    );
    asked.on("error", reject).end("x".repeat(body));
  });
}
