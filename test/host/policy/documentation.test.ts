import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { loadPolicy } from "../../../host/core/policy.ts";
import { policyWarnings } from "../../../host/policy/warnings.ts";
import { zerohopInProcess } from "../../../workshop/host/command-in-process.ts";
import { temporaryFolder } from "../../../workshop/host/files.ts";

const text = readFileSync(join(import.meta.dirname, "../../../docs/policy.md"), "utf8");
const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block]) => block!);
const [company, ...others] = blocks;
const criteria = others.filter((block) => !block.startsWith("config:"));
const expectations = others.find((block) => block.startsWith("config:"))!;

function folderWithPolicy(): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "zerohop.yml"), company!);
  return folder;
}

describe("docs/policy.md", () => {
  test("shows a policy that is sound", () => {
    const { access_control: section } = parse(company!);
    loadPolicy(section);
    expect(policyWarnings(section)).toEqual([]);
  });

  test.each(criteria)("shows a criterion that the core takes: %s", (block) => {
    const rule = { domain: "a.example.com", policy: "two_factor", ...parse(block) };
    loadPolicy({ networks: [{ name: "office", networks: ["192.0.2.0/24"] }], rules: [rule] });
  });

  test("shows an explanation as it is printed", async () => {
    const [, options, printed] = /<!-- explain: (.*) -->\n```\n([\s\S]*?)```/.exec(text)!;
    const args = ["policy", "explain", "--config", "zerohop.yml", ...options!.split(" ")];
    expect((await zerohopInProcess(args, { cwd: folderWithPolicy() })).stdout).toBe(printed);
  });

  test("shows expectations that hold", async () => {
    const folder = folderWithPolicy();
    writeFileSync(join(folder, "policy.test.yml"), expectations);
    const { code, stdout } = await zerohopInProcess(["policy", "test", "policy.test.yml"], { cwd: folder });
    expect([code, stdout]).toEqual([0, "No expectation reaches rules 2, 5.\n14 passed, 0 failed\n"]);
  });
});
