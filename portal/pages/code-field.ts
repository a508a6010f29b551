// The one field for a code, as phones, browsers and password managers know it.
import { html } from "hono/html";
import type { Fragment } from "./layout.ts";

export interface CodeField {
  readonly label: string;
  /** Attributes that say what is typed there: how it is filled in, which keyboard it needs, how long it is. */
  readonly typed: Fragment;
  /** Whether the code before was wrong: the page then has an element with the id `error`. */
  readonly wrong: boolean;
}

export function codeField({ label, typed, wrong }: CodeField) {
  return html`<div class="field">
          <label for="code">${label}</label>
          <input id="code" class="code" name="token" type="text" ${typed} spellcheck="false" required
            autofocus ${wrong && html`aria-describedby="error" aria-invalid="true"`} />
        </div>`;
}
