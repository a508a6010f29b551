// What the JSON API asks of a session before it acts.

import { type Confirmation, confirmationOf } from "../features/elevation/confirmation.ts";
import type { LiveSession } from "../session/sessions.ts";
import { currentSession } from "./current-session.ts";
import type { Parts, RequestContext } from "./environment.ts";
import { refuse } from "./problems.ts";

/** The session of a request. Refuses with 401 when there is none. */
export async function requireSession(c: RequestContext, parts: Parts): Promise<LiveSession> {
  const live = await currentSession(c, parts);
  if (!live) throw refuse(401, "Log in first.");
  return live;
}

const demands: Readonly<Record<Exclude<Confirmation, "given">, string>> = {
  "log in": "Enter your password again first.",
  "second factor": "Confirm your second factor first.",
  code: "Confirm with a code from an e-mail first.",
  "no address": "A code by e-mail is needed first, and the account has no address.",
};

/** The session of a visitor who has shown who they are. Refuses with 401, and with 403 when they have to do so first. */
export async function requireConfirmedSession(c: RequestContext, parts: Parts): Promise<LiveSession> {
  const live = await requireSession(c, parts);
  const confirmation = await confirmationOf(live, parts);
  if (confirmation === "given") return live;
  throw refuse(403, demands[confirmation]);
}
