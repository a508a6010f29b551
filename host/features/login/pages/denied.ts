// What somebody sees whom the policy refuses: who they are to us, which rule refused, and what they can do about it.
import { html } from "hono/html";
import { goBack, linkButton, logoutButton } from "../../../../portal/pages/actions.ts";
import { destination, loginAddress, shownHost, type Target } from "../../../../portal/pages/destination.ts";
import { facts } from "../../../../portal/pages/facts.ts";
import { identity, type User } from "../../../../portal/pages/identity.ts";
import { layout } from "../../../../portal/pages/layout.ts";
import type { Site } from "../../../../portal/pages/site.ts";
import { loginTexts } from "../texts/index.ts";

export interface DeniedView {
  readonly site: Site;
  /** Absent: nobody is logged in. */
  readonly user?: User;
  readonly target: Target;
  /** Number of the rule, from 1; 0 is the default policy. */
  readonly rule: number;
  readonly requestId: string;
}

export function deniedPage({ site, user, target, rule, requestId }: DeniedView): string {
  const { actions, problem } = site.language.texts;
  const { denied } = loginTexts(site.language);
  return layout({
    site,
    title: denied.title(shownHost(target)),
    body: html`<h1>${denied.heading}</h1>
      <p class="lead">${user ? denied.account : denied.nobody}</p>
      ${destination(target)}
      ${user && identity(user)}
      ${facts([
        [denied.refusedBy, rule === 0 ? denied.defaultPolicy : denied.rule(rule)],
        [problem.request, requestId],
      ])}
      <p class="note">${denied.passOn}</p>
      <div class="actions">
        ${user ? logoutButton(actions.switchAccount, "primary", target) : linkButton(actions.logIn, "primary", loginAddress(target))}
        ${goBack(site)}
      </div>`,
  });
}
