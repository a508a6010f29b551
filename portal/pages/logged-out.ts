// Confirms that the session has ended, and offers the way back in.
import { html } from "hono/html";
import { linkButton } from "./actions.ts";
import { loginAddress, type Target } from "./destination.ts";
import { type Assets, layout } from "./layout.ts";

export interface LoggedOutView {
  readonly assets: Assets;
  /** Where a new login leads to; absent: the start page. */
  readonly target?: Target;
}

export function loggedOutPage({ assets, target }: LoggedOutView): string {
  return layout({
    assets,
    title: "Logged out",
    body: html`<h1>You are logged out</h1>
      <p>All applications that use this login are closed to this browser.</p>
      <div class="actions">${linkButton("Log in again", "primary", loginAddress(target))}</div>`,
  });
}
