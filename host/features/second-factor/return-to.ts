// Where a visitor goes on to by way of a factor's own page.
import type { RequestContext } from "../../http/environment.ts";
import { type ReturnTo, returnToOf } from "../../http/return-to.ts";

/** Reads it from the query, or from a form; `page` is where the visitor is. */
export function returnToVia(c: RequestContext, page: ReturnTo["next"], form?: URLSearchParams): ReturnTo {
  return { ...returnToOf(c, form), ...(page && { next: page }) };
}

/** What comes after the page of the portal. */
export function beyond({ target, method }: ReturnTo): ReturnTo {
  return { method, ...(target && { target }) };
}
