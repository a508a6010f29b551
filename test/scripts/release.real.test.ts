// What a release consists of, made as the workflow makes it; and the workflow runs commands, and names files, that there are.
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { programs } from "../../workshop/programs/kubernetes.ts";

const root = join(import.meta.dirname, "../..");
const folder = join(root, "artefacts/release");
const run = promisify(execFile);
const read = (file: string) => readFileSync(join(root, file), "utf8");
const { scripts, version, dependencies } = JSON.parse(read("package.json")) as {
  readonly scripts: Readonly<Record<string, string>>;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
};

interface Step {
  readonly uses?: string;
  readonly run?: string;
}
const { helm } = programs;
const workflow = parse(read(".github/workflows/release.yml"));
const steps: readonly Step[] = workflow.jobs.release.steps;
const commands = steps.flatMap(({ run = [] }) => run);

describe("the release workflow", () => {
  test("has commands that a shell can read, and that name npm's scripts and files that there are", async () => {
    expect(commands.length).toBeGreaterThan(6);
    for (const command of commands) await run("bash", ["-n", "-c", command]);
    const text = commands.join("\n");
    const named = [...text.matchAll(/\bnpm run ([\w-]+)/g)].map(([, name]) => name!);
    expect(named).toContain("release");
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
    const files = [...text.matchAll(/(?<![\w/@.-])(?:scripts|deploy|\.ci)\/[\w./-]+/g)].map(([file]) => file);
    expect(files).toEqual(expect.arrayContaining(["scripts/check-changelog.ts"]));
    // The tag of the module for Caddy begins with a folder's name.
    expect(files.filter((file) => !existsSync(join(root, file)) && file !== "deploy/caddy-module/")).toEqual([]);
  });

  test("publishes for tags of versions alone, after everything has passed, and may do no more than it has to", () => {
    expect(workflow.on).toEqual({ push: { tags: ["v*"] } });
    expect(workflow.permissions).toEqual({ contents: "read" });
    // What tests run has no right to publish anything.
    expect(workflow.jobs.tests).toEqual({ uses: "./.github/workflows/ci.yml" });
    const tests = parse(read(".github/workflows/ci.yml"));
    expect([tests.permissions, "workflow_call" in tests.on]).toEqual([{ contents: "read" }, true]);
    const ran = Object.values<{ steps: readonly Step[] }>(tests.jobs).flatMap((job) => job.steps.map(({ run }) => run));
    for (const script of [".ci/run", ".ci/kubernetes"]) expect(ran).toContainEqual(expect.stringMatching(`${script}$`));
    expect(workflow.jobs.release).toMatchObject({
      needs: "tests",
      permissions: { attestations: "write", contents: "write", "id-token": "write", packages: "write" },
    });
    const at = (word: string) => commands.findIndex((command) => command.includes(word));
    const order = [
      "check-changelog",
      "npm run release",
      "npm run image",
      "buildah manifest push",
      "buildah push",
      "npm run chart",
      "helm push",
      ">>SHA256SUMS",
      "npm publish",
      "gh release create",
    ].map(at);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order).not.toContain(-1);
    expect(commands[at("npm publish")]).toContain("--provenance");
  });

  test("packages the chart by the helm that the tests install it by, and has everything that is downloaded attested", () => {
    const { path, version } = helm.module;
    expect(commands.find((command) => command.includes("helm push"))).toContain(
      `go install ${path}/${helm.package}@${version}`,
    );
    const attested = steps.find(({ uses }) => uses?.startsWith("actions/attest-build-provenance@"));
    expect(attested).toMatchObject({ with: { "subject-checksums": "artefacts/release/SHA256SUMS" } });
  });

  test("gives shells nothing of an event to run: what it takes of one comes by the environment", () => {
    expect(commands.filter((command) => command.includes("${{"))).toEqual([]);
  });
});

describe("npm run release", () => {
  beforeAll(() => run("npm", ["run", "release"], { cwd: root }), 300_000);

  test("makes every file that the workflow publishes, and checksums of those that are downloaded", async () => {
    const files = readdirSync(folder).sort();
    const archive = `zerohop-${version}.tgz`;
    expect(files).toEqual(
      [
        archive,
        "gate.wasm",
        "gate.nginx.wasm",
        "plugin.wasm",
        "sbom.spdx.json",
        "sbom.cyclonedx.json",
        "SHA256SUMS",
        "NOTES.md",
      ].sort(),
    );
    const { stdout } = await run("sha256sum", ["--check", "--strict", "SHA256SUMS"], { cwd: folder });
    expect(stdout.trim().split("\n")).toHaveLength(files.length - 2);
    const published = commands.find((command) => command.includes("gh release create"))!;
    const words = published.split(/\s+/).map((word) => word.replace("zerohop-*.tgz", archive));
    expect(files.filter((file) => !words.includes(file))).toEqual([]);
  });

  test("names in its bills of materials every package that is installed with it, with its version, and no tool", () => {
    const lock = JSON.parse(read("package-lock.json")).packages as Record<string, { version: string; dev?: boolean }>;
    const installed = Object.entries(lock).filter(([path, { dev }]) => path !== "" && !dev);
    const expected = installed.map(([path, { version }]) => `${path.split("node_modules/").at(-1)}@${version}`);
    const spdx = JSON.parse(readFileSync(join(folder, "sbom.spdx.json"), "utf8"));
    const cyclonedx = JSON.parse(readFileSync(join(folder, "sbom.cyclonedx.json"), "utf8"));
    const ofSpdx = (spdx.packages as { name: string; versionInfo: string }[]).map(
      (entry) => `${entry.name}@${entry.versionInfo}`,
    );
    const ofCyclonedx = (cyclonedx.components as { group?: string; name: string; version: string }[]).map(
      ({ group, name, version }) => `${group ? `${group}/` : ""}${name}@${version}`,
    );
    expect(new Set(ofSpdx)).toEqual(new Set([...expected, `zerohop@${version}`]));
    expect(new Set(ofCyclonedx)).toEqual(new Set(expected));
    for (const name of Object.keys(dependencies))
      expect(
        expected.some((entry) => entry.startsWith(`${name}@`)),
        name,
      ).toBe(true);
  });

  test("makes a package that npm takes", async () => {
    const { stdout, stderr } = await run(
      "npm",
      ["publish", join(folder, `zerohop-${version}.tgz`), "--access", "public", "--dry-run"],
      { cwd: root },
    );
    expect(stdout + stderr).toContain(`zerohop@${version}`);
  });
});
