// The texts of a part of the portal that has its own, such as a feature of the host, in every language.
import type { Language, LanguageTag } from "./language.ts";

/**
 * Returns what chooses the texts for a reader's language. All have the type of the English ones, so that a text which a language
 * lacks does not compile; pages and e-mails call it with the language that they are written in.
 */
export function textsByLanguage<Texts>(
  texts: { readonly en: Texts } & Readonly<Record<Exclude<LanguageTag, "en">, NoInfer<Texts>>>,
): (language: Language) => Texts {
  return ({ tag }) => texts[tag];
}
