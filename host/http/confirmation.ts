// What somebody has to show before they may change how they log in, as features ask for it; the elevation feature knows what it is.
import type { LiveSession } from "../session/sessions.ts";
import type { RequestContext } from "./environment.ts";
import type { ReturnTo } from "./return-to.ts";

/** What is still to be done; "no address": a code is to be sent, and the account has no e-mail address. */
export type Confirmation = "given" | "log in" | "second factor" | "code" | "no address";

export interface Confirmations {
  /** What the visitor of a session has still to do. */
  of(live: LiveSession): Promise<Confirmation>;
  /** Returns the session of a visitor who has just shown who they are, for the JSON API. Refuses with 401, or 403 when they have to do so first. */
  require(c: RequestContext): Promise<LiveSession>;
  /** Returns the session of a visitor who has just shown who they are, or the page where they do so, from which they come back to `returnTo`. */
  ask(c: RequestContext, returnTo: ReturnTo): Promise<LiveSession | Response>;
}
