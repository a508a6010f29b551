import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeOneTimeCode, normalized } from "../../../host/features/elevation/one-time-code.ts";
import { headerText, mailAddress } from "../../../host/notify/address.ts";

/** Texts that are more often hostile than random ones. */
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc
    .array(
      fc.constantFrom(
        "\r",
        "\n",
        "\u2028",
        "\u202e",
        "\ud800",
        "\0",
        ",",
        ";",
        ":",
        "<",
        ">",
        '"',
        "@",
        " ",
        "a",
        "é",
        ".com",
      ),
    )
    .map((parts) => parts.join("")),
);

describe("a header's text", () => {
  test("is one line of well-formed text, whatever it was", () => {
    fc.assert(
      fc.property(text, (input) => {
        const line = headerText(input);
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        expect(line.isWellFormed()).toBe(true);
        expect([...line].length).toBeLessThanOrEqual(200);
        expect(line).toBe(line.trim());
      }),
    );
  });
});

describe("an address", () => {
  test("has one @ and nothing that means something in a header or an envelope, or is none", () => {
    const local = fc.oneof(text, fc.stringMatching(/^[a-z0-9.+_-]{1,20}$/));
    const domain = fc.oneof(text, fc.domain());
    fc.assert(
      fc.property(
        fc.oneof(
          text,
          fc.tuple(local, domain).map((parts) => parts.join("@")),
        ),
        (input) => {
          const address = mailAddress(input);
          if (address === undefined) return;
          expect(address).not.toMatch(/[\s<>(),;:\\"[\]\p{C}]/u);
          expect(address.split("@")).toHaveLength(2);
          expect(address.split("@")[1]).toMatch(/^[a-z0-9.-]+$/);
          expect(mailAddress(address)).toBe(address);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test("is taken as people write it", () => {
    fc.assert(
      fc.property(fc.emailAddress(), (address) => {
        // Quoted local parts are not.
        const domain = address.split("@")[1]!.toLowerCase();
        expect(mailAddress(address)).toBe(`${address.split("@")[0]}@${domain}`);
      }),
    );
  });
});

describe("a one-time code", () => {
  test("is of the length that it should have, and the same however it is typed", () => {
    fc.assert(
      fc.property(fc.integer({ min: 6, max: 20 }), (characters) => {
        const code = makeOneTimeCode(characters);
        expect(normalized(code)).toMatch(new RegExp(`^[BCDFGHJKMNPQRSTVWXZ2-9]{${characters}}$`));
        for (const typed of [code.toLowerCase(), code.replaceAll("-", ""), ` ${code.replaceAll("-", " \u2013 ")}\n`])
          expect(normalized(typed)).toBe(normalized(code));
      }),
    );
  });

  test("is another each time, of the whole alphabet", () => {
    const codes = Array.from({ length: 500 }, () => normalized(makeOneTimeCode(8)));
    expect(new Set(codes).size).toBe(500);
    expect(new Set(codes.join("")).size).toBe(27);
  });
});
