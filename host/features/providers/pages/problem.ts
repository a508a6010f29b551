// Why somebody who has come back from a provider has no session, and what they can do about it.
import { html } from "hono/html";
import { linkButton } from "../../../../portal/pages/actions.ts";
import { facts } from "../../../../portal/pages/facts.ts";
import { layout } from "../../../../portal/pages/layout.ts";
import { legibleText } from "../../../../portal/pages/legible.ts";
import { addressWithReturnTo, type ReturnTo } from "../../../../portal/pages/return-to.ts";
import type { Site } from "../../../../portal/pages/site.ts";
import { providerTexts } from "../texts/index.ts";
import { secondFactorAddress, startAddress } from "./provider-button.ts";

export type Problem =
  | "expired"
  | "denied"
  | "invalid"
  | "setup"
  | "forbidden"
  | "invitation"
  | "disabled"
  | "overage"
  | "stale"
  | "oneFactor"
  | "another"
  | "linked"
  | "unavailable"
  | "held";

export interface ProblemView {
  readonly site: Site;
  readonly provider: { readonly id: string; readonly name: string };
  readonly problem: Problem;
  /** How long the next attempt has to wait. Seconds. */
  readonly wait?: number;
  readonly returnTo: ReturnTo;
  /** Whether two factors were to be shown. */
  readonly secondFactor?: boolean;
  readonly requestId: string;
}

export function problemPage(view: ProblemView): string {
  const { site, provider, problem, wait = 0, returnTo, secondFactor = false, requestId } = view;
  const { problem: texts } = providerTexts(site.language);
  const name = legibleText(provider.name);
  const text = texts[problem];
  const why = typeof text === "string" ? text : text(name);
  const { tryAgainIn, problem: shared } = site.language.texts;
  const start = secondFactor ? secondFactorAddress(provider.id, returnTo, true) : startAddress(provider.id, returnTo);
  return layout({
    site,
    title: texts.title(name),
    body: html`<h1>${texts.title(name)}</h1>
      <p class="lead">${wait > 0 ? `${why} ${tryAgainIn(site.language.duration(wait))}` : why}</p>
      <p>${texts.passOn}</p>
      ${facts([[shared.request, requestId]])}
      <div class="actions stacked">${linkButton(texts.again, "primary", start)}${linkButton(texts.other, "secondary", addressWithReturnTo("/", returnTo, { choose: "1" }))}</div>`,
  });
}
