import { expect, test } from "vitest";
import { UsersEdit } from "../../../host/identity/users-file-editor.ts";
import { cpuTime } from "../../../workshop/processes/cpu-time.ts";

test("eight times as many users are added at not much more than eight times the cost", () => {
  const costOf = (count: number) => {
    const users = new UsersEdit("users:\n  alice:\n    disabled: true\n");
    const before = cpuTime();
    for (let i = 0; i < count; i++) users.add(`user${i}`, { password: "a hash" });
    expect([users.has("user0"), users.has(`user${count}`)]).toEqual([true, false]);
    return cpuTime() - before;
  };
  costOf(1000);
  // To look through all that there are for each would be 64 times the cost.
  expect(costOf(16_000) / costOf(2000)).toBeLessThan(32);
});
