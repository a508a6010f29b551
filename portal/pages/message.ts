// The page for everything that went wrong before there was anything better to show: 400, 403, 404, 413, 429, 500, 503.
import { html } from "hono/html";
import { linkButton } from "./actions.ts";
import { facts } from "./facts.ts";
import { type Assets, layout } from "./layout.ts";
import { legibleText } from "./legible.ts";

export interface MessageView {
  readonly assets: Assets;
  /** HTTP status (RFC 9110, section 15). */
  readonly status: number;
  readonly title: string;
  readonly text: string;
  readonly requestId?: string;
}

export function messagePage({ assets, status, title, text, requestId }: MessageView): string {
  return layout({
    assets,
    title,
    body: html`<h1>${legibleText(title)}</h1>
      <p>${legibleText(text)}</p>
      ${facts([["Status", String(status)], ...(requestId === undefined ? [] : [["Request", requestId] as const])])}
      <div class="actions">${linkButton("Go to the start page", "secondary", "/")}</div>`,
  });
}
