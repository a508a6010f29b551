// Where a visitor goes on to by way of a factor's own page.
import type { RequestContext } from "../../http/environment.ts";
import { type ReturnTo, readReturnTo } from "../../http/return-to.ts";

/** Reads it from the query, or from a form; `page` is where the visitor is. */
export function returnToVia(c: RequestContext, page: ReturnTo["next"], form?: URLSearchParams): ReturnTo {
  const parameter = form ? (name: string) => form.get(name) : (name: string) => c.req.query(name);
  return { ...readReturnTo(c, parameter), ...(page && { next: page }) };
}

/** What comes after the page of the portal. */
export function beyond({ target, method }: ReturnTo): ReturnTo {
  return { method, ...(target && { target }) };
}
