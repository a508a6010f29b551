// Shows the address that a visitor is going to, so that they can check it before they type a password: the host first and whole,
// because the host is what tells an application from its imitation; the path after it and smaller.
import { html } from "hono/html";
import { legibleUrl } from "./legible.ts";

/** An address that the host has found to be inside the cookie domain. */
export interface Target {
  /** Absolute URL, as it goes back into the `rd` field. */
  readonly url: string;
  /** Host of that URL, with the port when it is not the scheme's own. */
  readonly host: string;
}

const longestHost = 100;
const longestPath = 120;

export function destination(target: Target) {
  const path = shownPath(target);
  return html`<p class="destination" title="${legibleUrl(target.url)}">
        <bdi dir="ltr"><strong>${breakableHost(target)}</strong>${path && html` <span>${path}</span>`}</bdi>
      </p>`;
}

/** The host as text. Of an overlong one the end is kept: the end names the domain. */
export function shownHost({ host }: Target): string {
  const shown = legibleUrl(host);
  return shown.length <= longestHost ? shown : `\u2026${shown.slice(-longestHost)}`;
}

/** A host too long for one line breaks between its labels rather than inside one. */
function breakableHost(target: Target) {
  const [first, ...labels] = shownHost(target).split(".");
  return [first, ...labels.map((label) => html`.<wbr />${label}`)];
}

/** Address of the login page that leads to the target, or of the bare one. */
export function loginAddress(target: Target | undefined): string {
  return target ? `/?rd=${encodeURIComponent(target.url.toWellFormed())}` : "/";
}

function shownPath({ url, host }: Target): string | undefined {
  const origin = url.indexOf(`//${host}`);
  const path = legibleUrl(origin < 0 ? url : url.slice(origin + 2 + host.length));
  if (path === "" || path === "/") return undefined;
  return path.length <= longestPath ? path : `${path.slice(0, longestPath)}\u2026`;
}
