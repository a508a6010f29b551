// Rows of what an account has, each with what can be done about it.
import { html } from "hono/html";
import type { Fragment } from "./layout.ts";

export function row(name: string | Fragment, details: Fragment, controls: Fragment): Fragment {
  return html`<li>
            <div><strong>${name}</strong><span>${details}</span></div>
            <div class="controls">${controls}</div>
          </li>`;
}

interface ButtonDetails {
  /** The accessible name, for those who cannot see the row that the button belongs to. */
  readonly label?: string;
  readonly field?: readonly [name: string, value: string];
}

/** A button that changes something. */
export function postButton(
  action: string,
  text: string,
  style: "secondary" | "small",
  { label, field }: ButtonDetails = {},
): Fragment {
  return html`<form method="post" action="${action}">
                ${field && html`<input type="hidden" name="${field[0]}" value="${field[1]}" />`}
                <button class="${style}" type="submit" ${label !== undefined && html`aria-label="${label}"`}>${text}</button>
              </form>`;
}
