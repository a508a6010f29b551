// The page for everything that went wrong before there was anything better to show: 400, 403, 404, 413, 422, 429, 500, 503.
import { html } from "hono/html";
import type { Texts } from "../languages/en.ts";
import { linkButton } from "./actions.ts";
import { facts } from "./facts.ts";
import { layout } from "./layout.ts";
import type { Site } from "./site.ts";

type Known = Exclude<keyof Texts["problem"]["of"], "other">;

export interface MessageView {
  readonly site: Site;
  /** HTTP status (RFC 9110, section 15). */
  readonly status: number;
  readonly requestId: string;
}

export function messagePage({ site, status, requestId }: MessageView): string {
  const { problem, actions } = site.language.texts;
  const { title, text } = problem.of[status as Known] ?? problem.of.other;
  return layout({
    site,
    title,
    body: html`<h1>${title}</h1>
      <p>${text}</p>
      ${facts([
        [problem.status, String(status)],
        [problem.request, requestId],
      ])}
      <div class="actions">${linkButton(actions.toStartPage, "secondary", "/")}</div>`,
  });
}
