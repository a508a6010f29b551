// Where the way goes on after a login: to the target, if the policy lets the visitor in. If not, the portal says what is missing in
// the visitor's language, before the gate says it in English.
import { wayAddress } from "../../../portal/pages/way.ts";
import type { Parts, RequestContext } from "../../http/environment.ts";
import { policyRequest } from "../../http/policy-request.ts";
import { destinationOf, type Way } from "../../http/way.ts";
import type { Authentication } from "../../session/sessions.ts";

export function afterLogin(
  c: RequestContext,
  { policy, clock }: Parts,
  way: Way,
  { user, level, amr }: Authentication,
): string {
  const { next, target, method } = way;
  if (next !== undefined || !target) return destinationOf(way);
  const subject = { name: user.name, groups: user.groups, level, amr, authTime: clock() };
  const { outcome } = policy.decide(policyRequest(c, subject, target.url, method));
  return outcome === "allow" ? target.url : wayAddress("/", { target, method });
}
