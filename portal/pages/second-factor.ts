// Asks for the second factor, in whichever of the visitor's ways they choose, or leads somebody who has none to set one up.
import { html } from "hono/html";
import { goBack, linkButton, logoutButton } from "./actions.ts";
import { codeField } from "./code-field.ts";
import { destination, shownHost } from "./destination.ts";
import { identity, type User } from "./identity.ts";
import { type Assets, type Fragment, layout } from "./layout.ts";
import { passkeyControl } from "./passkey-control.ts";
import { waitingTime } from "./waiting.ts";
import { type Way, wayAddress, wayFields } from "./way.ts";

export type Method = "passkey" | "totp" | "recovery";

export type SecondFactorProblem =
  | { readonly kind: "wrong" }
  /** Too many wrong codes: seconds until the next try. */
  | { readonly kind: "wait"; readonly seconds: number };

export interface SecondFactorView {
  readonly assets: Assets;
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

const choices: Readonly<Record<Method, string>> = {
  passkey: "Use a passkey or security key",
  totp: "Use your authenticator app",
  recovery: "Use a recovery code",
};

const asks: Readonly<Record<Method, string>> = {
  passkey: "Confirm the login with your passkey or security key.",
  totp: "Enter the code that your authenticator app shows.",
  recovery: "Enter one of your recovery codes. Each of them works once.",
};

const complaints: Readonly<Record<Method, string>> = {
  passkey: "The passkey was not accepted. Try again.",
  totp: "This code is wrong or was used already. Enter the one that is shown now.",
  recovery: "This is none of your recovery codes, or it was used already.",
};

export function secondFactorPage(view: SecondFactorView): string {
  const { assets, user, way, method, problem } = view;
  const title = way.target && !way.next ? `Second factor for ${shownHost(way.target)}` : "Second factor";
  return layout({
    assets,
    title: problem ? `Error: ${title}` : title,
    body: html`<h1>${way.next ? "Confirm that it is you" : "Second factor"}</h1>
      ${way.target && !way.next && html`<p class="lead">to continue to</p>${destination(way.target)}`}
      ${identity(user)}
      <p>${asks[method]}</p>
      ${problem && html`<p class="alert" id="error" role="alert">${explain(problem, method)}</p>`}
      ${method === "passkey" ? passkeyControl({ purpose: "second-factor", label: "Use passkey", weight: "primary", way }) : codeForm(view)}
      ${otherMethods(view)}`,
  });
}

function codeForm({ way, method, digits, problem }: SecondFactorView): Fragment {
  const field = {
    label: method === "totp" ? "Code" : "Recovery code",
    ...(method === "totp" && { digits }),
    wrong: problem?.kind === "wrong",
  };
  return html`<form method="post" action="/second-factor/${method}">
        ${codeField(field)}
        ${wayFields(way)}
        <button class="primary" type="submit" data-busy="Checking\u2026">Continue</button>
      </form>`;
}

function otherMethods({ methods, method, way }: SecondFactorView): Fragment {
  const others = methods.filter((other) => other !== method);
  return html`<ul class="choices">
        ${others.map((other) => html`<li><a href="${wayAddress("/second-factor", way, { with: other })}">${choices[other]}</a></li>`)}
        <li><a href="/logout">Log out</a></li>
      </ul>`;
}

function explain(problem: SecondFactorProblem, method: Method): string {
  if (problem.kind === "wrong") return complaints[method];
  return `Too many wrong codes. Try again in ${waitingTime(problem.seconds)}.`;
}

export interface SecondFactorMissingView {
  readonly assets: Assets;
  readonly user: User;
  readonly way: Way;
  /** Whether this portal lets people set up an app. */
  readonly offerApp: boolean;
  /** Whether it lets them add a passkey. */
  readonly offerPasskey: boolean;
}

/** For somebody whose target asks for a second factor and whose account has none. */
export function secondFactorMissingPage(view: SecondFactorMissingView): string {
  const { assets, user, way, offerApp, offerPasskey } = view;
  return layout({
    assets,
    title: way.target ? `Second factor needed for ${shownHost(way.target)}` : "Second factor needed",
    body: html`<h1>Second factor needed</h1>
      <p class="lead">A password alone does not open</p>
      ${way.target && destination(way.target)}
      ${identity(user)}
      <p>${offerApp || offerPasskey ? "Set up a second factor for this account once, and confirm your logins with it from then on." : "This account has no second factor, and this portal offers none. Whoever runs this site can help."}</p>
      <div class="actions stacked">
        ${offerApp && linkButton("Set up an authenticator app", "primary", wayAddress("/account/totp", way))}
        ${offerPasskey && linkButton("Add a passkey or security key", offerApp ? "secondary" : "primary", wayAddress("/account/passkeys", way))}
        ${logoutButton("Switch account", "secondary", way.target)}${goBack}
      </div>`,
  });
}
