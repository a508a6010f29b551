// Files that are linted in one run: layers of a Compose project, and middlewares of Traefik that one file names and another has.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { InvalidFileError } from "../../../host/kit/yaml/problem.ts";
import { lintFiles } from "../../../host/lint/lint.ts";
import { zerohopInProcess } from "../../../workshop/host/command-in-process.ts";
import { temporaryFolder } from "../../../workshop/host/files.ts";

/** Writes files into a folder, lints those that are named in one run, and returns for each the rules that find something. */
function found(files: Readonly<Record<string, string>>, ...given: readonly string[]): (string[] | string)[] {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return lintFiles(given.map((name) => join(folder, name))).map((result) =>
    result instanceof InvalidFileError ? result.message : result.findings.map(({ rule }) => rule),
  );
}

const gate = `
  portal:
    image: zerohop
    labels:
      traefik.http.middlewares.gate.forwardauth.address: http://portal:9091/api/authz/forward-auth
      traefik.http.middlewares.gate.forwardauth.trustForwardHeader: "false"
      traefik.http.middlewares.gate.forwardauth.authResponseHeaders: Remote-User, Remote-Groups, Remote-Name, Remote-Email, Authorization
      traefik.http.middlewares.strip.headers.customrequestheaders.Upgrade: ""
      traefik.http.middlewares.strip.headers.customrequestheaders.X-Original-Url: ""
      traefik.http.middlewares.strip.headers.customrequestheaders.X-Rewrite-Url: ""
      # zerohop-lint: allow traefik-internal-endpoints
      traefik.http.routers.portal.rule: Host(\`auth.example.com\`)
`;
const app = (middlewares: string, more = "") => `
  app:
    image: app
${more}    labels:
      traefik.http.routers.app.rule: Host(\`app.example.com\`)
${middlewares}`;
const named = "      traefik.http.routers.app.middlewares: strip,gate\n";
const layer = (more: string) => `services:\n  app:\n${more}`;
const labelled = layer("    labels:\n      traefik.http.routers.app.middlewares: strip,gate\n");

describe("a Compose file", () => {
  test("is looked at with the override that Compose lays over it by itself", () => {
    const base = `services:${gate}${app("")}`;
    expect(found({ "compose.yaml": base }, "compose.yaml")).toEqual([["traefik-gate-missing"]]);
    expect(found({ "compose.yaml": base, "compose.override.yml": labelled }, "compose.yaml")).toEqual([[]]);
    const opening = layer("    ports: ['80:80']\n");
    const closed = `services:${gate}${app(named)}`;
    expect(found({ "compose.yaml": closed, "compose.override.yml": opening }, "compose.yaml")).toEqual([
      ["compose-published-port"],
    ]);
  });

  test("is looked at with a file of the same run that can only be laid over it, in whatever order", () => {
    const files = { "app.yml": `services:${gate}${app("")}`, "app.prod.yml": labelled };
    expect(found(files, "app.yml", "app.prod.yml")[0]).toEqual([]);
    expect(found(files, "app.prod.yml", "app.yml")[1]).toEqual([]);
    expect(found(files, "app.yml")).toEqual([["traefik-gate-missing"]]);
  });

  test("loses what a layer resets or overrides", () => {
    const base = `services:${gate}${app(named, "    ports: ['80:80']\n")}`;
    const under = (over: string) => found({ "a.yml": base, "b.yml": layer(over) }, "a.yml", "b.yml")[0];
    expect(under("    ports: ['127.0.0.1:81:81']\n")).toEqual(["compose-published-port"]);
    expect(under("    ports: !override ['127.0.0.1:80:80']\n")).toEqual([]);
    expect(under("    ports: !reset []\n")).toEqual([]);
    // The router goes with its labels, and with it what was wrong, and what the port is.
    expect(under("    labels: !reset {}\n    ports: !reset null\n")).toEqual([]);
  });

  test("is not mixed with another project's of the same folder", () => {
    const files = { "a.yml": `services:${gate}${app("")}`, "b.yml": `services:${gate}${app(named)}` };
    expect(found(files, "a.yml", "b.yml")).toEqual([["traefik-gate-missing"], []]);
  });

  test("and its layer are told as one", async () => {
    const folder = temporaryFolder();
    const [base, over] = [join(folder, "a.yml"), join(folder, "b.yml")];
    writeFileSync(base, `services:${gate}${app("")}`);
    writeFileSync(over, labelled);
    expect(await zerohopInProcess(["lint", base, over])).toEqual({
      code: 0,
      stdout: `${base}: compose, nothing found\n${over}: looked at as a part of ${base}\n`,
      stderr: "",
    });
  });
});

describe("a middleware of another file of the run", () => {
  const routers =
    "http: { routers: { app: { rule: 'Host(`app.example.com`)', middlewares: [strip@docker, gate@docker] } } }";

  test("is known by name, from Compose to Compose, and from Compose to Traefik's own files", () => {
    const files = { "gate.yml": `services:${gate}`, "app.yml": `services:${app(named)}`, "routers.yml": routers };
    expect(found(files, "app.yml")).toEqual([["traefik-gate-unseen"]]);
    expect(found(files, "gate.yml", "app.yml", "routers.yml")).toEqual([[], [], []]);
  });

  test("does not take the place of one of the file's own", () => {
    const own = `services:${app(`${named}      traefik.http.middlewares.gate.compress: "true"\n`)}`;
    expect(found({ "gate.yml": `services:${gate}`, "app.yml": own }, "gate.yml", "app.yml")).toEqual([
      [],
      ["traefik-gate-missing"],
    ]);
  });

  test("puts no gate before routers that do not name it, as its entry points would", () => {
    const entry =
      "entryPoints: { web: { address: ':443', http: { middlewares: [gate@docker] } } }\nproviders: { docker: { exposedByDefault: false } }";
    const files = { "static.yml": entry, "gate.yml": `services:${gate}`, "app.yml": `services:${app("")}` };
    expect(found(files, "static.yml", "gate.yml", "app.yml")[2]).toEqual(["traefik-gate-missing"]);
  });
});
