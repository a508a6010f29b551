// Asks for the second factor, in whichever of the visitor's ways they choose, or leads somebody who has none to set one up.
import { html } from "hono/html";
import { goBack, linkButton, logoutButton } from "./actions.ts";
import { type CodeField, codeField } from "./code-field.ts";
import { destination, shownHost } from "./destination.ts";
import { identity, type User } from "./identity.ts";
import { type Fragment, layout } from "./layout.ts";
import { passkeyControl } from "./passkey-control.ts";
import { addressWithReturnTo, type ReturnTo, returnToFields } from "./return-to.ts";
import type { Site } from "./site.ts";

export type Method = "passkey" | "totp" | "recovery";

export type SecondFactorProblem =
  | { readonly kind: "wrong" }
  /** Too many wrong codes: seconds until the next try. */
  | { readonly kind: "wait"; readonly seconds: number };

export interface SecondFactorView {
  readonly site: Site;
  readonly user: User;
  readonly returnTo: ReturnTo;
  /** The ways that this account has. */
  readonly methods: readonly Method[];
  /** The one that is asked for. */
  readonly method: Method;
  /** Digits of the app's codes. */
  readonly digits: number;
  readonly problem?: SecondFactorProblem;
}

export function secondFactorPage(view: SecondFactorView): string {
  const { site, user, returnTo, method, problem } = view;
  const { secondFactor, error } = site.language.texts;
  const title =
    returnTo.target && !returnTo.next ? secondFactor.titleFor(shownHost(returnTo.target)) : secondFactor.title;
  return layout({
    site,
    title: problem ? error(title) : title,
    body: html`<h1>${returnTo.next ? secondFactor.confirm : secondFactor.title}</h1>
      ${returnTo.target && !returnTo.next && html`<p class="lead">${secondFactor.toContinueTo}</p>${destination(returnTo.target)}`}
      ${identity(user)}
      <p>${secondFactor.by[method].ask}</p>
      ${problem && html`<p class="alert" id="error" role="alert">${explain(problem, view)}</p>`}
      ${method === "passkey" ? passkeyControl({ site, purpose: "second-factor", label: secondFactor.usePasskey, weight: "primary", returnTo }) : codeForm(view)}
      ${otherMethods(view)}`,
  });
}

function codeForm({ site, returnTo, method, digits, problem }: SecondFactorView): Fragment {
  const { secondFactor, actions, busy } = site.language.texts;
  const wrong = problem?.kind === "wrong";
  const field: CodeField =
    method === "totp"
      ? { kind: "app", label: secondFactor.code, digits, wrong }
      : { kind: "recovery", label: secondFactor.recoveryCode, wrong };
  return html`<form method="post" action="/second-factor/${method}">
        ${codeField(field)}
        ${returnToFields(returnTo)}
        <button class="primary" type="submit" data-busy="${busy.checking}">${actions.continue}</button>
      </form>`;
}

function otherMethods({ site, methods, method, returnTo }: SecondFactorView): Fragment {
  const { secondFactor, actions } = site.language.texts;
  const others = methods.filter((other) => other !== method);
  return html`<ul class="choices">
        ${others.map((other) => html`<li><a href="${addressWithReturnTo("/second-factor", returnTo, { with: other })}">${secondFactor.by[other].choose}</a></li>`)}
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
  readonly returnTo: ReturnTo;
  /** Whether this portal lets people set up an app. */
  readonly offerApp: boolean;
  /** Whether it lets them add a passkey. */
  readonly offerPasskey: boolean;
}

/** For somebody whose target asks for a second factor and whose account has none. */
export function secondFactorMissingPage(view: SecondFactorMissingView): string {
  const { site, user, returnTo, offerApp, offerPasskey } = view;
  const { secondFactor, app, passkey, actions } = site.language.texts;
  return layout({
    site,
    title: returnTo.target ? secondFactor.missingTitleFor(shownHost(returnTo.target)) : secondFactor.missingTitle,
    body: html`<h1>${secondFactor.missingTitle}</h1>
      <p class="lead">${secondFactor.passwordAlone}</p>
      ${returnTo.target && destination(returnTo.target)}
      ${identity(user)}
      <p>${offerApp || offerPasskey ? secondFactor.setUpOnce : secondFactor.noneOffered}</p>
      <div class="actions stacked">
        ${offerApp && linkButton(app.title, "primary", addressWithReturnTo("/account/totp", returnTo))}
        ${offerPasskey && linkButton(passkey.add, offerApp ? "secondary" : "primary", addressWithReturnTo("/account/passkeys", returnTo))}
        ${logoutButton(actions.switchAccount, "secondary", returnTo.target)}${goBack(site)}
      </div>`,
  });
}
