// No text from outside can become markup: a page has the same elements and attributes whatever the texts are.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deniedPage } from "../../host/features/login/pages/denied.ts";
import { loginPage } from "../../host/features/login/pages/login.ts";
import { english } from "../../portal/languages/index.ts";
import { readDocument } from "./document.ts";
import { benign, type OutsideTexts } from "./samples.ts";
import { siteIn } from "./site.ts";
import { pages } from "./views.ts";

// biome-ignore format: one piece a line would hide the list
const pieces = [
  '"', "'", "<", ">", "&", "=", "`", "/", "\\", " ", "\t", "\r\n", "\0", ".", "..", "\u202e", "\u2066", "\u2028", "\ud800", "\u{1f510}",
  "</title>", "</script>", "<script>alert(1)</script>", "<!--", "-->", "]]>", "<img src=x onerror=alert(1)>", '" autofocus onfocus="',
  "&lt;", "&#60;", "&quot", "javascript:alert(1)", "%22%3e", "</form><form action=//evil.example>",
];

const hostile = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: "binary", maxLength: 8 })), {
  minLength: 1,
  maxLength: 12,
});
const text = hostile.map((parts) => parts.join(""));
const texts: fc.Arbitrary<OutsideTexts> = fc.record({
  url: fc.oneof(
    text,
    text.map((rest) => `https://app.zerohop.localhost/${rest}`),
  ),
  host: fc.oneof(text, fc.constant("app.zerohop.localhost")),
  method: text,
  userName: text,
  displayName: text,
  requestId: text,
  message: text,
});

describe("escaping", () => {
  it.each(pages)("no text changes the markup of the page: %s", (_, render) => {
    fc.assert(
      fc.property(texts, (outside) => {
        expect(structure(render(outside))).toEqual(structure(render(tame(outside))));
      }),
      { numRuns: 75 },
    );
  });

  it("the target and the method go into the form's fields unchanged", () => {
    fc.assert(
      fc.property(texts, ({ url, host, method, userName }) => {
        const page = loginPage({ site, target: { url, host }, method, username: userName, rememberMe: true });
        expect(fields(page)).toMatchObject({ rd: url, rm: method, username: userName });
      }),
    );
  });

  it("no text becomes the address of a link, a form or a resource", () => {
    const own =
      /^(\/[a-z]|\/\?(?:choose=1&)?rd=|\/$|data:image\/svg|https:\/\/[ab]\.zerohop\.localhost\/$|otpauth:\/\/totp\/Zerohop:alice\?)/;
    fc.assert(
      fc.property(texts, (outside) => {
        for (const [, render] of pages) {
          expect(addresses(render(outside)).filter((address) => !own.test(address))).toEqual([]);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("characters that reorder, hide or break text are never shown raw", () => {
    const deceiving = "\u202emoc.elgoog\u2066\u0000\u2028\u009b\ud800";
    const url = `https://app.zerohop.localhost/${deceiving}`;
    const page = deniedPage({
      site,
      user: { name: `bob${deceiving}`, displayName: `Bob${deceiving}` },
      target: { url: "https://app.zerohop.localhost/", host: `app${deceiving}` },
      rule: 1,
      requestId: deceiving,
    });
    const shown = readDocument(page).filter(({ name }) => name !== "input");
    const login = readDocument(
      loginPage({
        site,
        target: { url, host: "app.zerohop.localhost" },
        method: "GET",
        username: "",
        rememberMe: true,
      }),
    );
    for (const tag of [...shown, ...login.filter(({ name }) => name !== "input")]) {
      for (const value of [tag.text, ...tag.attributes.values()])
        expect(value).not.toMatch(/[\p{Bidi_Control}\0\u2028\u009b\p{Cs}]/u);
    }
  });
});

const site = siteIn(english);

/** The same texts with every character that could mean something to HTML spelt out; different texts stay different. */
function tame(outside: OutsideTexts): OutsideTexts {
  const spell = (character: string) => `x${character.charCodeAt(0).toString(16)}x`;
  const tamed = Object.entries(outside).map(([key, value]) => [key, value.replace(/[^a-zA-Z0-9:/. ]/g, spell)]);
  return { ...benign, ...Object.fromEntries(tamed) };
}

/** Elements with their attributes' names; not where a host may break, which depends on its length and harms nobody. */
function structure(page: string): string[] {
  return readDocument(page)
    .filter(({ name, attributes }) => name !== "wbr" || attributes.size > 0)
    .map(({ name, attributes }) => `${name} ${[...attributes.keys()].join(" ")}`);
}

function fields(page: string): Record<string, string> {
  const inputs = readDocument(page).filter(({ name }) => name === "input");
  return Object.fromEntries(inputs.map(({ attributes }) => [attributes.get("name"), attributes.get("value") ?? ""]));
}

function addresses(page: string): string[] {
  return readDocument(page).flatMap(({ attributes }) =>
    ["href", "src", "action"].flatMap((name) => attributes.get(name) ?? []),
  );
}
