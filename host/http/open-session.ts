// The end of every login: a new session for the browser, and the end of the one that it had.
import { HostError } from "../kit/errors.ts";
import type { Standing } from "../session/revocation.ts";
import type { Authentication } from "../session/sessions.ts";
import { sessionsShown, visitor } from "./current-session.ts";
import type { Parts, RequestContext } from "./environment.ts";
import { recordAction, sourceOf } from "./record-action.ts";
import { giveSession } from "./session-binding.ts";

export interface Opening {
  readonly keepMeLoggedIn: boolean;
  /** Whether the user has not logged in from there before. */
  readonly newPlace: boolean;
  /** From before the credentials were looked at. */
  readonly standing?: Standing;
  /** Whether what the user has shown is theirs yet. */
  readonly stillProven?: () => Promise<boolean>;
}

/** Sets the cookie of a new session. False when that is not possible, which is logged. */
export async function openSession(
  c: RequestContext,
  parts: Parts,
  authentication: Authentication,
  { keepMeLoggedIn, newPlace, standing, stillProven }: Opening,
): Promise<boolean> {
  const { name: user } = authentication.user;
  const before = await sessionsShown(c, parts);
  const notPossible = (reason: string) => {
    const { address, requestId } = sourceOf(c);
    parts.log.error({ request_id: requestId, address, user, reason }, "login not possible");
    return false;
  };
  try {
    const { sessions } = parts;
    const domain = c.get("cookieDomain");
    const leased = await sessions.open(authentication, domain, keepMeLoggedIn, visitor(c), standing, stillProven);
    if (!leased) return notPossible("the user's sessions, or the passkey, were ended meanwhile");
    giveSession(c, parts, leased);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return notPossible(error.message);
  }
  // The browser forgets the session that it had; nobody else shall go on using it, nor put another one beside the new one.
  for (const { session } of before) await parts.sessions.end(session.sid);
  const detail = {
    domain: c.get("cookieDomain").domain,
    amr: authentication.amr.join(" "),
    ...(newPlace && { new_place: true }),
  };
  await recordAction(c, parts, authentication.user, { action: "login", detail });
  // Whoever has come by a password has no say in how its owner is written to.
  await parts.store.languages.note(user, c.get("language").tag, !newPlace);
  return true;
}
