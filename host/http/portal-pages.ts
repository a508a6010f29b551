// The pages that the portal has, as its features mount them, and paths that name one of them.
import type { Feature, Mount } from "./feature.ts";

/** Programs have these to themselves. */
const notPages = ["/api/", "/assets/"];

/** The paths of all pages: what is answered to GET under a portal's name, and is neither JSON nor what a page loads. */
export function pagesOf(features: readonly Pick<Feature, "routes">[]): ReadonlySet<string> {
  const pathsOf = ({ path, app }: Mount) =>
    app.routes
      .filter(({ method }) => method === "GET")
      .map((route) => `${path}/${route.path}`.replace(/\/+/g, "/").replace(/(?<=.)\/$/, ""));
  const paths = features.flatMap(({ routes = [] }) => routes.flatMap(pathsOf));
  return new Set(paths.filter((path) => !/[:*]/.test(path) && !notPages.some((prefix) => path.startsWith(prefix))));
}

/** Characters. */
const longestPath = 2048;

/** A path, and a query in the characters of RFC 3986, section 3.4; a backslash, a control character or a fragment is in neither. */
const form = /^(\/[^?]*)(?:\?[\w.~!$&'()*+,;=:@%/?-]*)?$/;

/**
 * Returns the path and query of one of the pages; undefined for whatever else a link or a form names. The path is compared with those
 * of the pages as it is written, so that no other spelling, host or scheme gets through.
 */
export function readPortalPath(text: string | null | undefined, pages: ReadonlySet<string>): string | undefined {
  if (!text || text.length > longestPath) return undefined;
  const path = form.exec(text)?.[1];
  return path !== undefined && pages.has(path) ? text : undefined;
}
