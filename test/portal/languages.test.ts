// What every language owes to whoever reads the portal in it. That none lacks a text is the type checker's to say.
import { describe, expect, it } from "vitest";
import { accountTexts } from "../../host/features/account/texts/index.ts";
import { passwordChangeTexts } from "../../host/features/password-change/texts/index.ts";
import { passkeyTexts } from "../../host/features/second-factor/passkeys/texts/index.ts";
import { recoveryCodeTexts } from "../../host/features/second-factor/recovery-codes/texts/index.ts";
import { totpTexts } from "../../host/features/second-factor/totp/texts/index.ts";
import { type Language, languages } from "../../portal/languages/index.ts";
import { readDocument } from "./document.ts";
import { benign } from "./samples.ts";
import { siteIn } from "./site.ts";
import { allTexts } from "./texts.ts";
import { pagesOf } from "./views.ts";

const [english, ...others] = languages as [Language, ...Language[]];

/** Stand-ins for what a text speaks of: none of them is in a text by itself. */
const samples = ["\u2460\u2461", "\u2462\u2463"] as const;

/** Each text by its path, a function called with the samples. */
function textsOf(value: unknown, path = ""): [path: string, text: string, parameters: number][] {
  if (typeof value === "string") return [[path, value, 0]];
  if (typeof value === "function") return [[path, String(value(...samples)), value.length]];
  return Object.entries(value as object).flatMap(([key, child]) =>
    textsOf(child, path === "" ? key : `${path}.${key}`),
  );
}

/** Texts that are right to be the same as in English: names, and words that the languages share. */
const shared: Readonly<Record<string, readonly string[]>> = {
  de: ["problem.status", "features/second-factor/passkeys.passkey", "features/second-factor/totp.code"],
  fr: ["features/second-factor/totp.code"],
  es: ["error"],
  zh: [],
  ja: [],
};

describe.each(languages)("the texts in $name", (language) => {
  const texts = textsOf(allTexts(language));

  it("are the same ones, with the same parameters, as in English", () => {
    const shape = (all: typeof texts) => all.map(([path, , parameters]) => `${path}(${parameters})`).sort();
    expect(shape(texts)).toEqual(shape(textsOf(allTexts(english))));
  });

  it("say something, without a space to spare, and without markup", () => {
    for (const [path, text] of texts) {
      expect(text, path).toMatch(/[\p{L}\u2460]/u);
      expect(text, path).toBe(text.trim());
      expect(text, path).not.toMatch(/[<>&"]| {2}|undefined|\$\{/);
    }
  });

  it("name everything that they speak of", () => {
    for (const [path, text, parameters] of texts)
      for (const sample of samples.slice(0, parameters)) expect(text, path).toContain(sample);
  });

  // WCAG 2.2, 2.5.3: whoever speaks to the computer says what they see.
  it("name a control for those who do not see it with the words that it shows", () => {
    const { passwordField, actions } = language.texts;
    const [account, password] = [accountTexts(language), passwordChangeTexts(language)];
    const [app, passkey, codes] = [totpTexts(language), passkeyTexts(language), recoveryCodeTexts(language)];
    const pairs = [
      [passwordField.show, passwordField.showPassword],
      [passwordField.hide, passwordField.hidePassword],
      [actions.setUp, app.setUp],
      [actions.replace, app.replace],
      [actions.remove, app.remove],
      [codes.make.link, codes.make.label],
      [codes.renew.link, codes.renew.label],
      [actions.rename, passkey.rename("x")],
      [actions.remove, passkey.remove("x")],
      [account.logOut, account.logOutLabel("x", "y")],
      [password.changeShort, password.changeLabel],
    ] as const;
    for (const [shown, named] of pairs) expect(named.toLowerCase()).toContain(shown.toLowerCase());
  });

  it("end with a full stop where the English ones do", () => {
    const ends = (all: typeof texts) => all.filter(([, text]) => /[.。]$/.test(text)).map(([path]) => path);
    const inEnglish = ends(textsOf(allTexts(english)));
    expect(inEnglish.length).toBeGreaterThan(20);
    expect(ends(texts)).toEqual(expect.arrayContaining(inEnglish));
  });
});

describe.each(others)("what is said in $name", (language) => {
  const inEnglish = new Map(textsOf(allTexts(english)).map(([path, text]) => [path, text]));

  it("differs from the English, but for what is the same in both", () => {
    const same = textsOf(allTexts(language)).filter(([path, text]) => inEnglish.get(path) === text);
    expect(same.map(([path]) => path)).toEqual(shared[language.tag]);
  });

  it("holds on every page: no text of it is left in English", () => {
    const page = (of: Language) => new Map(pagesOf(siteIn(of)).map(([name, render]) => [name, render(benign)]));
    const [translated, original] = [page(language), page(english)];
    for (const [name, source] of translated) {
      const left = wordsOf(source).filter((words) => new Set(wordsOf(original.get(name)!)).has(words));
      expect(
        left.filter((words) => !fromOutside.has(words) && !sharedTexts(language).has(words)),
        name,
      ).toEqual([]);
    }
  });
});

describe("the page in each language", () => {
  it.each(languages)("says that it is in $name, and offers the others under their own names", (language) => {
    for (const [name, render] of pagesOf(siteIn(language))) {
      const tags = readDocument(render(benign));
      expect(tags.find((tag) => tag.name === "html")?.attributes.get("lang"), name).toBe(language.tag);
      const buttons = tags.filter(({ attributes }) => attributes.get("name") === "language");
      expect(buttons.map(({ text, attributes }) => [attributes.get("value"), attributes.get("lang"), text])).toEqual(
        languages.map(({ tag, name: own }) => [tag, tag, own]),
      );
      const current = buttons.filter(({ attributes }) => attributes.get("aria-current") === "true");
      expect(current.map(({ attributes }) => attributes.get("value"))).toEqual([language.tag]);
    }
  });

  it("offers no other language where the page could not be had again", () => {
    const { here: _, ...site } = siteIn(english);
    for (const [name, render] of pagesOf(site)) expect(render(benign), name).not.toContain('action="/language"');
  });
});

describe("times", () => {
  it.each([
    ["en", "1 second", "40 seconds", "2 minutes", "2 hours", "just now", "3 minutes ago", "yesterday"],
    ["de", "1 Sekunde", "40 Sekunden", "2 Minuten", "2 Stunden", "gerade eben", "vor 3 Minuten", "gestern"],
    ["fr", "1 seconde", "40 secondes", "2 minutes", "2 heures", "à l’instant", "il y a 3 minutes", "hier"],
    ["es", "1 segundo", "40 segundos", "2 minutos", "2 horas", "ahora mismo", "hace 3 minutos", "ayer"],
    ["zh", "1秒钟", "40秒钟", "2分钟", "2小时", "刚刚", "3分钟前", "昨天"],
    ["ja", "1 秒", "40 秒", "2 分", "2 時間", "たった今", "3 分前", "昨日"],
  ])("are written as in the language: %s", (tag, ...expected) => {
    const language = languages.find((one) => one.tag === tag)!;
    const written = [
      ...[1, 40, 61, 7200].map((seconds) => language.duration(seconds)),
      ...[59, 200, 100_000].map((seconds) => language.ago(seconds)),
    ];
    expect(written.map((text) => text.replace(/\s/g, " "))).toEqual(expected);
  });
});

/** Texts of a page, and of attributes that are read or shown. */
function wordsOf(page: string): string[] {
  const shown = /^(aria-label|title|data-.*)$/;
  const texts = readDocument(page).flatMap(({ text, attributes, name }) => [
    name === "button" && attributes.get("name") === "language" ? "" : text,
    ...[...attributes].filter(([attribute]) => shown.test(attribute)).map(([, value]) => value),
  ]);
  return texts.map((text) => text.replaceAll("\u00B7", "").trim()).filter((text) => /\p{L}{3}/u.test(text));
}

const fromOutside = new Set([
  ...Object.values(benign),
  ...[
    "Zerohop",
    "password",
    "current_password",
    "password_again",
    "login",
    "second-factor",
    "register",
    "app",
    "zerohop",
    "localhost:8443",
    "localhost",
  ],
  ...["/reports/2026?sort=amount", "7k3m-x9qp-0v2d-hn5t", "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ", "2001:db8::1"],
]);

function sharedTexts(language: Language): ReadonlySet<string> {
  const same = new Set(shared[language.tag]);
  return new Set(textsOf(allTexts(language)).flatMap(([path, text]) => (same.has(path) ? [text] : [])));
}
