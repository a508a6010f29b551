// The languages that the portal speaks, to visitors and in e-mails.
import { de } from "./de.ts";
import { en } from "./en.ts";
import { es } from "./es.ts";
import { fr } from "./fr.ts";
import { ja } from "./ja.ts";
import { Language } from "./language.ts";
import { zh } from "./zh.ts";

export type { Language } from "./language.ts";

/** For whoever asks for none of the others, and for programs. */
export const english = new Language("en", "English", en);

/** In the order in which a visitor chooses among them. */
export const languages: readonly Language[] = [
  english,
  new Language("de", "Deutsch", de),
  new Language("fr", "Français", fr),
  new Language("es", "Español", es),
  new Language("zh", "中文", zh),
  new Language("ja", "日本語", ja),
];

export function languageOf(tag: string | undefined): Language | undefined {
  return languages.find((language) => language.tag === tag);
}
