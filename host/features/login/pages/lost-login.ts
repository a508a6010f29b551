// What somebody sees whose browser did not keep the login: what may be the cause, and what they and whoever runs the site can do.
import { html } from "hono/html";
import { linkButton } from "../../../../portal/pages/actions.ts";
import { facts } from "../../../../portal/pages/facts.ts";
import { layout } from "../../../../portal/pages/layout.ts";
import type { Site } from "../../../../portal/pages/site.ts";
import { loginTexts } from "../texts/index.ts";

/** The cookies that did not come back: all of the portal's, or the session's alone; or it does not reach the application. */
export type Lost = "all" | "session" | "application";

export interface LostLoginView {
  readonly site: Site;
  readonly lost: Lost;
  /** The cookie domain. */
  readonly domain: string;
  /** Where another try begins. */
  readonly again: string;
  readonly requestId: string;
}

export function lostLoginPage({ site, lost, domain, again, requestId }: LostLoginView): string {
  const { problem } = site.language.texts;
  const { lost: texts, logout } = loginTexts(site.language);
  const { sentBack } = texts;
  const isSentBack = lost === "application";
  const title = isSentBack ? sentBack.title : texts.title;
  const operator = { all: texts.operatorAll, session: texts.operatorSession, application: sentBack.operator }[lost];
  return layout({
    site,
    title,
    body: html`<h1>${title}</h1>
      <p class="lead">${isSentBack ? sentBack.text : texts.text}</p>
      <p>${isSentBack ? sentBack.device : texts[lost]}</p>
      ${isSentBack ? "" : html`<p>${texts.device}</p>`}
      <h2>${texts.operator}</h2>
      <p>${operator}</p>
      ${facts([
        [texts.domain, domain],
        [problem.request, requestId],
      ])}
      <div class="actions">${linkButton(isSentBack ? sentBack.again : logout.again, "primary", again)}</div>`,
  });
}
