// A portal for pages that no host serves.
import type { Language } from "../../portal/languages/language.ts";
import type { Site } from "../../portal/pages/site.ts";

export function siteIn(language: Language): Site {
  return {
    assets: { stylesheet: "/assets/portal.css", script: "/assets/portal.js" },
    branding: { name: "Zerohop" },
    language,
    here: "/",
  };
}
