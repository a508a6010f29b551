import { beforeEach, describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import {
  clearProblem,
  enterElement,
  enterMember,
  enterNamed,
  hasProblem,
  leave,
  problemAt,
  problemLength,
  report,
  reportAtOffset,
  reportValue,
} from "../../../../assembly/core/policy/problem";
import { text } from "../../../../assembly/memory/text";
import { bytesAt, length, placeBytes } from "../../memory/placed";

function problem(): string {
  return bytesAt(problemAt, problemLength);
}

describe("a problem of a policy", () => {
  beforeEach(() => {
    clearProblem();
  });

  test("is reported with the path to its place", () => {
    const rules = enterMember(text("rules"));
    const element = enterElement(12);
    const member = enterMember(text("resources"));
    enterElement(0);
    report(text("is wrong"));
    expect(problem()).toBe("rules[12].resources[0]: is wrong");
    expect(rules + element + member).toBe(0 + 5 + 9);
  });

  test("has the path of where it is, not of where reading has been", () => {
    const first = enterMember(text("networks"));
    leave(enterElement(3));
    leave(first);
    enterMember(text("rules"));
    report(text("is wrong"));
    expect(problem()).toBe("rules: is wrong");
  });

  test("at the top has no path", () => {
    report(text("is wrong"));
    expect(problem()).toBe("is wrong");
  });

  test("stays the first one", () => {
    report(text("first"));
    leave(0);
    report(text("second"));
    reportAtOffset(text("third"), 3);
    expect(problem()).toBe("first");
    expect(hasProblem()).toBe(true);
  });

  test("quotes a value, without its control characters and not at any length", () => {
    let at = placeBytes("a\nb\x7f");
    reportValue(text(""), at, length, text(" is wrong"));
    expect(problem()).toBe('"a?b?" is wrong');
    clearProblem();
    at = placeBytes("x".repeat(5000));
    reportValue(text(""), at, length, text(" is wrong"));
    expect(problemLength).toBe(200 + 2 + 9);
  });

  test("tells the offset in a value", () => {
    enterMember(text("domain_regex"));
    reportAtOffset(text("missing closing )"), 40);
    expect(problem()).toBe("domain_regex: missing closing ) at offset 40");
  });

  test("never outgrows its buffer", () => {
    const at = placeBytes("k".repeat(100_000));
    for (let i = 0; i < 100; i++) enterNamed(at, length);
    reportValue(text("before"), at, length, text("after"));
    expect(problemLength).toBe(1024);
    expect(hasProblem()).toBe(true);
  });
});
