// The mark: a zero whose two halves are a gate, and the request decided inside it. Drawn in the page, so that it costs
// no request and follows the colour scheme.
import { html } from "hono/html";
import type { Branding } from "./site.ts";

const halves = "M8.5 4.3a8.5 8.5 0 0 0 0 15.4M15.5 4.3a8.5 8.5 0 0 1 0 15.4";

const mark = html`<svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
        <path d="${halves}" fill="none" stroke="currentColor" stroke-width="2.8" stroke-linecap="round" />
        <circle cx="12" cy="12" r="2.8" />
      </svg>`;

/** The same as a tab icon, in a grey that shows on light and dark tabs alike. */
function tabMark(color: string): string {
  return `data:image/svg+xml,${encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">' +
      `<path d="${halves}" fill="none" stroke="#7d8590" stroke-width="3" stroke-linecap="round"/>` +
      `<circle cx="12" cy="12" r="3" fill="${color}"/></svg>`,
  )}`;
}

/** A logo from this proportion on is taken for a name in letters: it stands alone, and is no tab icon. */
const wide = 2;

/** Whose portal it is, at the head of every page. */
export function heading({ name, logo }: Branding) {
  if (!logo) return html`${mark}<span>${name}</span>`;
  const { address, width, height } = logo;
  const alone = width > wide * height;
  return html`<img class="logo" src="${address}" width="${width}" height="${height}" alt="${alone ? name : ""}" />${!alone && html`<span>${name}</span>`}`;
}

/** Address of the icon in the tab. */
export function tabIcon({ logo, color = "#1a9b78" }: Branding): string {
  return logo && logo.width <= wide * logo.height ? logo.address : tabMark(color);
}
