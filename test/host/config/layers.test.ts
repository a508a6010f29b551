// A configuration in several files and folders, laid over each other.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { loadAccessControl, loadConfig } from "../../../host/app/config/load.ts";
import { FollowedConfig } from "../../../host/app/reload/followed-config.ts";
import { LivePolicy } from "../../../host/app/reload/live-policy.ts";
import { createLog } from "../../../host/kit/log.ts";
import { InvalidFileError } from "../../../host/kit/yaml/problem.ts";
import { zerohopInProcess } from "../../../workshop/host/command-in-process.ts";
import { configText, temporaryFolder, usersText } from "../../../workshop/host/files.ts";

/** Files of a folder of their own; returns their paths in the order given. */
function files(texts: Readonly<Record<string, string>>): readonly string[] {
  const folder = temporaryFolder();
  return Object.entries(texts).map(([name, text]) => {
    const file = join(folder, name);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, text);
    return file;
  });
}

function problemsOf(names: readonly string[]): readonly string[] {
  try {
    loadConfig(names, {});
    return [];
  } catch (error) {
    if (!(error instanceof InvalidFileError)) throw error;
    return error.problems.map(({ file, line, column, path }) => `${file}:${line}:${column}: ${path}`);
  }
}

const base = configText.trimStart();

describe("several files", () => {
  test("are one configuration: mappings join, and what is no mapping takes the place of what was before", () => {
    const { config } = loadConfig(
      files({
        "base.yml": base,
        "site.yml":
          "session: { name: ours, cookies: [{ domain: example.org, portal_url: 'https://auth.example.org' }] }",
        "last.yml": "session: { max_per_user: 3 }\nportal:\nstorage:\n",
      }),
      {},
    );
    expect(config.session).toMatchObject({ name: "ours", maxPerUser: 3 });
    expect(config.session.cookies.map(({ domain }) => domain)).toEqual(["example.org"]);
    expect(config.storage.local?.path).toMatch(/db\.sqlite3$/);
  });

  test("have each mistake in the file that it is in", () => {
    const [one, two, three] = files({
      "one.yml": base.replace("policy: bypass", "policy: pass"),
      "two.yml": "session:\n  max_per_user: many\n",
      "three.yml": "session:\n  cookies:\n    - portal_url: https://auth.example.org\n  nonsense: 1\n",
    });
    expect([...problemsOf([one!, two!, three!])].sort()).toEqual(
      [
        `${one}:19:15: access_control.rules[0].policy`,
        `${two}:2:17: session.max_per_user`,
        `${three}:3:7: session.cookies[0].domain`,
        `${three}:4:3: session.nonsense`,
      ].sort(),
    );
  });

  test("of which one is no YAML or is not there are refused with its name", () => {
    const [one, two] = files({ "one.yml": base, "two.yml": "a: [" });
    expect(problemsOf([one!, two!])[0]).toContain(`${two}:`);
    expect(problemsOf([one!, `${one}x`])).toEqual([`${one}x:1:1: (file)`]);
  });

  test("take nothing from a key that is JavaScript's own", () => {
    const names = files({ "one.yml": base, "two.yml": '"__proto__": { default_policy: bypass }\n' });
    expect(problemsOf(names)).toEqual([expect.stringContaining("__proto__")]);
    expect(({} as Record<string, unknown>).default_policy).toBeUndefined();
  });
});

test("a running host takes over a policy that changes in the second of its files", async () => {
  const rules = (policy: string) => `access_control: { default_policy: ${policy} }\n`;
  const [one, two] = files({ "one.yml": base, "two.yml": rules("deny") });
  const loaded = loadConfig([one!, two!], {});
  const policy = new LivePolicy(loaded.policy);
  const publish = vi.fn(async () => {});
  const stop = new FollowedConfig(loaded, { policy, publish, log: createLog("error") }).watch();
  onTestFinished(stop);
  writeFileSync(two!, rules("two_factor"));
  await vi.waitFor(() => expect(publish).toHaveBeenCalledTimes(1), { timeout: 20_000 });
  expect(policy.section).toMatchObject({ default_policy: "two_factor" });
});

describe("a folder", () => {
  test("is its files that end in .yml or .yaml, by name", () => {
    const [first] = files({
      "10-base.yml": base,
      "20-site.yaml": "session: { name: site }",
      "30-more.yml": "session: { name: more }",
      "40-old.yml.bak": "session: { name: old }",
      ".50-hidden.yml": "session: { name: hidden }",
    });
    const folder = join(first!, "..");
    expect(loadConfig(folder, {}).config.session.name).toBe("more");
    expect(loadAccessControl(folder, {}).section).toMatchObject({ default_policy: "deny" });
  });

  test("without such a file is a mistake", () => {
    const folder = temporaryFolder();
    expect(problemsOf([folder])).toEqual([`${folder}:1:1: (file)`]);
  });
});

test("the command line takes --config several times, and check warns in the right file", async () => {
  const [one, two] = files({
    "one.yml": base,
    "two.yml":
      "access_control:\n  default_policy: deny\n  rules:\n    - { domain: a.example.com, policy: bypass }\n    - { domain: a.example.com, policy: deny }\n",
    "users.yml": await usersText(),
  });
  const { code, stdout } = await zerohopInProcess(["check", "--config", one!, "--config", two!, "--json"]);
  expect([code, JSON.parse(stdout)]).toEqual([
    0,
    expect.objectContaining({ severity: "warning", file: two, line: 5, path: "access_control.rules[1]" }),
  ]);
});
