// The one field for a code, as phones, browsers and password managers know it.
import { html } from "hono/html";

export interface CodeField {
  readonly label: string;
  /** Digits of a code from an app; absent: a recovery code. */
  readonly digits?: number;
  /** Whether the code before was wrong: the page then has an element with the id `error`. */
  readonly wrong: boolean;
}

export function codeField({ label, digits, wrong }: CodeField) {
  // Room for the space that apps show in the middle.
  const numeric = html`autocomplete="one-time-code" inputmode="numeric" pattern="[0-9 ]*" maxlength="${(digits ?? 0) + 2}"`;
  const text = html`autocomplete="off" autocapitalize="none" autocorrect="off" maxlength="40"`;
  return html`<div class="field">
          <label for="code">${label}</label>
          <input id="code" class="code" name="token" type="text" ${digits === undefined ? text : numeric} spellcheck="false" required
            autofocus ${wrong && html`aria-describedby="error" aria-invalid="true"`} />
        </div>`;
}
