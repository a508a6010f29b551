// A request of a visitor's, as the core judges it.
import type { AuthorizationRequest, Subject } from "../core/policy.ts";
import { groupsWithSource } from "../session/login-source.ts";
import type { LiveSession } from "../session/sessions.ts";
import type { RequestContext } from "./environment.ts";

/** `url` is absolute; a fragment is no part of the request. */
export function policyRequest(c: RequestContext, subject: Subject, url: string, method: string): AuthorizationRequest {
  return { method, url: url.split("#")[0]!, address: c.get("forwarded").address, subject };
}

/** Who has a session. */
export function subjectOf({ session, user }: LiveSession): Subject {
  const { level, amr, authTime } = session;
  return { name: user.name, groups: groupsWithSource(user.groups, session), level, amr, authTime };
}
