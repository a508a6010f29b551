// The mark: a zero whose two halves are a gate, and the request decided inside it. Drawn in the page, so that it costs
// no request and follows the colour scheme.
import { html, raw } from "hono/html";

const halves = "M8.5 4.3a8.5 8.5 0 0 0 0 15.4M15.5 4.3a8.5 8.5 0 0 1 0 15.4";

export const mark = html`<svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
        <path d="${halves}" fill="none" stroke="currentColor" stroke-width="2.8" stroke-linecap="round" />
        <circle cx="12" cy="12" r="2.8" />
      </svg>`;

/** The same as a tab icon, in a grey that shows on light and dark tabs alike. */
export const tabIcon = raw(
  `data:image/svg+xml,${encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">' +
      `<path d="${halves}" fill="none" stroke="#7d8590" stroke-width="3" stroke-linecap="round"/>` +
      '<circle cx="12" cy="12" r="3" fill="#1a9b78"/></svg>',
  )}`,
);
