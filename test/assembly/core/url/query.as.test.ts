import { beforeEach, describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import { Path, readPath, Reading } from "../../../../assembly/core/url/path";
import { findParameter } from "../../../../assembly/core/url/query";
import { resetArena } from "../../../../assembly/memory/arena";
import { bytesAt, length, placeBytes } from "../../memory/placed";

const path: Path = changetype<Path>(memory.data(offsetof<Path>(), 8));
const ABSENT = "absent";

function valueIn(query: string, key: string): string {
  const target = placeBytes("/?" + query);
  readPath(target, length, Reading.Plain, path);
  const at = placeBytes(key);
  const parameter = findParameter(path, at, length);
  return parameter ? bytesAt(parameter.valueAt, parameter.valueLength) : ABSENT;
}

describe("a query parameter", () => {
  beforeEach(() => {
    resetArena();
  });

  test("is found by its key, with its case", () => {
    expect(valueIn("a=1&b=2", "b")).toBe("2");
    expect(valueIn("a=1&b=2", "B")).toBe(ABSENT);
    expect(valueIn("a=1&b=2", "")).toBe(ABSENT);
    expect(valueIn("", "a")).toBe(ABSENT);
  });

  test("has the first of several values", () => {
    expect(valueIn("a=1&a=2", "a")).toBe("1");
    expect(valueIn("a&a=2", "a")).toBe("");
  });

  test("may have no value, an empty key, or equals signs in its value", () => {
    expect(valueIn("a", "a")).toBe("");
    expect(valueIn("a=", "a")).toBe("");
    expect(valueIn("=x", "")).toBe("x");
    expect(valueIn("a=b=c", "a")).toBe("b=c");
    expect(valueIn("&&a=1&&", "a")).toBe("1");
    expect(valueIn("&&", "")).toBe(ABSENT);
  });

  test("is decoded, a plus for a space, key and value alike", () => {
    expect(valueIn("%61+b=c%20d%2B+e", "a b")).toBe("c d+ e");
    expect(valueIn("a=%26b=%3D", "a")).toBe("&b=%3D".replace("%3D", "="));
    expect(valueIn("a=%00%ff", "a")).toBe("\0\xff");
  });

  test("with an invalid escape or a semicolon is none, and the others stay", () => {
    expect(valueIn("a=%zz&b=1", "a")).toBe(ABSENT);
    expect(valueIn("a=%zz&b=1", "b")).toBe("1");
    expect(valueIn("%=1&a=2", "a")).toBe("2");
    expect(valueIn("a=%4", "a")).toBe(ABSENT);
    expect(valueIn("a=%", "a")).toBe(ABSENT);
    expect(valueIn("x;a=1&b=2", "a")).toBe(ABSENT);
    expect(valueIn("a=1;b=2", "a")).toBe(ABSENT);
    expect(valueIn("a=%zz&a=2", "a")).toBe("2");
  });

  test("of the query before is forgotten", () => {
    expect(valueIn("a=1", "a")).toBe("1");
    expect(valueIn("b=1", "a")).toBe(ABSENT);
    expect(valueIn("", "b")).toBe(ABSENT);
  });

  test("is found among very many", () => {
    expect(valueIn("x=y&".repeat(20_000) + "last=1", "last")).toBe("1");
    expect(valueIn("&".repeat(60_000), "last")).toBe(ABSENT);
  });
});
