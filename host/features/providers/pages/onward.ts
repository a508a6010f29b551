// Takes the visitor on to a provider by itself: by the script, which brings the fragment along, or without one by the browser's own refresh. A
// redirect would lose the fragment, and one after a form is not allowed to leave the cookie domain.
import { html } from "hono/html";
import { linkButton } from "../../../../portal/pages/actions.ts";
import { layout } from "../../../../portal/pages/layout.ts";
import type { Site } from "../../../../portal/pages/site.ts";

export interface OnwardView {
  readonly site: Site;
  readonly text: string;
  readonly address: string;
}

export function onwardPage({ site, text, address }: OnwardView): string {
  const { continue: goOn } = site.language.texts.actions;
  return layout({
    site,
    title: goOn,
    body: html`<h1>${goOn}</h1>
      <p>${text}</p>
      <noscript><meta http-equiv="refresh" content="0; url=${address}" /></noscript>
      <div class="actions" data-onward>${linkButton(goOn, "primary", address)}</div>`,
  });
}
