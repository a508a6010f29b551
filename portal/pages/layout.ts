// The frame that every page of the portal shares. It needs nothing but one stylesheet and, where a page asks for it, one
// script, both from the portal's own origin, so that the strictest Content-Security-Policy holds.
import { html } from "hono/html";
import { languageSwitch } from "./language-switch.ts";
import { legibleText } from "./legible.ts";
import { heading, tabIcon } from "./mark.ts";
import type { Site } from "./site.ts";

/** A fragment made by the html template, escaped already. */
export type Fragment = ReturnType<typeof html>;

export interface Frame {
  readonly site: Site;
  /** Plain text for the tab and for screen readers, which read it first. */
  readonly title: string;
  readonly body: Fragment;
}

/** The whole document. */
export function layout({ site, title, body }: Frame): string {
  const { assets, branding, language } = site;
  const document = html`<!doctype html>
<html lang="${language.tag}">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="theme-color" content="#ffffff" media="(prefers-color-scheme: light)" />
    <meta name="theme-color" content="#14171b" media="(prefers-color-scheme: dark)" />
    <meta name="robots" content="noindex" />
    <title>${legibleText(title)} \u00B7 ${branding.name}</title>
    <link rel="icon" href="${tabIcon(branding)}" />
    <link rel="stylesheet" href="${assets.stylesheet}" />
    <script src="${assets.script}" defer></script>
  </head>
  <body>
    <div class="sheet">
      <header>${heading(branding)}</header>
      <main>
      ${body}
      </main>
    </div>
    <footer>
      ${languageSwitch(site)}
    </footer>
  </body>
</html>
`;
  // The template answers with a promise only when it is given one, and no fragment here is.
  return String(document);
}
