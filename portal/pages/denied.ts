// What somebody sees whom the policy refuses: who they are to us, which rule refused, and what they can do about it.
import { html } from "hono/html";
import { goBack, linkButton, logoutButton } from "./actions.ts";
import { destination, loginAddress, shownHost, type Target } from "./destination.ts";
import { facts } from "./facts.ts";
import { identity, type User } from "./identity.ts";
import { type Assets, layout } from "./layout.ts";

export interface DeniedView {
  readonly assets: Assets;
  /** Absent: nobody is logged in. */
  readonly user?: User;
  readonly target: Target;
  /** Number of the rule, from 1; 0 is the default policy. */
  readonly rule: number;
  readonly requestId: string;
}

export function deniedPage({ assets, user, target, rule, requestId }: DeniedView): string {
  return layout({
    assets,
    title: `No access to ${shownHost(target)}`,
    body: html`<h1>No access</h1>
      <p class="lead">${user ? "This account may not open" : "You are not logged in, and may not open"}</p>
      ${destination(target)}
      ${user && identity(user)}
      ${facts([
        ["Refused by", rule === 0 ? "Default policy" : `Rule ${rule}`],
        ["Request", requestId],
      ])}
      <p class="note">If you should have access, pass these details on to whoever runs this site.</p>
      <div class="actions">
        ${user ? logoutButton("Switch account", "primary", target) : linkButton("Log in", "primary", loginAddress(target))}
        ${goBack}
      </div>`,
  });
}
