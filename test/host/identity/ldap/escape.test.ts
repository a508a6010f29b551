import fc from "fast-check";
import { EqualityFilter, FilterParser } from "ldapts";
import { describe, expect, test } from "vitest";
import { isWithin, parseDn } from "../../../../host/identity/ldap/dn.ts";
import { escapeDnValue, escapeFilterValue } from "../../../../host/identity/ldap/escape.ts";
import { fillFilter, mistakeInFilter } from "../../../../host/identity/ldap/filter.ts";

/** Any text, with what is special in filters and names more often than by chance. */
const hostile = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom(...'\\*()\0,+"<>;=# &|!:~é€𝄞\n'.split("")),
      fc.string({ minLength: 1, maxLength: 1 }),
    ),
    maxLength: 40,
  })
  .filter((text) => text.isWellFormed());

describe("a value in a search filter", () => {
  test("stays one value, whatever it holds", () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const filter = FilterParser.parseString(fillFilter("(uid={input})", { input: value }, 0));
        expect(filter).toBeInstanceOf(EqualityFilter);
        expect((filter as EqualityFilter).value).toBe(value);
      }),
      { numRuns: 2000 },
    );
  });

  test("leaves what is around it as it was", () => {
    const template = "(&(|(uid={input})(mail={input}))(!(x={input})))";
    const shape = (value: string) =>
      JSON.stringify(FilterParser.parseString(fillFilter(template, { input: value }, 0)), (key, inner) =>
        key === "value" ? "" : inner,
      );
    fc.assert(fc.property(hostile, (value) => shape(value) === shape("x")));
  });

  test.each([
    ["*", "\\2a"],
    ["a)(uid=*", "a\\29\\28uid=\\2a"],
    ["\\28", "\\5c28"],
    ["\0", "\\00"],
    ["Lučić", "Lučić"],
  ])("%j is written as %s (RFC 4515)", (value, written) => {
    expect(escapeFilterValue(value)).toBe(written);
  });

  test("is not searched for placeholders again", () => {
    expect(fillFilter("(a={input})(b={dn})", { input: "{dn}", dn: "$& {input}" }, 0)).toBe("(a={dn})(b=$& {input})");
  });

  test("may be the time", () => {
    const template = "(a={date-time:unix})(b={date-time:generalized})(c={date-time:microsoft-nt})";
    expect(fillFilter(template, {}, 1_790_000_000)).toBe("(a=1790000000)(b=20260921141320Z)(c=134344736000000000)");
  });
});

describe("a value in a distinguished name", () => {
  test("stays one value, whatever it holds", () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const names = parseDn(`uid=${escapeDnValue(value)},ou=people,dc=example`);
        expect(names).toEqual([
          [{ type: "uid", value }],
          [{ type: "ou", value: "people" }],
          [{ type: "dc", value: "example" }],
        ]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("a distinguished name", () => {
  test.each([
    ["CN=Steve Kille,O=Isode Limited,C=GB", ["Steve Kille", "Isode Limited", "GB"]],
    ["CN=L. Eagle,O=Sue\\, Grabbit and Runn,C=GB", ["L. Eagle", "Sue, Grabbit and Runn", "GB"]],
    ["CN=Before\\0dAfter,O=Test,C=GB", ["Before\rAfter", "Test", "GB"]],
    ["SN=Lu\\C4\\8Di\\C4\\87", ["Lučić"]],
    ["cn = spaced , dc=x", ["spaced", "x"]],
    ["cn=\\ a\\ ,dc=x", [" a ", "x"]],
  ])("%s is read (RFC 4514)", (text, values) => {
    expect(parseDn(text)!.map(([part]) => part!.value)).toEqual(values);
  });

  test("can have several parts in one place", () => {
    expect(parseDn("OU=Sales+CN=J. Smith,DC=x")![0]).toEqual([
      { type: "OU", value: "Sales" },
      { type: "CN", value: "J. Smith" },
    ]);
  });

  test.each(["nobody", "=x", "cn=a,,dc=x", "cn=a;dc=x", 'cn="a"', "cn=a\\", "cn=\\ff", "cn=a,"])(
    "%s is none",
    (text) => {
      expect(parseDn(text)).toBeUndefined();
    },
  );

  test("is inside a base whatever the case, and not by its text alone", () => {
    const base = parseDn("ou=groups,dc=example,dc=com")!;
    expect(isWithin(parseDn("cn=a,OU=Groups, DC=example,dc=COM")!, base)).toBe(true);
    expect(isWithin(parseDn("cn=a\\,ou=groups,dc=example,dc=com")!, base)).toBe(false);
    expect(isWithin(parseDn("dc=com")!, base)).toBe(false);
  });
});

describe("a filter in the config", () => {
  test.each([
    ["(uid={input})", undefined],
    ["uid={input}", /in parentheses/],
    ["(uid={input}", /without a counterpart/],
    ["(&(uid={input})", /without a counterpart/],
    ["(&(uid={input})())", /not a search filter/],
    ["(uid)", /not a search filter/],
    ["(uid={user})", /unknown placeholder \{user\}; known are \{input\}/],
    ["(&(uid={input})(end>={date-time:generalized}))", undefined],
  ])("%s", (filter, mistake) => {
    if (mistake === undefined) expect(mistakeInFilter(filter, ["input"])).toBeUndefined();
    else expect(mistakeInFilter(filter, ["input"])).toMatch(mistake);
  });
});
