// The texts of signing in with a provider, in every language of the portal.
import { textsByLanguage } from "../../../../portal/languages/texts.ts";
import { de } from "./de.ts";
import { en } from "./en.ts";
import { es } from "./es.ts";
import { fr } from "./fr.ts";
import { ja } from "./ja.ts";
import { zh } from "./zh.ts";

export const providerTexts = textsByLanguage({ en, de, fr, es, zh, ja });
