// What a visitor can do next: forms for what changes something, links for what does not.
import { html } from "hono/html";
import type { Target } from "./destination.ts";
import type { Site } from "./site.ts";

type Weight = "primary" | "secondary";

/** A button that ends the session and then, given a target, leads to the login for it. */
export function logoutButton(label: string, weight: Weight, target?: Target) {
  return html`<form method="post" action="/logout">
          ${target && html`<input type="hidden" name="rd" value="${target.url}" />`}
          <button class="${weight}" type="submit">${label}</button>
        </form>`;
}

export function linkButton(label: string, weight: Weight, address: string) {
  return html`<a class="${weight}" href="${address}">${label}</a>`;
}

/** Leads to the start page; the client script makes it the browser's own way back, where there is one. */
export function goBack({ language }: Site) {
  return html`<a class="secondary" href="/" data-go-back>${language.texts.actions.back}</a>`;
}
