// Pages that only take the visitor on, to a provider or to where the way there begins.
import { keepFragment } from "./keep-fragment.ts";

/** Follows the link of a page that only takes the visitor on; the way back does not lead to it. */
export function goOn(place: HTMLElement): void {
  const link = place.querySelector("a");
  if (!link) return;
  // The provider itself is not to have it.
  if (link.getAttribute("href")?.startsWith("/")) keepFragment(link);
  location.replace(link.href);
}
