// The way to a provider. The fragment of the page that somebody wanted goes along in the target, for it is lost at the provider's own pages.

/** `link` leads to where the way to a provider begins. */
export function carryFragment(link: HTMLAnchorElement): void {
  const url = new URL(link.href);
  const target = url.searchParams.get("rd");
  if (location.hash === "" || target === null || target.includes("#")) return;
  url.searchParams.set("rd", target + location.hash.replaceAll("\\", "%5C"));
  link.href = url.href;
}

/** Follows the link of a page that only takes the visitor on; the way back does not lead to it. */
export function goOn(place: HTMLElement): void {
  const link = place.querySelector("a");
  if (!link) return;
  carryFragment(link);
  location.replace(link.href);
}
