// A field for a password: it can be shown, tells of Caps Lock, and is what password managers look for.
import { html } from "hono/html";
import type { Fragment } from "./layout.ts";
import type { Site } from "./site.ts";

export interface PasswordField {
  readonly site: Site;
  /** Of the field; its id too. */
  readonly name: string;
  readonly label: string;
  readonly autocomplete: "current-password" | "new-password";
  /** Ids of what says more about it. */
  readonly describedBy: readonly string[];
  /** Whether what was typed before was wrong. */
  readonly wrong: boolean;
  readonly autofocus?: boolean;
  /** Fewest characters. */
  readonly minLength?: number;
  /** What a password manager has to make (the passwordrules attribute). */
  readonly rules?: string;
}

export function passwordField(field: PasswordField): Fragment {
  const { site, name, label, autocomplete, describedBy, wrong, autofocus = false, minLength, rules } = field;
  const texts = site.language.texts.passwordField;
  return html`<div class="field">
          <div class="caption">
            <label for="${name}">${label}</label>
            <span class="hint" role="status" data-caps-lock="${texts.capsLock}"></span>
          </div>
          <div class="revealing">
            <input id="${name}" name="${name}" type="password" autocomplete="${autocomplete}" required
              ${minLength !== undefined && html`minlength="${minLength}"`}
              ${rules !== undefined && html`passwordrules="${rules}"`}
              ${describedBy.length > 0 && html`aria-describedby="${describedBy.join(" ")}"`}
              ${wrong && html`aria-invalid="true"`} ${autofocus && html`autofocus`} />
            <button type="button" hidden data-reveals="${name}" aria-label="${texts.showPassword}"
              data-shown-label="${texts.hidePassword}" data-shown-text="${texts.hide}">${texts.show}</button>
          </div>
        </div>`;
}
