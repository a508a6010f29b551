// Puts down that a user has ended sessions of their own.
import type { LiveSession } from "../session/sessions.ts";
import type { Parts, RequestContext } from "./environment.ts";

/** `ended`: the session, or how many. */
export async function recordSessionEnd(
  c: RequestContext,
  { audit }: Parts,
  { user }: LiveSession,
  ended: { readonly session: string } | { readonly sessions: number },
): Promise<void> {
  const { address } = c.get("forwarded");
  await audit.record({ action: "session end", user: user.name, address, requestId: c.get("requestId"), detail: ended });
}
