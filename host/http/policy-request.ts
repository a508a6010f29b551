// A request of a visitor's, as the core judges it.
import type { AuthorizationRequest } from "../core/policy.ts";
import type { LiveSession } from "../session/sessions.ts";
import type { RequestContext } from "./environment.ts";

/** `url` is absolute; a fragment is no part of the request. */
export function policyRequest(
  c: RequestContext,
  { session, user }: LiveSession,
  url: string,
  method: string,
): AuthorizationRequest {
  const { level, amr, authTime } = session;
  const subject = { name: user.name, groups: user.groups, level, amr, authTime };
  return { method, url: url.split("#")[0]!, address: c.get("forwarded").address, subject };
}
