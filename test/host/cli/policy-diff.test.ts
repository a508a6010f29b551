import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { zerohopInProcess } from "../../../workshop/host/command-in-process.ts";
import { configText, temporaryFolder, writeConfig } from "../../../workshop/host/files.ts";

const old = `access_control:
  rules:
    - { domain: admin.example.com, methods: [GET, POST], subject: 'group:admins', policy: two_factor }
    - { domain: app.example.com, resources: '^/health$', policy: bypass }
    - { domain: app.example.com, policy: one_factor }
    - { domain: '*.dev.example.com', networks: [10.0.0.0/8], subject: 'group:dev', policy: one_factor }
`;
const current = old
  .replace("two_factor", "one_factor")
  .replace("/health$", "/health")
  .replace("10.0.0.0/8", "10.0.0.0/9");

const log = `\
{"client":"10.1.2.3","method":"GET","host":"app.example.com","path":"/healthz","status":200}
{"client":"10.1.2.3","method":"GET","host":"app.example.com","path":"/","status":200}
{"client":"10.1.2.3","method":"GET","host":"admin.example.com:8443","path":"/","user":"alice","groups":["admins"]}
admin.example.com:443 192.0.2.7 - alice [27/Jul/2026:01:02:03 +0000] "GET / HTTP/1.1" 200 5 "-" "curl"
what is this
`;

describe("zerohop policy diff", () => {
  let folder: string;
  const diff = (...args: string[]) => zerohopInProcess(["policy", "diff", ...args], { cwd: folder });

  beforeEach(() => {
    folder = temporaryFolder();
    writeFileSync(join(folder, "old.yml"), old);
    writeFileSync(join(folder, "new.yml"), current);
    writeFileSync(join(folder, "access.log"), log);
  });

  test("says that nothing changes with exit code 0", async () => {
    const { code, stdout } = await diff("old.yml", "old.yml");
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^Nothing changes: both policies ask the same/)]);
  });

  test("shows who is asked what, what allows more first, with exit code 1", async () => {
    expect(await diff("old.yml", "new.yml")).toEqual({
      code: 1,
      stderr: "",
      stdout: `\
More is allowed:
  ! admin.example.com  GET, POST    group admins: two_factor → one_factor  (rule 1)
  ! app.example.com    all methods  anonymous: login → bypass              paths such as /healthx (rule 3 → rule 2)
  ! app.example.com    all methods  every user: one_factor → bypass        paths such as /healthx (rule 3 → rule 2)

Less is allowed:
    *.dev.example.com  all methods  anonymous: login → deny       from 10.0.0.0/8 (rule 4 → default)
    *.dev.example.com  all methods  group dev: one_factor → deny  from 10.0.0.0/8 (rule 4 → default)

5 changes (33 requests about 6 kinds of hosts compared).
`,
    });
  });

  test("puts a log to both policies", async () => {
    const { code, stdout } = await diff("old.yml", "new.yml", "--log", "access.log");
    expect(code).toBe(1);
    expect(stdout.slice(stdout.indexOf("In the log"))).toBe(`\
In the log, 3 of 4 requests change. 1 line could not be read.

More is allowed:
  ! 1 ×  app.example.com    GET  anonymous: login → bypass                    such as /healthz
  ! 1 ×  app.example.com    GET  other users: one_factor → bypass             such as /healthz
  ! 1 ×  admin.example.com  GET  alice: two_factor → one_factor               such as /
  ! 1 ×  admin.example.com  GET  alice if in admins: two_factor → one_factor  such as /
`);
  });

  test("prints JSON", async () => {
    const { code, stdout } = await diff("old.yml", "new.yml", "--json", "--log", "access.log");
    expect(code).toBe(1);
    const printed = JSON.parse(stdout);
    expect(printed.changes[0]).toMatchObject({
      direction: "more",
      before: "two_factor",
      after: "one_factor",
      hosts: ["admin.example.com"],
      methods: ["GET", "POST"],
      people: ["group admins"],
      example: { url: expect.stringMatching(/^https:\/\/admin\.example\.com\//) },
    });
    expect(printed.log).toMatchObject({ requests: 4, changed: 3, skipped: 1 });
  });

  test("names a mistake in either file, and a log that is not there", async () => {
    writeFileSync(join(folder, "new.yml"), "access_control:\n  default_policy: perhaps\n");
    const broken = await diff("old.yml", "new.yml");
    expect([broken.code, broken.stderr]).toEqual([
      1,
      expect.stringMatching(/^new\.yml:2:19: access_control\.default_policy: /),
    ]);
    const missing = await diff("old.yml", "old.yml", "--log", "no.log");
    expect([missing.code, missing.stderr]).toEqual([
      1,
      "zerohop policy diff: no.log cannot be read: there is no such file\n",
    ]);
    const alone = await diff("old.yml");
    expect([alone.code, alone.stderr]).toEqual([2, expect.stringContaining("name two config files")]);
  });
});

describe("zerohop check", () => {
  test("warns of rules that can never match, with both places, and still exits with 0", async () => {
    const folder = temporaryFolder();
    const text = `${configText}    - domain: "*.example.com"\n      policy: bypass\n    - domain: [late.example.com, other.org]\n      policy: two_factor\n    - domain: x.example.com\n      policy: two_factor\n`;
    await writeConfig(folder, text);
    const { code, stdout, stderr } = await zerohopInProcess(["check", "--config", "config.yml"], { cwd: folder });
    expect([code, stdout]).toEqual([0, "config.yml: no mistakes, 2 warnings\n"]);
    expect(stderr.trim().split("\n")).toEqual([
      "config.yml:31:16: warning: late.example.com never reaches rule 6 (two_factor): rule 5 (bypass) matches before it, " +
        "and lets everybody in (rule 5 is at config.yml:29:7)",
      "config.yml:33:7: warning: rule 7 (two_factor) can never match: rule 5 (bypass) matches every request before it, " +
        "and lets everybody in (rule 5 is at config.yml:29:7)",
    ]);
  });
});
