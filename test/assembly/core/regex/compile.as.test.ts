import { describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import { groupOf, refusal, refusalMessage } from "./spelling";

describe("a refused pattern names its error and the byte it is at", () => {
  test("brackets and parentheses", () => {
    expect(refusal("a[bc")).toBe("2@1");
    expect(refusal("a[]")).toBe("2@1");
    expect(refusal("a(b(c)")).toBe("3@1");
    expect(refusal("ab)")).toBe("4@2");
  });

  test("escapes", () => {
    expect(refusal("ab\\")).toBe("5@2");
    expect(refusal("a\\y")).toBe("6@1");
    expect(refusal("(a)\\1")).toBe("6@3");
    expect(refusal("\\x{110000}")).toBe("6@0");
    expect(refusal("[a\\8]")).toBe("6@2");
  });

  test("classes", () => {
    expect(refusal("[0-9z-a]")).toBe("7@4");
    expect(refusal("[[:letter:]]")).toBe("7@1");
    expect(refusal("a\\pN")).toBe("16@1");
    expect(refusal("[\\P{Greek}]")).toBe("16@1");
  });

  test("groups", () => {
    expect(refusal("(?P<a-b>x)")).toBe("8@4");
    expect(refusal("(?P<a>x)(?<a>y)")).toBe("9@11");
    expect(refusal("(?P<ax)")).toBe("8@0");
    expect(refusal("a(?=b)")).toBe("10@1");
    expect(refusal("(?i-)")).toBe("10@0");
  });

  test("repetitions", () => {
    expect(refusal("a|*b")).toBe("11@2");
    expect(refusal("a+*")).toBe("12@1");
    expect(refusal("a{2}{3}")).toBe("12@1");
    expect(refusal("ab{1001}")).toBe("13@2");
    expect(refusal("a{3,2}")).toBe("13@1");
    expect(refusal("(a{50}){21}")).toBe("13@7");
  });

  test("sizes", () => {
    expect(refusal("(".repeat(1000) + ")".repeat(1000))).toBe("");
    expect(refusal("(".repeat(1001))).toBe("14@1000");
    expect(refusal("(?:a{1000}){1}".repeat(16))).toBe("");
    expect(refusal("(?:a{1000}){1}".repeat(17))).toBe("15@234");
    expect(refusal("(a)(b)(c)".repeat(100))).toBe("15@900");
  });
});

test("a refused pattern says why in words", () => {
  expect(refusalMessage("a**")).toBe("invalid nested repetition operator");
  expect(refusalMessage("\\pL")).toBe("Unicode classes are not supported");
  expect(refusalMessage("[b")).toBe("missing closing ]");
});

test("groups are found by their name", () => {
  expect(groupOf("(?P<User>a)(b)(?<Group>c)", "User")).toBe(1);
  expect(groupOf("(?P<User>a)(b)(?<Group>c)", "Group")).toBe(3);
  expect(groupOf("(?P<User>a)(b)(?<Group>c)", "Use")).toBe(-1);
  expect(groupOf("(a)", "")).toBe(-1);
});
