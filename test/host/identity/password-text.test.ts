import { expect, test } from "vitest";
import { passwordReadings, preparedPassword } from "../../../host/identity/passwords/password-text.ts";

test("a password is kept in the form that keyboards produce", () => {
  expect(preparedPassword("e\u0301te\u0301 \u2126")).toBe("\u00e9t\u00e9 \u03a9");
  // Compatibility characters stay what they are: folding them would make passwords easier to guess.
  expect(preparedPassword("\uff21\ufb01\u00b2")).toBe("\uff21\ufb01\u00b2");
});

test("a login tries what was typed before anything else, and nothing twice", () => {
  expect(passwordReadings("demo")).toEqual(["demo"]);
  expect(passwordReadings("e\u0301")).toEqual(["e\u0301", "\u00e9"]);
});
