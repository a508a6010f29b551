// Where a visitor continues after a form of the portal: a page of the portal, an application, or both in that order.
// It travels in `next`, `rd` and `rm` of links and forms, so that tabs do not disturb each other.
import type { RequestContext } from "./environment.ts";
import { readPortalPath } from "./portal-pages.ts";
import { readMethod, readTarget, type Target } from "./target.ts";

export interface ReturnTo {
  /** Path and query of one of the portal's pages. */
  readonly next?: string;
  readonly target?: Target;
  /** Of the interrupted request. */
  readonly method: string;
}

/** Reads it from a form, or else the query. */
export function returnToOf(c: RequestContext, form?: URLSearchParams): ReturnTo {
  return readReturnTo(c, (name) => (form ? form.get(name) : c.req.query(name)));
}

/** Reads it from wherever it is; what names no page of the portal, or no target inside the cookie domain, is left out. */
export function readReturnTo(c: RequestContext, parameter: (name: string) => string | null | undefined): ReturnTo {
  const next = readPortalPath(parameter("next"), c.get("pages"));
  const target = readTarget(parameter("rd") ?? undefined, c.get("cookieDomain"));
  return {
    ...(next !== undefined && { next }),
    ...(target && { target }),
    method: readMethod(parameter("rm") ?? undefined),
  };
}

/** Returns the address that the visitor goes on to. */
export function destinationOf({ next, target }: ReturnTo): string {
  if (next === undefined) return target?.url ?? "/";
  return target ? `${next}${next.includes("?") ? "&" : "?"}rd=${encodeURIComponent(target.url)}` : next;
}
