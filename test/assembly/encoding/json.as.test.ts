import { describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import { createJsonReader, JsonKind, JsonReader } from "../../../assembly/encoding/json";
import { bytesAt, length, placeBytes } from "../memory/placed";

const FAILED = "failed";

function over(json: string): JsonReader {
  const reader = createJsonReader();
  const at = placeBytes(json);
  reader.read(at, length);
  return reader;
}

/** The bytes of a string that is the whole input. */
function stringIn(json: string): string {
  const reader = over(json);
  return reader.string() && reader.finished() ? bytesAt(reader.textAt, reader.textLength) : FAILED;
}

function integerIn(json: string): string {
  const reader = over(json);
  const value = reader.integer();
  return reader.finished() ? value.toString() : FAILED;
}

/** Whether the input is one value, as far as passing over it tells. */
function isSkipped(json: string): bool {
  const reader = over(json);
  reader.skip();
  return reader.finished();
}

describe("a JSON string", () => {
  test("is read as its bytes", () => {
    expect(stringIn('"abc"')).toBe("abc");
    expect(stringIn(' "" ')).toBe("");
    expect(stringIn('"\xc3\xa9\xff"')).toBe("\xc3\xa9\xff");
  });

  test("has its escapes replaced", () => {
    expect(stringIn('"\\"\\\\\\/\\b\\f\\n\\r\\t"')).toBe('"\\/\b\f\n\r\t');
    expect(stringIn('"a\\u0041\\u00e9\\u20AC"')).toBe("aA\xc3\xa9\xe2\x82\xac");
    expect(stringIn('"\\ud83d\\ude00!"')).toBe("\xf0\x9f\x98\x80!");
    expect(stringIn('"\\u0000"')).toBe("\0");
    expect(stringIn('"\\udbff\\udfff"')).toBe("\xf4\x8f\xbf\xbf");
  });

  test("is refused when it is not one", () => {
    const malformed: string[] = [
      "",
      '"',
      '"a',
      "abc",
      '"\n"',
      '"\0"',
      '"\\"',
      '"\\',
      '"\\x"',
      '"\\u"',
      '"\\u12"',
      '"\\u12g4"',
      '"\\ud800"',
      '"\\udc00"',
      '"\\ud800\\u0041"',
      '"\\ud800\\n"',
      '"\\ud800\\',
      '"\\ud800\\u',
      '"a" "b"',
      "'a'",
      '"\\a\x1f"',
      '"\\u00',
      "1",
      "{}",
    ];
    for (let i = 0; i < malformed.length; i++) {
      if (stringIn(malformed[i]) != FAILED) throw new Error(malformed[i] + " is read as " + stringIn(malformed[i]));
    }
  });
});

describe("a JSON integer", () => {
  test("is read up to 2^53", () => {
    expect(integerIn("0")).toBe("0");
    expect(integerIn(" -12 ")).toBe("-12");
    expect(integerIn("9007199254740991")).toBe("9007199254740991");
    expect(integerIn("-9007199254740991")).toBe("-9007199254740991");
  });

  test("has no fraction, exponent, leading zero or plus, and no more digits", () => {
    const malformed: string[] = [
      "",
      "-",
      "+1",
      "01",
      "-01",
      "1.0",
      "1e3",
      "1E3",
      "1-",
      "0x1",
      "9007199254740992",
      "9".repeat(400),
      '"1"',
      "1 2",
      "--1",
      "1a",
    ];
    for (let i = 0; i < malformed.length; i++) expect(integerIn(malformed[i])).toBe(FAILED);
  });
});

describe("JSON objects and arrays", () => {
  test("are read member by member", () => {
    const reader = over(' { "a" : [ 1 , 2 ] , "b":{"c":"d"}, "e":[] ,"f":{}} ');
    let seen = "";
    reader.enterObject();
    while (reader.nextKey()) {
      seen += bytesAt(reader.textAt, reader.textLength);
      const kind = reader.peek();
      if (kind == JsonKind.Array) {
        reader.enterArray();
        while (reader.nextElement()) seen += reader.integer().toString();
      } else {
        reader.enterObject();
        while (reader.nextKey()) {
          seen += bytesAt(reader.textAt, reader.textLength);
          reader.string();
          seen += bytesAt(reader.textAt, reader.textLength);
        }
      }
    }
    expect(reader.finished()).toBe(true);
    expect(seen).toBe("a12bcdef");
  });

  test("tell what comes next by its kind", () => {
    const inputs: string[] = ["{", "[", '"', "-", "7", "true", "false", "null", "", "x", "]", "+1", "\0"];
    const kinds: JsonKind[] = [
      JsonKind.Object,
      JsonKind.Array,
      JsonKind.String,
      JsonKind.Number,
      JsonKind.Number,
      JsonKind.Boolean,
      JsonKind.Boolean,
      JsonKind.Null,
      JsonKind.Invalid,
      JsonKind.Invalid,
      JsonKind.Invalid,
      JsonKind.Invalid,
      JsonKind.Invalid,
    ];
    for (let i = 0; i < inputs.length; i++) expect(<i32>over(inputs[i]).peek()).toBe(<i32>kinds[i]);
  });

  test("are refused with a comma too many or too few", () => {
    const malformed: string[] = [
      "[1,]",
      "[,1]",
      "[1 2]",
      "[,]",
      '{"a":1,}',
      '{,"a":1}',
      '{"a":1 "b":2}',
      '{"a" 1}',
      '{"a":}',
      "{1:2}",
      "[",
      "{",
      '{"a"',
      '{"a":',
      "[1",
      "[1,",
      "]",
      "}",
      "[}",
      "{]",
      "[1}",
      "[]]",
      "[] []",
    ];
    for (let i = 0; i < malformed.length; i++) {
      if (isSkipped(malformed[i])) throw new Error(malformed[i]);
    }
  });

  test("can be passed over whole, and their bytes stay", () => {
    const json = '{"a":[1,-2.5e+3,"\\u0041]}",{"b":[[[]]],"c":null}],"d":true,"e":false}';
    const reader = over(json + ",");
    const from = reader.valueStart();
    reader.skip();
    expect(reader.failed).toBe(false);
    expect(bytesAt(from, <i32>(reader.cursor - from))).toBe(json);
    const values: string[] = ["1", "null", "true", "false", '""', "[]", "{}", " [ ] ", '[[],{},"",0]'];
    for (let i = 0; i < values.length; i++) expect(isSkipped(values[i])).toBe(true);
    const others: string[] = [
      "",
      " ",
      "nul",
      "nulL",
      "tru",
      "fals",
      "falsy",
      "truE",
      "undefined",
      "'a'",
      '"a',
      '"a\\"',
      "NaN",
    ];
    for (let i = 0; i < others.length; i++) expect(isSkipped(others[i])).toBe(false);
  });

  test("are followed 64 levels deep and no deeper", () => {
    expect(isSkipped("[".repeat(64) + "]".repeat(64))).toBe(true);
    expect(isSkipped('{"a":'.repeat(64) + "1" + "}".repeat(64))).toBe(true);
    expect(isSkipped("[".repeat(65) + "]".repeat(65))).toBe(false);
    expect(isSkipped('[{"a":'.repeat(500_000))).toBe(false);
    expect(isSkipped("[".repeat(32) + '{"a":'.repeat(32) + "[]" + "}".repeat(32) + "]".repeat(32))).toBe(false);
  });
});

describe("a JSON reader that has failed", () => {
  test("answers everything with no, and tells where it was", () => {
    const reader = over('{"a":x,"b":1}');
    reader.enterObject();
    reader.nextKey();
    reader.string();
    expect(reader.failed).toBe(true);
    expect(reader.offset).toBe(5);
    expect(reader.nextKey()).toBe(false);
    expect(reader.nextElement()).toBe(false);
    expect(reader.enterArray()).toBe(false);
    expect(reader.finished()).toBe(false);
    expect(<i32>reader.peek()).toBe(<i32>JsonKind.Invalid);
    reader.skip();
    reader.integer();
    expect(reader.offset).toBe(5);
  });

  test("is as new once it is given something else", () => {
    const reader = over("x");
    reader.string();
    const at = placeBytes("[1]");
    reader.read(at, length);
    expect(reader.enterArray() && reader.nextElement()).toBe(true);
  });
});
