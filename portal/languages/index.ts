// The languages that the portal speaks, to visitors and in e-mails.
import { en } from "./en.ts";
import { Language } from "./language.ts";

export { Language };

/** For whoever asks for none of the others, and for programs. */
export const english = new Language("en", "English", en);

/** In the order in which a visitor chooses among them. */
export const languages: readonly Language[] = [english];

export function languageOf(tag: string | undefined): Language | undefined {
  return languages.find((language) => language.tag === tag);
}
