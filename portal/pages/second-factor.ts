// Asks for the second factor, in whichever of the visitor's ways they choose, or leads somebody who has none to set one up.
import { html } from "hono/html";
import { goBack, linkButton, logoutButton } from "./actions.ts";
import { type CodeField, codeField } from "./code-field.ts";
import { destination, shownHost } from "./destination.ts";
import { identity, type User } from "./identity.ts";
import { type Fragment, layout } from "./layout.ts";
import { passkeyControl } from "./passkey-control.ts";
import type { Site } from "./site.ts";
import { type Way, wayAddress, wayFields } from "./way.ts";

export type Method = "passkey" | "totp" | "recovery";

export type SecondFactorProblem =
  | { readonly kind: "wrong" }
  /** Too many wrong codes: seconds until the next try. */
  | { readonly kind: "wait"; readonly seconds: number };

export interface SecondFactorView {
  readonly site: Site;
  readonly user: User;
  readonly way: Way;
  /** The ways that this account has. */
  readonly methods: readonly Method[];
  /** The one that is asked for. */
  readonly method: Method;
  /** Digits of the app's codes. */
  readonly digits: number;
  readonly problem?: SecondFactorProblem;
}

export function secondFactorPage(view: SecondFactorView): string {
  const { site, user, way, method, problem } = view;
  const { secondFactor, error } = site.language.texts;
  const title = way.target && !way.next ? secondFactor.titleFor(shownHost(way.target)) : secondFactor.title;
  return layout({
    site,
    title: problem ? error(title) : title,
    body: html`<h1>${way.next ? secondFactor.confirm : secondFactor.title}</h1>
      ${way.target && !way.next && html`<p class="lead">${secondFactor.toContinueTo}</p>${destination(way.target)}`}
      ${identity(user)}
      <p>${secondFactor.by[method].ask}</p>
      ${problem && html`<p class="alert" id="error" role="alert">${explain(problem, view)}</p>`}
      ${method === "passkey" ? passkeyControl({ site, purpose: "second-factor", label: secondFactor.usePasskey, weight: "primary", way }) : codeForm(view)}
      ${otherMethods(view)}`,
  });
}

function codeForm({ site, way, method, digits, problem }: SecondFactorView): Fragment {
  const { secondFactor, actions, busy } = site.language.texts;
  const wrong = problem?.kind === "wrong";
  const field: CodeField =
    method === "totp"
      ? { kind: "app", label: secondFactor.code, digits, wrong }
      : { kind: "recovery", label: secondFactor.recoveryCode, wrong };
  return html`<form method="post" action="/second-factor/${method}">
        ${codeField(field)}
        ${wayFields(way)}
        <button class="primary" type="submit" data-busy="${busy.checking}">${actions.continue}</button>
      </form>`;
}

function otherMethods({ site, methods, method, way }: SecondFactorView): Fragment {
  const { secondFactor, actions } = site.language.texts;
  const others = methods.filter((other) => other !== method);
  return html`<ul class="choices">
        ${others.map((other) => html`<li><a href="${wayAddress("/second-factor", way, { with: other })}">${secondFactor.by[other].choose}</a></li>`)}
        <li><a href="/logout">${actions.logOut}</a></li>
      </ul>`;
}

function explain(problem: SecondFactorProblem, { site: { language }, method }: SecondFactorView): string {
  const { secondFactor } = language.texts;
  return problem.kind === "wrong"
    ? secondFactor.by[method].wrong
    : secondFactor.wait(language.duration(problem.seconds));
}

export interface SecondFactorMissingView {
  readonly site: Site;
  readonly user: User;
  readonly way: Way;
  /** Whether this portal lets people set up an app. */
  readonly offerApp: boolean;
  /** Whether it lets them add a passkey. */
  readonly offerPasskey: boolean;
}

/** For somebody whose target asks for a second factor and whose account has none. */
export function secondFactorMissingPage(view: SecondFactorMissingView): string {
  const { site, user, way, offerApp, offerPasskey } = view;
  const { secondFactor, app, passkey, actions } = site.language.texts;
  return layout({
    site,
    title: way.target ? secondFactor.missingTitleFor(shownHost(way.target)) : secondFactor.missingTitle,
    body: html`<h1>${secondFactor.missingTitle}</h1>
      <p class="lead">${secondFactor.passwordAlone}</p>
      ${way.target && destination(way.target)}
      ${identity(user)}
      <p>${offerApp || offerPasskey ? secondFactor.setUpOnce : secondFactor.noneOffered}</p>
      <div class="actions stacked">
        ${offerApp && linkButton(app.title, "primary", wayAddress("/account/totp", way))}
        ${offerPasskey && linkButton(passkey.add, offerApp ? "secondary" : "primary", wayAddress("/account/passkeys", way))}
        ${logoutButton(actions.switchAccount, "secondary", way.target)}${goBack(site)}
      </div>`,
  });
}
