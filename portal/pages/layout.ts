// The frame that every page of the portal shares. It needs nothing but one stylesheet and, where a page asks for it, one
// script, both from the portal's own origin, so that the strictest Content-Security-Policy holds.
import { html } from "hono/html";
import { legibleText } from "./legible.ts";
import { mark, tabIcon } from "./mark.ts";

/** URL paths of what esbuild made, as the host serves it. */
export interface Assets {
  readonly stylesheet: string;
  readonly script: string;
}

/** A fragment made by the html template, escaped already. */
export type Fragment = ReturnType<typeof html>;

export interface Frame {
  readonly assets: Assets;
  /** Plain text for the tab and for screen readers, which read it first. */
  readonly title: string;
  readonly body: Fragment;
}

/** The whole document. */
export function layout({ assets, title, body }: Frame): string {
  const document = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="theme-color" content="#ffffff" media="(prefers-color-scheme: light)" />
    <meta name="theme-color" content="#14171b" media="(prefers-color-scheme: dark)" />
    <meta name="robots" content="noindex" />
    <title>${legibleText(title)} \u00B7 Zerohop</title>
    <link rel="icon" href="${tabIcon}" />
    <link rel="stylesheet" href="${assets.stylesheet}" />
    <script src="${assets.script}" defer></script>
  </head>
  <body>
    <div class="sheet">
      <header>${mark}<span>Zerohop</span></header>
      <main>
      ${body}
      </main>
    </div>
  </body>
</html>
`;
  // The template answers with a promise only when it is given one, and no fragment here is.
  return String(document);
}
