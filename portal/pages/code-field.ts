// The one field for a code, as phones, browsers and password managers know it.
import { html } from "hono/html";

interface Common {
  readonly label: string;
  /** Whether the code before was wrong: the page then has an element with the id `error`. */
  readonly wrong: boolean;
}

/** A code of an app has so many digits. */
export type CodeField = Common &
  ({ readonly kind: "app"; readonly digits: number } | { readonly kind: "e-mail" | "recovery" });

export function codeField(field: CodeField) {
  const { label, wrong } = field;
  return html`<div class="field">
          <label for="code">${label}</label>
          <input id="code" class="code" name="token" type="text" ${attributes(field)} spellcheck="false" required
            autofocus ${wrong && html`aria-describedby="error" aria-invalid="true"`} />
        </div>`;
}

function attributes(field: CodeField) {
  switch (field.kind) {
    case "app":
      // Room for the space that apps show in the middle.
      return html`autocomplete="one-time-code" inputmode="numeric" pattern="[0-9 ]*" maxlength="${field.digits + 2}"`;
    case "e-mail":
      return html`autocomplete="one-time-code" autocapitalize="characters" autocorrect="off" maxlength="40"`;
    case "recovery":
      return html`autocomplete="off" autocapitalize="none" autocorrect="off" maxlength="40"`;
  }
}
