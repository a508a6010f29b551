// What `npm pack` makes, installed into an empty folder: its command line there, and a host of it behind a real Envoy.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { summaries } from "../../host/cli/command-table.ts";
import { type InstalledPackage, installZerohop, packZerohop } from "../../workshop/host/package.ts";
import { zerohop as run } from "../../workshop/host/program.ts";
import { describeWith, envoy } from "../../workshop/programs/needed.ts";
import { Stack, seenBy } from "../../workshop/proxies/stack.ts";

const root = join(import.meta.dirname, "..", "..");
let folder: string;
let archive: string;
let installed: InstalledPackage;
const zerohop = (args: readonly string[], environment = {}) =>
  run(args, { zerohop: installed.zerohop, cwd: folder, environment });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "zerohop-package-"));
  archive = await packZerohop(join(folder, "packed"));
  installed = await installZerohop(archive, join(folder, "empty"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the package", () => {
  test("has the gates, the portal's files, the proxies' configurations and the documentation, and no source", () => {
    const has = (...paths: string[]) => paths.filter((path) => !existsSync(join(installed.folder, path)));
    const modules = ["gate", "gate.nginx", "plugin", "core"].map((name) => `build/${name}.wasm`);
    expect(has(...modules, "build/portal/portal.css", "build/portal/portal.js")).toEqual([]);
    expect(has("deploy/envoy/envoy.yaml", "build/traefik-plugin/.traefik.yml", "docs/configuration.md")).toEqual([]);
    expect(has("LICENSE", "README.md", "CHANGELOG.md", "SECURITY.md")).toEqual([]);
    expect(globSync("**/*.{ts,map}", { cwd: installed.folder })).toEqual([]);
    expect(globSync("{test,host,assembly,node_modules,.demo,.cache}", { cwd: installed.folder })).toEqual([]);
  });

  test("is small, and has a dependency for each package that the host imports, and no other", () => {
    expect(statSync(archive).size).toBeLessThan(1_200_000);
    const { dependencies, scripts } = JSON.parse(readFileSync(join(installed.folder, "package.json"), "utf8"));
    const scriptsOfDist = globSync("dist/**/*.js", { cwd: installed.folder });
    const imported = scriptsOfDist.flatMap((file) =>
      [
        ...readFileSync(join(installed.folder, file), "utf8").matchAll(
          /(?:from |\bimport |require\(|\bimport\(|\(import\.meta\.url\)\()"([^."][^"]*)"/g,
        ),
      ].map(([, name]) => name!),
    );
    const packages = imported
      .filter((name) => !name.startsWith("node:"))
      .map((name) => (name.startsWith("@") ? name.split("/").slice(0, 2).join("/") : name.split("/")[0]!));
    expect([...new Set(packages)].sort()).toEqual(Object.keys(dependencies).sort());
    // Nothing runs at an install.
    expect(Object.keys(scripts)).not.toEqual(expect.arrayContaining([expect.stringMatching(/install|prepare/)]));
  });

  test("exports files that are there", () => {
    const { exports, bin } = JSON.parse(readFileSync(join(installed.folder, "package.json"), "utf8"));
    const named = [...Object.values<string>(exports), ...Object.values<string>(bin)];
    expect(named.filter((path) => !existsSync(join(installed.folder, path)))).toEqual([]);
  });

  test("names no folder of the machine that packed it", () => {
    const files = globSync("{dist,build,docs,deploy}/**/*", { cwd: installed.folder, withFileTypes: true });
    const naming = files
      .filter((entry) => entry.isFile())
      .filter((entry) => readFileSync(join(entry.parentPath, entry.name)).includes(root));
    expect(naming.map(({ name }) => name)).toEqual([]);
  });

  test("is the same, byte for byte, when host and portal are built anew in another folder", {
    timeout: 300_000,
  }, async () => {
    const other = join(folder, "other");
    const product = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { cwd: root, encoding: "utf8" });
    for (const file of product.split("\n").filter((name) => name !== "" && existsSync(join(root, name))))
      if (!/^(test|bench|demo|workshop)\//.test(file)) cpSync(join(root, file), join(other, file));
    // After their sources, so that they are current: the compiler takes half a minute of the processor's time for these.
    for (const file of globSync("build/*.wasm", { cwd: root })) cpSync(join(root, file), join(other, file));
    symlinkSync(join(root, "node_modules"), join(other, "node_modules"));
    const again = await packZerohop(join(folder, "again"), other);
    expect(readFileSync(again).equals(readFileSync(archive))).toBe(true);
  });
});

describe("its command line", () => {
  test("tells its version", async () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(await zerohop(["--version"])).toEqual({ code: 0, stdout: `zerohop ${version}\n`, stderr: "" });
  });

  test("loads every command there is", async () => {
    const { code, stdout, stderr } = await zerohop(["completion", "zsh"]);
    expect([code, stderr]).toEqual([0, ""]);
    for (const name of Object.keys(summaries)) expect(stdout).toContain(`('${name}') _arguments `);
  });

  test("says to a Node that is too old what it needs", async () => {
    const older = "Object.defineProperty(process.versions, 'node', { value: '24.6.0' })";
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(older)}`;
    const { code, stdout, stderr } = await zerohop(["--version"], { NODE_OPTIONS });
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(
      /^zerohop: Node\.js 24\.7 or later is needed, and this is 24\.6\.0 \(.+\)\. Install it from [^\n]+\n$/,
    );
  });
});

describeWith(await envoy(), "its host, its gate in Envoy", (path) => {
  test("let in who has logged in, and nobody else", async () => {
    const gate = join(installed.folder, "build", "gate.wasm");
    await using stack = await Stack.start({ envoy: path, zerohop: installed.zerohop, gate });
    const browser = ["accept", "text/html"] as const;
    expect((await stack.client.get(stack.url("app"), { headers: [browser] })).status).toBe(302);
    const page = await stack.client.get(stack.url("auth"), { headers: [browser] });
    expect([page.status, page.body]).toEqual([200, expect.stringMatching(/<link [^>]*\.css/)]);
    const cookie = await stack.login("bob");
    const seen = seenBy(await stack.client.get(stack.url("app"), { headers: [["cookie", cookie]] }));
    expect(seen.headers["remote-user"]).toBe("bob");
    expect((await stack.client.get(stack.url("admin"), { headers: [["cookie", cookie]] })).status).toBe(403);
    // SQLite's thread and the hashes in their threads ran; none of them had a warning to give.
    expect(
      readFileSync(stack.hostLog, "utf8")
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("{")),
    ).toEqual([]);
  });
});
