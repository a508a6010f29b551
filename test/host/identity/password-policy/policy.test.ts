import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PasswordPolicyConfig } from "../../../../host/identity/password-policy/config.ts";
import { PasswordPolicy } from "../../../../host/identity/password-policy/policy.ts";
import { cpuTime } from "../../../../workshop/processes/cpu-time.ts";

const standard = {
  ...{ enabled: true, minLength: 12, maxLength: null },
  ...{ requireUppercase: false, requireLowercase: false, requireNumber: false, requireSpecial: false },
};
const alice = { name: "alice.liddell", displayName: "Alice Liddell", email: "al@wonderland.example" };

function policy(change: Partial<PasswordPolicyConfig["standard"]> = {}, zxcvbn = { enabled: false, minScore: 3 }) {
  return new PasswordPolicy({ standard: { ...standard, ...change }, zxcvbn }, ["Zerohop", "auth.example.com"]);
}

const strict = () => policy({}, { enabled: true, minScore: 3 });

describe("the form of a password", () => {
  test.each([
    ["", ["empty"]],
    ["elevenchars", ["too_short"]],
    ["twelve chars", []],
    ["x".repeat(1024), []],
    ["x".repeat(1025), ["too_long"]],
    ["with\nline end", ["control_character"]],
    ["with\0NUL inside", ["control_character"]],
    ["half a pair \ud800", ["control_character"]],
  ])("%j: %j", async (password, mistakes) => {
    expect(await policy().mistakesIn(password, alice)).toEqual(mistakes);
  });

  test("counts what people see as characters, whatever their encoding", async () => {
    expect(await policy().mistakesIn("🐇".repeat(11), alice)).toEqual(["too_short"]);
    expect(await policy().mistakesIn("🐇".repeat(12), alice)).toEqual([]);
    // Six letters, each with an accent of its own: six characters, not twelve.
    expect(await policy().mistakesIn("e\u0301".repeat(6), alice)).toEqual(["too_short"]);
    expect(await policy({ maxLength: 64 }).mistakesIn("密".repeat(64), alice)).toEqual([]);
    expect(await policy({ maxLength: 64 }).mistakesIn("密".repeat(65), alice)).toEqual(["too_long"]);
  });

  test("asks for kinds of characters only where the config does, in every script", async () => {
    const all = { requireUppercase: true, requireLowercase: true, requireNumber: true, requireSpecial: true };
    const demanding = policy(all);
    expect(await demanding.mistakesIn("密码密码密码密码密码密码", alice)).toEqual([
      ...["no_uppercase", "no_lowercase", "no_number", "no_special"],
    ]);
    expect(await demanding.mistakesIn("Ёжик и ежата ٣", alice)).toEqual([]);
    expect(await policy().mistakesIn("密码密码密码密码密码密码", alice)).toEqual([]);
  });

  test("is not looked at when it is switched off, but for what no login could take", async () => {
    const off = policy({ enabled: false, minLength: 50, requireNumber: true });
    expect(await off.mistakesIn("x", alice)).toEqual([]);
    expect(await off.mistakesIn("", alice)).toEqual(["empty"]);
    expect(await off.mistakesIn("a\tb", alice)).toEqual(["control_character"]);
    expect(await off.mistakesIn("x".repeat(1025), alice)).toEqual(["too_long"]);
  });

  test("is judged without a failure, whatever the text", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 1100 }), async (password) => {
        const mistakes = await policy().mistakesIn(password, alice);
        const length = [...password.normalize("NFC")].length;
        expect(mistakes.includes("too_short")).toBe(length > 0 && length < 12);
      }),
    );
  });
});

describe("the strength of a password", () => {
  test.each([
    ["computer1234", "guessable_common"],
    ["passwordpassword", "guessable_pattern"],
    ["abcdefghijklmnop", "guessable_pattern"],
    ["aaaaaaaaaaaaaaaaaaaaaaa", "guessable_pattern"],
    ["qwertyuiopasdf", "guessable_common"],
    ["alice.liddell", "guessable_personal"],
    ["ALICE liddell", "guessable_personal"],
    ["wonderland2026", "guessable_personal"],
    ["zerohopzerohop", "guessable_personal"],
    ["auth.example.com", "guessable_personal"],
    ["Liddell, Alice!", "guessable_personal"],
    ["zerohop.liddell.99", "guessable_personal"],
  ])("%s is refused: %s", async (password, mistake) => {
    expect(await strict().mistakesIn(password, alice)).toContain(mistake);
  });

  test.each([
    "Qm8#tw0z!Kfp",
    "Alice counts nine moons",
    "purple walrus counts nine moons",
    "密码很安全但是很长一段时间",
  ])("%s will do", async (password) => {
    expect(await strict().mistakesIn(password, alice)).toEqual([]);
  });

  test("depends on whose it is", async () => {
    const score4 = policy({}, { enabled: true, minScore: 4 });
    const rabbit = { name: "rabbit", displayName: "Wxqzjtlvbnrk", email: undefined };
    expect(await score4.mistakesIn("Wxqzjtlvbnrk", alice)).toEqual([]);
    expect(await score4.mistakesIn("Wxqzjtlvbnrk", rabbit as never)).toEqual(["guessable_personal"]);
  });

  test("is found out beside the event loop, and soon, for the worst that was found", async () => {
    const judge = strict();
    let turns = 0;
    const timer = setInterval(() => turns++, 5);
    const [started, began] = [performance.now(), cpuTime()];
    await Promise.all(
      ["11211121", "4444AaA4aA", "1"].map((part) => judge.mistakesIn(part.repeat(1000).slice(0, 1000), alice)),
    );
    const passed = performance.now() - started;
    clearInterval(timer);
    expect(cpuTime() - began).toBeLessThan(20_000);
    // A blocked loop would have let a handful through.
    expect(turns).toBeGreaterThan(passed / 5 / 10);
  });

  test("is not found out when too many of one person's wait, and then for the next again", async () => {
    const judge = strict();
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => judge.mistakesIn("computer1234", alice)));
    expect(all.filter(({ status }) => status === "fulfilled").length).toBe(3);
    expect(await judge.mistakesIn("computer1234", alice)).toEqual(["guessable_common"]);
  }, 60_000);
});
