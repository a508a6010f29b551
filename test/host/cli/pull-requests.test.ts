// The workflow in docs/pull-requests.md, its steps run as GitHub runs them: a shell each, in a clone of a repository with a branch of its own.
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { unpinnedActions } from "../../../scripts/pins.ts";
import { zerohopInProcess } from "../../../workshop/host/command-in-process.ts";
import { configText, encryptionKey, temporaryFolder, usersText, writeConfig } from "../../../workshop/host/files.ts";
import { fromCheckout } from "../../../workshop/host/program.ts";
import { describeWith } from "../../../workshop/programs/needed.ts";
import { onPath } from "../../../workshop/programs/on-path.ts";

const root = join(import.meta.dirname, "../../..");
const page = readFileSync(join(root, "docs/pull-requests.md"), "utf8");
const [, text = ""] = /```yaml\n(.*?)\n```\n/s.exec(page) ?? [];

interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}
const steps: readonly Step[] = parse(text).jobs.look.steps;
const install = "npm install --global zerohop";

/** The repository of somebody who keeps their configuration in Git, checked out at a pull request that changes these files. */
async function pullRequest(changed: Readonly<Record<string, (text: string) => string>>) {
  const folder = temporaryFolder();
  const git = (...args: readonly string[]) =>
    execFileSync(
      "git",
      ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main", ...args],
      {
        ...{ cwd: folder, stdio: "pipe" },
      },
    );
  git("init", "--bare", "origin.git");
  git("clone", "origin.git", "work");
  const work = join(folder, "work");
  for (const name of ["zerohop", "proxy"]) mkdirSync(join(work, name));
  writeFileSync(join(work, "zerohop/zerohop.yml"), configText.replace(`  encryption_key: ${encryptionKey}\n`, ""));
  writeFileSync(join(work, "zerohop/users.yml"), await usersText());
  writeFileSync(
    join(work, "zerohop/expectations.yml"),
    "config: zerohop.yml\nusers: { bob: [] }\ntests:\n  - { url: https://app.example.com/, user: bob, expect: allow }\n" +
      "  - { url: https://admin.example.com/, user: bob, expect: deny }\n",
  );
  copyFileSync(join(root, "deploy/envoy/envoy.yaml"), join(work, "proxy/envoy.yaml"));
  const commit = (...args: readonly string[]) => {
    git("-C", work, "add", ".");
    git("-C", work, "commit", "--quiet", "--allow-empty", "--message", "x");
    git("-C", work, ...args);
  };
  commit("push", "--quiet", "origin", "HEAD:main");
  git("-C", work, "fetch", "--quiet", "origin");
  for (const [file, change] of Object.entries(changed)) {
    const before = readFileSync(join(work, file), "utf8");
    expect(change(before)).not.toBe(before);
    writeFileSync(join(work, file), change(before));
  }
  commit("checkout", "--quiet", "--detach");

  const bin = join(folder, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "zerohop"), `#!/bin/sh\nexec ${fromCheckout.map((word) => `'${word}'`).join(" ")} "$@"\n`, {
    mode: 0o755,
  });
  const summary = join(folder, "summary.md");
  writeFileSync(summary, "");
  /** The step whose name begins so. */
  const run = (name: string, env?: Step["env"]) => {
    const step = steps.find((step) => step.name?.startsWith(name))!;
    const { status, stdout, stderr } = spawnSync(
      "bash",
      ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run!],
      {
        ...{ cwd: work, encoding: "utf8" },
        env: {
          PATH: `${bin}:${process.env.PATH}`,
          GITHUB_BASE_REF: "main",
          GITHUB_STEP_SUMMARY: summary,
          ...(env ?? step.env),
        },
      },
    );
    return { status, output: (stdout + stderr).trim(), summary: readFileSync(summary, "utf8") };
  };
  return { run, work };
}

test("the workflow pins its actions, and installs what its steps run", () => {
  expect(unpinnedActions("docs/pull-requests.md", text)).toEqual([]);
  expect(steps.map(({ run }) => run)).toContain(install);
  expect(steps.filter(({ run }) => run !== undefined && run !== install)).toHaveLength(4);
});

describeWith(onPath("jq"), "a pull request", () => {
  test("that changes nothing passes", async () => {
    const { run } = await pullRequest({});
    for (const name of ["The configuration", "The policy", "Whom", "There is no way"]) {
      const { status, output } = run(name);
      expect(status, output).toBe(0);
      expect(output).not.toContain("::error");
    }
  });

  test("of a configuration that names the file of its key passes with any such file in its place", async () => {
    const { run, work } = await pullRequest({
      "zerohop/zerohop.yml": (text) => text.replace("storage:", "storage:\n  encryption_key_file: encryption-key"),
    });
    const [, command] = /`([^`]+ > zerohop\/encryption-key)`/.exec(page)!;
    execFileSync("bash", ["-c", command!], { cwd: work });
    expect(run("The configuration", {})).toMatchObject({ status: 0, output: "" });
  });

  test("with a mistake fails, and the mistake stands beside its line", async () => {
    const { run } = await pullRequest({
      "zerohop/zerohop.yml": (text) => text.replace("policy: bypass", "policy: 100%"),
    });
    const { status, output } = run("The configuration");
    expect(status).toBe(1);
    expect(output).toMatch(
      /^::error file=zerohop\/zerohop\.yml,line=\d+,col=15::access_control\.rules\[0\]\.policy: /m,
    );
    expect(output).not.toMatch(/100%(?!25)/);
  });

  test("with a rule that has no effect passes with a warning beside it", async () => {
    const { run } = await pullRequest({
      "zerohop/zerohop.yml": (text) => `${text}    - domain: public.example.com\n      policy: deny\n`,
    });
    const { status, output } = run("The configuration");
    expect([status, output]).toEqual([
      0,
      expect.stringMatching(/^::warning file=zerohop\/zerohop\.yml,line=\d+,col=7::access_control\.rules\[4\]: /),
    ]);
  });

  test("that opens an application fails its expectations, and the summary says for whom", async () => {
    const { run } = await pullRequest({
      "zerohop/zerohop.yml": (text) =>
        text.replace("      subject: group:admins\n", "").replace("policy: two_factor", "policy: one_factor"),
    });
    const { status, output } = run("The policy");
    expect([status, output]).toEqual([1, expect.stringContaining("admin.example.com")]);
    const diff = run("Whom");
    expect(diff.status, diff.output).toBe(0);
    expect(diff.summary).toMatch(/^```\nMore is allowed:\n.*admin\.example\.com.*\n```\n$/s);
  });

  test("that opens a way around the gate fails, and the hole stands beside its line", async () => {
    const { run } = await pullRequest({
      "proxy/envoy.yaml": (text) => text.replace("normalize_path: true", "normalize_path: false"),
    });
    const { status, output } = run("There is no way");
    expect(status).toBe(1);
    expect(output).toMatch(/^::error file=proxy\/envoy\.yaml,line=\d+,col=\d+,title=envoy-[\w-]+::/m);
  });
});

describe("zerohop check --json", () => {
  const at = (file: string, line: number, column: number) => ({ severity: "error", file, line, column });
  const run = async (config: string, environment = {}) => {
    const { code, stdout, stderr } = await zerohopInProcess(["check", "--config", config, "--json"], { environment });
    return { code, stderr, remarks: stdout.split("\n").flatMap((line) => (line === "" ? [] : JSON.parse(line))) };
  };

  test("prints nothing when nothing is wrong", async () => {
    expect(await run(await writeConfig(temporaryFolder()))).toEqual({ code: 0, stderr: "", remarks: [] });
  });

  test("prints each mistake of the config, and ends with 1", async () => {
    const text = configText.replace("db.sqlite3", "").replace("policy: bypass", "policy: pass");
    const file = await writeConfig(temporaryFolder(), text);
    expect(await run(file)).toEqual({
      code: 1,
      stderr: "",
      remarks: [
        { ...at(file, 8, 5), path: "storage.local.path", message: "is required: the path of a file" },
        { ...at(file, 20, 15), path: "access_control.rules[0].policy", message: expect.stringContaining("bypass") },
      ],
    });
  });

  test("prints mistakes of the users file and of YAML with the file that they are in", async () => {
    const folder = temporaryFolder();
    const file = await writeConfig(folder, configText, "users:\n  alice:\n    password: secret\n");
    const users = join(folder, "users.yml");
    expect((await run(file)).remarks).toEqual([
      { ...at(users, 3, 15), path: "users.alice.password", message: expect.any(String) },
    ]);
    writeFileSync(file, "a: [");
    expect((await run(file)).remarks).toContainEqual(
      expect.objectContaining({ severity: "error", file, path: "(yaml)" }),
    );
    const missing = join(folder, "missing.yml");
    expect((await run(missing)).remarks).toEqual([
      { ...at(missing, 1, 1), path: "(file)", message: "cannot be read: there is no such file" },
    ]);
  });

  test("prints warnings of the policy, of users and of passwords that are fixed, and ends with 0", async () => {
    const folder = temporaryFolder();
    const users = `${await usersText()}  dora:\n    password: $y$j9T$F5Jx5fExrKuPp53xLKQ..1$tnSYvahCwPBHKZUspmcxMfb0.WiB9W.zEaKlOBL35rC\n`;
    const text = `${configText}    - domain: public.example.com\n      policy: deny\n`;
    const file = await writeConfig(folder, text, users);
    const { code, stderr, remarks } = await run(file);
    expect([code, stderr]).toEqual([0, ""]);
    expect(remarks).toEqual([
      {
        ...{ severity: "warning", file: join(folder, "users.yml"), line: expect.any(Number), column: 15 },
        path: "users.dora.password",
        message: expect.stringContaining("yescrypt"),
      },
      {
        ...{ severity: "warning", file, line: expect.any(Number), column: 7 },
        path: "access_control.rules[4]",
        message: expect.stringContaining("can never match"),
      },
    ]);
  });

  test("is refused like any call that is wrong when --config is missing", async () => {
    expect((await zerohopInProcess(["check", "--json"])).code).toBe(2);
  });
});
