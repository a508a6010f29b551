// A new password for somebody who has forgotten theirs, with the link from an e-mail. It logs nobody in and takes no factor away.
import { passwordResetMail } from "../../../portal/mails/password-reset.ts";
import { browserOf } from "../../http/browser-cookie.ts";
import type { Parts, RequestContext } from "../../http/environment.ts";
import { recordAction } from "../../http/record-action.ts";
import { shown } from "../../http/shown.ts";
import type { User } from "../../identity/user-directory.ts";
import { longestUsername } from "../login/log-in.ts";
import { assessPassword, keepPassword, type NewPasswordMistake } from "../password-change/change-password.ts";
import type { LinkState } from "./password-resets.ts";
import { bindResetBrowser, clearResetBrowser, resetBrowserOf } from "./reset-cookie.ts";
import type { StoredPasswordReset } from "./store.ts";

export type PasswordReset =
  | { readonly outcome: "changed" }
  /** What is wrong with the password; the link is as good as before. */
  | { readonly outcome: "mistakes"; readonly mistakes: readonly NewPasswordMistake[] }
  | { readonly outcome: "unavailable" }
  /** The link is not good, or not in this browser. */
  | { readonly outcome: "elsewhere" | "void" };

/** Whose password may be set in this browser by the link with this token. */
export type OpenLink =
  | { readonly state: "good"; readonly reset: StoredPasswordReset; readonly user: User }
  | Exclude<LinkState, { state: "good" }>;

/** How long a link is good for. Seconds. */
export function resetLifespan({ config }: Parts): number {
  return config.passwordReset.lifespan;
}

/**
 * Takes a request for a link. All is done after the answer, which is the same whoever is named; the link leads to the portal as
 * the config has it, whatever the request says that it is called.
 */
export function askForLink(c: RequestContext, parts: Parts, typed: string): void {
  const lifespan = resetLifespan(parts);
  const browser = bindResetBrowser(c, lifespan);
  const input = typed.trim();
  if (input === "" || input.length > longestUsername) return;
  const { portalUrl } = c.get("cookieDomain");
  const language = c.get("language");
  parts.resetRequests!.accept({
    input,
    browser,
    knownAs: browserOf(c),
    address: c.get("forwarded").address,
    requestId: c.get("requestId"),
    compose: (user, token) =>
      passwordResetMail({
        user: shown(user),
        language,
        lifespan,
        url: `${portalUrl}/reset-password/new?token=${token}`,
      }),
  });
}

/** Looks at a link; it stays good. A user who is disabled or gone meanwhile has no use for it. */
export async function openLink(
  c: RequestContext,
  { passwordResets, directory }: Parts,
  token: string,
): Promise<OpenLink> {
  const link = await passwordResets.look(token, resetBrowserOf(c));
  if (link.state !== "good") return link;
  const user = await directory.find(link.reset.username);
  return user ? { ...link, user } : { state: "void" };
}

export async function resetPassword(
  c: RequestContext,
  parts: Parts,
  token: string,
  password: string,
): Promise<PasswordReset> {
  const { passwordResets, sessions, regulation } = parts;
  const link = await openLink(c, parts, token);
  if (link.state !== "good") return { outcome: link.state };
  const { reset, user } = link;
  const assessed = await assessPassword(c, parts, password, user);
  if (assessed.outcome !== "good") return assessed;

  // From here on nobody else can use it.
  if (!(await passwordResets.take(reset))) return { outcome: "void" };
  const kept = await keepPassword(c, parts, user, password);
  if (kept.outcome !== "changed") {
    await passwordResets.giveBack(reset);
    return kept;
  }
  const ended = await sessions.endAllOf(user.name);
  // Whoever guessed at the old password has not guessed at this one. Codes stay as they were: mail is no second factor.
  await regulation.liftUser(user.name, ["password"]);
  clearResetBrowser(c);
  await recordAction(c, parts, user, { action: "password reset", detail: { sessions: ended } });
  return { outcome: "changed" };
}
