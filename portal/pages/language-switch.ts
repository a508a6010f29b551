// Changes the language of the portal, for a visitor whose browser asks for another one than they want. Works without JavaScript.
import { html } from "hono/html";
import { languages } from "../languages/index.ts";
import type { Site } from "./site.ts";

/** A button for each language; the names are in the languages themselves, so that everybody finds their own. */
export function languageSwitch({ language, here }: Site) {
  if (here === undefined || languages.length < 2) return undefined;
  return html`<form class="languages" method="post" action="/language" aria-label="${language.texts.language}">
        <input type="hidden" name="return" value="${here}" />
        ${languages.map(
          ({ tag, name }) =>
            html`<button type="submit" name="language" value="${tag}" lang="${tag}" ${tag === language.tag && html`aria-current="true"`}>${name}</button>`,
        )}
      </form>`;
}
