// What nginx includes: where it is looked for, and what is said about what is not there.
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Root } from "../../../host/lint/kind.ts";
import { zerohopInProcess } from "../../../workshop/host/command-in-process.ts";
import { temporaryFolder } from "../../../workshop/host/files.ts";
import { lintFile } from "../support/lint-file.ts";

/** A folder with these files. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** The rules that find something, with the severity of what they are not sure of. */
function found(folder: string, file: string, roots: readonly Root[] = []): string[] {
  return lintFile(join(folder, file), undefined, roots).findings.map(({ rule, severity, message }) =>
    severity === "unknown" ? `${rule}: ${message.replaceAll(`${folder}/`, "")}` : rule,
  );
}

const http = (inside: string) => `events {}\nhttp {\n${inside}\n}\n`;
const open = "server {\n  listen 443 ssl;\n  location / { proxy_pass http://127.0.0.1:1; }\n}\n";
const closed = "server {\n  listen 443 ssl;\n  location / { return 404; }\n}\n";
const missing = (pattern: string, why = "is not on this machine") =>
  expect.stringMatching(
    new RegExp(
      `^nginx-include-missing: ${pattern.replace(/[.*]/g, "\\$&")} ${why}, so nothing is known .*--root /etc/nginx=DIR$`,
    ),
  );

describe("an include of nginx", () => {
  test("by a pattern whose folder is not on this machine is told, whatever lies beside the file", () => {
    const folder = folderOf({ "nginx.conf": http("include /srv/nowhere/conf.d/*.conf;"), "other.conf": closed });
    expect(found(folder, "nginx.conf")).toEqual([missing("/srv/nowhere/conf.d/*.conf")]);
  });

  test("hides no location of the file itself", () => {
    const folder = folderOf({ "nginx.conf": http(`include /srv/nowhere/*.conf;\n${open}`) });
    expect(found(folder, "nginx.conf")).toEqual([missing("/srv/nowhere/*.conf"), "nginx-gate-missing"]);
  });

  test("names the location of a page in the file that has it: nothing is said of the page alone, in what is included", () => {
    const pages = "location / {\n  error_page 401 = @login;\n  error_page 403 =200 /denied;\n}\n";
    const folder = folderOf({ "pages.conf": pages, "nginx.conf": http("server {\n  include pages.conf;\n}") });
    const alone = found(folder, "pages.conf").filter((rule) => rule === "nginx-error-page");
    const included = found(folder, "nginx.conf").filter((rule) => rule === "nginx-error-page");
    expect([alone.length, included.length]).toEqual([1, 2]);
  });

  test.each([
    ["the folder of an absolute name, beside the file", "nginx.conf", "/srv/etc/conf.d/*.conf", "conf.d/a.conf"],
    [
      "a folder around the file that is called alike",
      "conf/site-confs/default",
      "/srv/conf/gate.conf",
      "conf/gate.conf",
    ],
    ["the folder of nginx.conf, which is called nginx there", "nginx.conf", "/srv/nginx/gate.conf", "gate.conf"],
    ["a relative name, beside nginx.conf", "sites/default", "snippets/gate.conf", "snippets/gate.conf"],
    ["a name in braces and brackets", "nginx.conf", '"conf.d/a{b}[.]conf*"', "conf.d/a{b}.conf"],
  ])("is found in %s", (_, file, pattern, included) => {
    const folder = folderOf({ "nginx.conf": http(""), [file]: http(`include ${pattern};`), [included]: open });
    expect(found(folder, file)).toEqual(["nginx-gate-missing"]);
  });

  test.each([
    ["a folder", [{ there: "/srv/conf", here: "copy/conf" }], "copy/conf/sites/a.conf"],
    [
      "the longest of several",
      [
        { there: "/", here: "no" },
        { there: "/srv/conf", here: "copy" },
      ],
      "copy/sites/a.conf",
    ],
    ["all there is", [{ there: "/", here: "root" }], "root/srv/conf/sites/a.conf"],
  ])("is found where --root says that %s is", (_, roots, included) => {
    const folder = folderOf({
      "nginx.conf": http("include /srv/conf/sites/*.conf;"),
      [included]: open,
      "sites/a.conf": closed,
    });
    const here = roots.map((root) => ({ ...root, here: join(folder, root.here) }));
    expect(found(folder, "nginx.conf", here)).toEqual(["nginx-gate-missing"]);
  });

  test("is followed by links of another machine, and told where they lead nowhere", () => {
    const folder = folderOf({
      "nginx.conf": http("include sites-enabled/*;"),
      "sites-available/a": open,
      "sites-enabled/b": closed,
    });
    symlinkSync("/srv/etc/sites-available/a", join(folder, "sites-enabled/a"));
    symlinkSync("/srv/etc/sites-available/c", join(folder, "sites-enabled/c"));
    expect(found(folder, "nginx.conf")).toEqual([
      missing("sites-enabled/c", "cannot be read: it is no file"),
      "nginx-gate-missing",
    ]);
  });

  test("may be nested, and is told where it includes itself, is too large, a folder or no text", () => {
    const folder = folderOf({
      "nginx.conf": http("include a.conf;\ninclude large.conf;\ninclude d.conf;\ninclude binary.conf;"),
      "a.conf": "include b.conf;",
      "b.conf": `${open}include a.conf;`,
      "large.conf": " ".repeat(9 * 1024 * 1024),
      "binary.conf": "server {\0}",
      "d.conf/e": "",
    });
    expect(found(folder, "nginx.conf")).toEqual([
      missing("large.conf", "is larger than 8 MiB"),
      missing("d.conf", "cannot be read: it is no file"),
      missing("binary.conf", "cannot be read: it is no text"),
      "nginx-gate-missing",
      expect.stringContaining("a.conf is included by itself, with which nginx does not start"),
    ]);
  });

  test("may be in each of a thousand servers, and ends where files include others without end", () => {
    const server = (name: string) =>
      `server {\n listen 443 ssl;\n server_name ${name};\n include a.conf;\n include b.conf;\n}\n`;
    const servers = Array.from({ length: 1000 }, (_, i) => server(`app${i}.example.com`)).join("");
    const parts = { "a.conf": "location / { return 404; }", "b.conf": "client_max_body_size 0;" };
    expect(found(folderOf({ "nginx.conf": http(servers), ...parts }), "nginx.conf")).toEqual([]);
    const levels = [0, 1, 2, 3].map((level) => [`${level}.conf`, `include ${level + 1}.conf;\n`.repeat(40)]);
    const many = { ...Object.fromEntries(levels), "4.conf": "# nothing\n".repeat(10_000) };
    const findings = found(folderOf({ "nginx.conf": http("include 0.conf;"), ...many }), "nginx.conf");
    expect(findings[0]).toContain("makes the whole longer than any configuration that people write");
  });

  test("of an empty folder includes nothing", () => {
    const folder = folderOf({ "nginx.conf": http(`include conf.d/*.conf;\n${closed}`), "conf.d/README": "" });
    expect(found(folder, "nginx.conf")).toEqual([]);
  });

  test("that may have the gate leaves open whether it is missing", () => {
    const site = (location: string) =>
      `server {\n  listen 443 ssl;\n  include /config/nginx/ssl.conf;\n  location / {\n    ${location}\n    proxy_pass http://app:1;\n  }\n}\n`;
    const folder = folderOf({ "gated.conf": site("include /config/nginx/gate-location.conf;"), "open.conf": site("") });
    expect(found(folder, "gated.conf")).toEqual([
      missing("/config/nginx/ssl.conf"),
      missing("/config/nginx/gate-location.conf"),
      "nginx-gate-missing: /config/nginx/gate-location.conf could not be read; unless it says otherwise, location / passes requests on undecided: add auth_request, or proxy_wasm with the gate; if it is the portal that this leads to, lint nginx.conf, which includes what shows that",
    ]);
    expect(found(folder, "open.conf")).toEqual([missing("/config/nginx/ssl.conf"), "nginx-gate-missing"]);
  });

  test("of one file in several places makes one finding, which names them", () => {
    const site = (name: string) => `server {\n  listen 443 ssl;\n  server_name ${name};\n  include pass.conf;\n}\n`;
    const folder = folderOf({
      "nginx.conf": http("abcdefgh".split("").map(site).join("")),
      "pass.conf": "location / { proxy_pass http://app:1; }",
    });
    const { findings } = lintFile(join(folder, "nginx.conf"));
    expect(findings.map(({ rule, file }) => [rule, file])).toEqual([["nginx-gate-missing", join(folder, "pass.conf")]]);
    expect(findings[0]!.message).toMatch(/\(included at \S+nginx.conf:6, (\S+nginx.conf:\d+(, )?){4} and 3 others\)$/);
  });

  test("is told with exit code 2, and found by --root", async () => {
    const folder = folderOf({ "nginx.conf": http("include /srv/conf/*.conf;"), "copy/a.conf": closed });
    const file = join(folder, "nginx.conf");
    expect(await zerohopInProcess(["lint", file])).toMatchObject({
      code: 2,
      stdout: expect.stringContaining("unknown: /srv/conf/*.conf is not"),
    });
    const mapped = await zerohopInProcess([
      "lint",
      "--root",
      "/srv/other=/nowhere",
      "--root",
      `/srv/conf=${folder}/copy`,
      file,
    ]);
    expect(mapped).toEqual({ code: 0, stdout: `${file}: nginx, nothing found\n`, stderr: "" });
    expect((await zerohopInProcess(["lint", "--root", "srv=/a", file])).code).toBe(2);
  });
});

describe("of several files", () => {
  const lines = async (folder: string, ...files: readonly string[]) => {
    const { stdout } = await zerohopInProcess(["lint", ...files.map((name) => join(folder, name))]);
    return stdout.replaceAll(`${folder}/`, "").trim().split("\n");
  };

  test("one that another includes is not looked at by itself, in whatever order and through links", async () => {
    const folder = folderOf({ "nginx.conf": http("include conf.d/*.conf;"), "available/app": closed });
    mkdirSync(join(folder, "conf.d"));
    symlinkSync(join(folder, "available/app"), join(folder, "conf.d/app.conf"));
    writeFileSync(join(folder, "conf.d/part.conf"), "proxy_http_version 1.1;\n");
    const given = ["conf.d/part.conf", "nginx.conf", "available/app"];
    expect((await zerohopInProcess(["lint", ...given.map((name) => join(folder, name))])).code).toBe(0);
    expect(await lines(folder, ...given)).toEqual([
      "conf.d/part.conf: looked at as a part of nginx.conf",
      "nginx.conf: nginx, nothing found",
      "available/app: looked at as a part of nginx.conf",
    ]);
  });

  test("one with the portal alone is said to need what shows that it is the portal", async () => {
    const folder = folderOf({ "nginx.conf": http(`include conf.d/*.conf;\n${open}`), "conf.d/portal.conf": open });
    const hint = "if it is the portal that this leads to, lint nginx.conf";
    expect((await lines(folder, "conf.d/portal.conf"))[0]).toContain(hint);
    expect((await lines(folder, "nginx.conf")).join()).not.toContain(hint);
  });

  test("one that is given twice is looked at once", async () => {
    const folder = folderOf({ "nginx.conf": http(open) });
    const found = await lines(folder, "nginx.conf", "nginx.conf");
    expect(found.filter((line) => line.includes("nginx-gate-missing"))).toHaveLength(1);
  });

  test("one of which another takes over a service only is looked at by itself", async () => {
    const labels = (host: string) => `labels: ["traefik.http.routers.${host}.rule=Host(\`${host}\`)"]`;
    const folder = folderOf({
      "compose.yml": "services: { app: { extends: { file: base.yml, service: app } } }",
      "base.yml": `services:\n  app: { image: a, ${labels("a")} }\n  other: { image: b, ${labels("b")} }\n`,
    });
    expect(await lines(folder, "compose.yml", "base.yml")).toContainEqual(
      expect.stringMatching(/^base\.yml:3:\d+: traefik-gate-missing: /),
    );
  });
});
