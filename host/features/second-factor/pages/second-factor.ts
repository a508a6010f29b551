// Asks for the second factor, whichever of theirs the visitor chooses, or leads somebody who has none to set one up.
import { html } from "hono/html";
import { goBack, linkButton, logoutButton } from "../../../../portal/pages/actions.ts";
import { destination, shownHost } from "../../../../portal/pages/destination.ts";
import { identity, type User } from "../../../../portal/pages/identity.ts";
import { type Fragment, layout } from "../../../../portal/pages/layout.ts";
import { addressWithReturnTo, type ReturnTo } from "../../../../portal/pages/return-to.ts";
import type { Site } from "../../../../portal/pages/site.ts";
import { secondFactorTexts } from "../texts/index.ts";

export type SecondFactorProblem =
  | { readonly kind: "wrong" }
  /** Too many wrong codes: seconds until the next try. */
  | { readonly kind: "wait"; readonly seconds: number };

/** How the page asks for one of the visitor's factors. */
export interface Question {
  readonly ask: string;
  /** Says that the last try was wrong. */
  readonly wrong: string;
  /** The form, or whatever the factor is passed with. */
  readonly control: Fragment;
}

/** Where a visitor can show two factors in place of one that this portal checks. */
export interface Elsewhere {
  readonly label: string;
  readonly address: string;
}

export interface SecondFactorView {
  readonly site: Site;
  readonly user: User;
  readonly returnTo: ReturnTo;
  readonly question: Question;
  /** What the visitor can choose in its place. */
  readonly others: readonly { readonly name: string; readonly choice: string }[];
  readonly elsewhere: readonly Elsewhere[];
  readonly problem?: SecondFactorProblem;
}

export function secondFactorPage(view: SecondFactorView): string {
  const { site, user, returnTo, question, problem } = view;
  const { error } = site.language.texts;
  const texts = secondFactorTexts(site.language);
  const target = returnTo.next ? undefined : returnTo.target;
  const title = target ? texts.titleFor(shownHost(target)) : texts.title;
  return layout({
    site,
    title: problem ? error(title) : title,
    body: html`<h1>${returnTo.next ? texts.confirm : texts.title}</h1>
      ${target && html`<p class="lead">${texts.toContinueTo}</p>${destination(target)}`}
      ${identity(user)}
      <p>${question.ask}</p>
      ${problem && html`<p class="alert" id="error" role="alert">${explain(problem, view)}</p>`}
      ${question.control}
      ${otherFactors(view)}`,
  });
}

function otherFactors({ site, others, elsewhere, returnTo }: SecondFactorView): Fragment {
  return html`<ul class="choices">
        ${others.map(({ name, choice }) => html`<li><a href="${addressWithReturnTo("/second-factor", returnTo, { with: name })}">${choice}</a></li>`)}
        ${elsewhere.map(({ label, address }) => html`<li><a href="${address}">${label}</a></li>`)}
        <li><a href="/logout">${site.language.texts.actions.logOut}</a></li>
      </ul>`;
}

function explain(problem: SecondFactorProblem, { site: { language }, question }: SecondFactorView): string {
  if (problem.kind === "wrong") return question.wrong;
  return secondFactorTexts(language).wait(language.duration(problem.seconds));
}

export interface SecondFactorMissingView {
  readonly site: Site;
  readonly user: User;
  readonly returnTo: ReturnTo;
  /** The pages where this portal lets people set one up. */
  readonly setUps: readonly { readonly label: string; readonly address: string }[];
  readonly elsewhere: readonly Elsewhere[];
}

/** For somebody whose target asks for a second factor and whose account has none. */
export function secondFactorMissingPage(view: SecondFactorMissingView): string {
  const { site, user, returnTo, setUps, elsewhere } = view;
  const texts = secondFactorTexts(site.language);
  const { target } = returnTo;
  const ways = [
    ...elsewhere,
    ...setUps.map(({ label, address }) => ({ label, address: addressWithReturnTo(address, returnTo) })),
  ];
  return layout({
    site,
    title: target ? texts.missingTitleFor(shownHost(target)) : texts.missingTitle,
    body: html`<h1>${texts.missingTitle}</h1>
      <p class="lead">${texts.oneFactorAlone}</p>
      ${target && destination(target)}
      ${identity(user)}
      ${setUps.length > 0 ? html`<p>${texts.setUpOnce}</p>` : elsewhere.length === 0 && html`<p>${texts.noneOffered}</p>`}
      <div class="actions stacked">
        ${ways.map(({ label, address }, index) => linkButton(label, index === 0 ? "primary" : "secondary", address))}
        ${logoutButton(site.language.texts.actions.switchAccount, "secondary", target)}${goBack(site)}
      </div>`,
  });
}
