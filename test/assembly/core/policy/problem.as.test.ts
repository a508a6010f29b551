import { beforeEach, describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import { createProblem, Problem } from "../../../../assembly/core/policy/problem";
import { text } from "../../../../assembly/memory/text";
import { bytesAt, length, placeBytes } from "../../memory/placed";

const problem: Problem = createProblem();

function told(): string {
  return bytesAt(problem.at, problem.length);
}

describe("a problem of a policy", () => {
  beforeEach(() => {
    problem.clear();
  });

  test("is reported with the path to its place", () => {
    const rules = problem.enterMember(text("rules"));
    const element = problem.enterElement(12);
    const member = problem.enterMember(text("resources"));
    problem.enterElement(0);
    problem.report(text("is wrong"));
    expect(told()).toBe("rules[12].resources[0]: is wrong");
    expect(rules + element + member).toBe(0 + 5 + 9);
  });

  test("has the path of where it is, not of where reading has been", () => {
    const first = problem.enterMember(text("networks"));
    problem.leave(problem.enterElement(3));
    problem.leave(first);
    problem.enterMember(text("rules"));
    problem.report(text("is wrong"));
    expect(told()).toBe("rules: is wrong");
  });

  test("at the top has no path", () => {
    problem.report(text("is wrong"));
    expect(told()).toBe("is wrong");
  });

  test("stays the first one", () => {
    problem.report(text("first"));
    problem.leave(0);
    problem.report(text("second"));
    problem.reportAtOffset(text("third"), 3);
    expect(told()).toBe("first");
    expect(problem.isFound).toBe(true);
  });

  test("quotes a value, without its control characters and not at any length", () => {
    let at = placeBytes("a\nb\x7f");
    problem.reportValue(text(""), at, length, text(" is wrong"));
    expect(told()).toBe('"a?b?" is wrong');
    problem.clear();
    at = placeBytes("x".repeat(5000));
    problem.reportValue(text(""), at, length, text(" is wrong"));
    expect(problem.length).toBe(200 + 2 + 9);
  });

  test("tells the offset in a value", () => {
    problem.enterMember(text("domain_regex"));
    problem.reportAtOffset(text("missing closing )"), 40);
    expect(told()).toBe("domain_regex: missing closing ) at offset 40");
  });

  test("never outgrows its buffer", () => {
    const at = placeBytes("k".repeat(100_000));
    for (let i = 0; i < 100; i++) problem.enterNamed(at, length);
    problem.reportValue(text("before"), at, length, text("after"));
    expect(problem.length).toBe(1024);
    expect(problem.isFound).toBe(true);
  });
});
