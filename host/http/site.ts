// What the pages of one answer have in common.
import type { Site } from "../../portal/pages/site.ts";
import type { RequestContext } from "./environment.ts";
import { readTarget } from "./target.ts";

/**
 * `here` is the address of the page, to come back to it in another language; absent, it is that of the request. A page that
 * answers a POST has none of its own.
 */
export function siteOf(c: RequestContext, here = addressOf(c)): Site {
  return {
    ...c.get("appearance"),
    language: c.get("language"),
    ...(here !== undefined && { here }),
  };
}

/** Path and query of a request that can be made again, without a target that is not to be followed. */
function addressOf(c: RequestContext): string | undefined {
  const portal = c.get("cookieDomain");
  if (!portal || (c.req.method !== "GET" && c.req.method !== "HEAD")) return undefined;
  const { pathname, searchParams } = new URL(c.req.url);
  if (!readTarget(searchParams.get("rd") ?? undefined, portal)) searchParams.delete("rd");
  return searchParams.size === 0 ? pathname : `${pathname}?${searchParams}`;
}
