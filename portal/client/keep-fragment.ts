// Brings the fragment of the page that somebody wanted back with them. The browser keeps it on the way to the portal, and on every redirect
// that has none of its own (Fetch, section 4.4); so a form that is sent to `/login#/view/42` ends at the page's `#/view/42`. The host never
// sees it, and it changes neither where a form is sent nor where the host sends the visitor.

/** `place` is a form or a link. Those that lead back to where the visitor comes from get the fragment of the portal's page. */
export function keepFragment(place: HTMLFormElement | HTMLAnchorElement): void {
  if (location.hash === "") return;
  const attribute = place instanceof HTMLFormElement ? "action" : "href";
  place.setAttribute(attribute, withFragment(place.getAttribute(attribute) ?? ""));
}

/**
 * A URL with the fragment of the portal's page, unless it has one. On the way to a provider it goes along in the target, for it is lost at
 * the provider's own pages, which are not to have it either.
 */
export function withFragment(url: string): string {
  if (url.includes("#") || location.hash === "") return url;
  if (!url.startsWith("/login/provider/")) return url + location.hash;
  const way = new URL(url, location.origin);
  const target = way.searchParams.get("rd");
  if (target !== null && !target.includes("#"))
    way.searchParams.set("rd", target + location.hash.replaceAll("\\", "%5C"));
  return way.pathname + way.search;
}
