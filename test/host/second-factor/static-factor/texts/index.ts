// The texts of static codes; the languages of which nobody has made any speak English.
import { textsByLanguage } from "../../../../../portal/languages/texts.ts";
import { de } from "./de.ts";
import { en } from "./en.ts";

export const staticCodeTexts = textsByLanguage({ en, de, fr: en, es: en, zh: en, ja: en });
