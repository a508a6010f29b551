// A new password for whoever has typed the right one, which has expired: nobody gets a session by it.
import type { Audit } from "../../audit/audit.ts";
import type { RequestContext } from "../../http/environment.ts";
import type { NewPasswords, Rejected } from "../../http/new-passwords.ts";
import { recordAction } from "../../http/record-action.ts";
import type { User } from "../../identity/profiles.ts";
import type { Sessions } from "../../session/sessions.ts";

export interface ExpiredPasswordDependencies {
  /** Whether the config lets people change their passwords here. */
  readonly passwordsCanBeChanged: boolean;
  readonly newPasswords: NewPasswords;
  readonly sessions: Pick<Sessions, "endAllOf">;
  readonly audit: Pick<Audit, "record">;
}

/**
 * Sets a new password in the place of one that was found right and expired just now. Whatever sessions the user has end. What is looked
 * at costs nobody an attempt who does not know the old one.
 */
export async function replaceExpired(
  c: RequestContext,
  { newPasswords, sessions, audit }: ExpiredPasswordDependencies,
  user: User,
  { current, next }: { readonly current: string; readonly next: string },
): Promise<{ readonly outcome: "changed" } | Rejected> {
  const assessed = await newPasswords.assess(c, next, user, current);
  if (assessed.outcome !== "good") return assessed;
  const kept = await newPasswords.keep(c, user, next, current);
  if (kept.outcome !== "changed") return kept;
  const ended = await sessions.endAllOf(user.name);
  const detail = { sessions: ended, expired: true };
  await recordAction(c, { audit }, user, { action: "password change", detail });
  return kept;
}
