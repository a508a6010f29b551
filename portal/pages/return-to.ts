// Where the visitor is on the way to, carried along in links and forms.
import { html } from "hono/html";
import type { Target } from "./destination.ts";

export interface ReturnTo {
  /** A page of the portal that comes first: its path. */
  readonly next?: string;
  readonly target?: Target;
  /** Method of the request that was interrupted. */
  readonly method?: string;
}

/** Hidden fields of a form. */
export function returnToFields({ next, target, method }: ReturnTo) {
  return html`${next !== undefined && html`<input type="hidden" name="next" value="${next}" />`}
          ${target && html`<input type="hidden" name="rd" value="${target.url}" />`}
          ${method !== undefined && html`<input type="hidden" name="rm" value="${method}" />`}`;
}

/** The address of a page of the portal, with the way in its query. */
export function addressWithReturnTo(
  path: string,
  { next, target, method }: ReturnTo,
  more: Readonly<Record<string, string>> = {},
): string {
  const query = new URLSearchParams(more);
  if (next !== undefined) query.set("next", next);
  if (target) query.set("rd", target.url.toWellFormed());
  if (method !== undefined && method !== "GET") query.set("rm", method);
  return query.size === 0 ? path : `${path}?${query}`;
}

/** The address of the page that comes first, the start page where none does, with the rest of the way in its query. */
export function pageWithReturnTo({ next = "/", ...onward }: ReturnTo): string {
  return addressWithReturnTo(next, onward);
}
