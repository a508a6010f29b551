import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { zerohopInProcess } from "../../../workshop/host/command-in-process.ts";
import { configText, temporaryFolder } from "../../../workshop/host/files.ts";

const users = `
users:
  alice: [admins, dev]
  bob:
  carol: { groups: admins, level: 2, amr: [pwd, otp] }
`;

/** Runs `policy test` on a file beside the config of the tests. */
async function run(text: string, ...options: string[]) {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "zerohop.yml"), configText.slice(configText.indexOf("access_control:")));
  writeFileSync(join(folder, "policy.test.yml"), text);
  return zerohopInProcess(["policy", "test", "policy.test.yml", ...options], { cwd: folder });
}

describe("zerohop policy test", () => {
  test("passes when every expectation holds, and says which rules none of them reaches", async () => {
    const text = `config: zerohop.yml${users}tests:
  - { url: https://public.example.com/, expect: allow }
  - { url: [https://app.example.com/a, https://app.example.com/b], method: [GET, POST], user: [alice, bob], expect: allow }
  - { url: https://app.example.com/, user: [~], expect: { outcome: login, rule: 2, reason: anonymous } }
  - { url: https://admin.example.com/, user: carol, expect: { outcome: allow, policy: two_factor } }
  - { url: https://admin.example.com/, user: alice, expect: { outcome: login, reason: level } }
  - { url: https://admin.example.com/, user: mallory, groups: [], expect: deny }
  - { url: https://app.example.com/a/../b, expect: { outcome: refuse, reason: the path has a dot segment } }
`;
    expect(await run(text)).toEqual({
      code: 0,
      stdout: "No expectation reaches rule 4.\n14 passed, 0 failed\n",
      stderr: "",
    });
  });

  test("shows what fails with its place, the difference and the command that explains it", async () => {
    const text = `config: zerohop.yml${users}tests:
  - name: developers only
    url: "https://dev.example.com/?a='b'"
    user: [alice, bob]
    method: POST
    expect: { outcome: allow, rule: 4 }
`;
    expect(await run(text)).toEqual({
      code: 1,
      stdout: `\
policy.test.yml:7:5: developers only: POST https://dev.example.com/?a='b' by bob: outcome deny, not allow; rule 0, not 4
    - outcome: allow
    + outcome: deny
      policy: deny
    - rule: 4
    + rule: 0
    why: zerohop policy explain --config zerohop.yml --url 'https://dev.example.com/?a='\\''b'\\''' --method POST --user bob

No expectation reaches rules 1, 2, 3.
1 passed, 1 failed
`,
      stderr: "",
    });
  });

  test("takes the policy from the file itself, and a time for what depends on it", async () => {
    const text = `
access_control:
  rules: [{ domain: a.example.com, policy: one_factor, max_age: 15m, networks: 10.0.0.0/8 }]
tests:
  - { url: https://a.example.com/, user: bob, ip: 10.0.0.1, auth_time: -14m, expect: allow }
  - { url: https://a.example.com/, user: bob, ip: 10.0.0.1, auth_time: -16m, expect: { reason: age } }
  - url: https://a.example.com/
    user: bob
    ip: 10.0.0.1
    now: 2026-08-22T12:00:00Z
    auth_time: 2026-08-22T11:45:00Z
    expect: allow
  - { url: https://a.example.com/, user: bob, ip: 192.0.2.1, expect: deny }
`;
    expect(await run(text)).toEqual({ code: 0, stdout: "4 passed, 0 failed\n", stderr: "" });
  });

  test("prints JSON", async () => {
    const text = `config: zerohop.yml\ntests:\n  - { name: n, url: https://app.example.com/, expect: allow }\n`;
    const { code, stdout } = await run(text, "--json");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      passed: 0,
      failed: 1,
      unreachedRules: [1, 3, 4],
      results: [
        {
          file: "policy.test.yml",
          line: 3,
          column: 5,
          name: "n",
          passed: false,
          expected: { outcome: "allow" },
          decision: { outcome: "login" },
        },
      ],
    });
  });

  test("reports every mistake in the file with its place", async () => {
    const text = `confg: x
users: { alice: [1], bob: { grups: a } }
tests:
  - url: https://a
    expect: alow
  - url: 3
    methd: x
    level: 3
    expect: { outcom: allow, rule: -1 }
  - { url: https://a, expect: {} }
  - url: https://a
`;
    const { code, stdout, stderr } = await run(text);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr.trim().split("\n")).toEqual([
      "policy.test.yml:1:1: confg: unknown key; did you mean config?",
      "policy.test.yml:1:1: config: is required: the config file with the policy, such as zerohop.yml",
      "policy.test.yml:2:10: users.alice.groups: must hold texts, not 1",
      "policy.test.yml:2:29: users.bob.grups: unknown key; did you mean groups?",
      'policy.test.yml:5:5: tests[0].expect.outcome: must be one of allow, login, deny, refuse, not "alow"; did you mean allow?',
      "policy.test.yml:6:10: tests[1].url: must hold texts, not 3",
      "policy.test.yml:7:5: tests[1].methd: unknown key; did you mean method?",
      "policy.test.yml:8:12: tests[1].level: must be 1 or 2, the factors of the session, not 3",
      "policy.test.yml:9:15: tests[1].expect.outcom: unknown key; did you mean outcome?",
      "policy.test.yml:9:36: tests[1].expect.rule: must be the number of a rule, counted from 1, or 0 for the default policy, not -1",
      "policy.test.yml:10:31: tests[2].expect: must say what is expected: outcome, policy, rule or reason",
      "policy.test.yml:11:5: tests[3].expect: is required: one of allow, login, deny, refuse",
    ]);
  });

  test.each([
    [
      `config: zerohop.yml${users}tests: [{ url: https://a, user: alcie, expect: deny }]`,
      /6:33: tests\[0\]\.user: "alcie" is not among the users, and no groups are given; did you mean alice\?/,
    ],
    [
      "config: zerohop.yml\naccess_control: {}\ntests: [{ url: https://a, expect: deny }]",
      /1:1: config: names a policy, and access_control is one/,
    ],
    [
      "config: other.yml\ntests: [{ url: https://a, expect: deny }]",
      /other\.yml:1:1: \(file\): cannot be read: there is no such file/,
    ],
    ["config: zerohop.yml\ntests: []", /2:8: tests: must hold at least one expectation/],
    ["- 1", /1:1: \(document\): must be a mapping/],
  ])("refuses %j", async (text, message) => {
    const { code, stderr } = await run(text);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });

  test("called without a file exits with 2", async () => {
    const { code, stderr } = await zerohopInProcess(["policy", "test"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("name one file of expectations")]);
  });
});
