// Where a visitor goes on to after a login: to the target, if the policy lets them in. If not, the portal says what is missing in
// the visitor's language, before the gate says it in English.
import { addressWithReturnTo } from "../../portal/pages/return-to.ts";
import type { Policy } from "../core/policy.ts";
import type { Clock } from "../kit/clock.ts";
import { groupsWithSource } from "../session/login-source.ts";
import type { Authentication } from "../session/sessions.ts";
import type { RequestContext } from "./environment.ts";
import { policyRequest } from "./policy-request.ts";
import { destinationOf, type ReturnTo } from "./return-to.ts";

export function afterLogin(
  c: RequestContext,
  { policy, clock }: { readonly policy: Pick<Policy, "decide">; readonly clock: Clock },
  returnTo: ReturnTo,
  { user, level, amr, authTime = clock(), ...session }: Authentication,
): string {
  const { next, target, method } = returnTo;
  if (next !== undefined || !target) return destinationOf(returnTo);
  const subject = { name: user.name, groups: groupsWithSource(user.groups, session), level, amr, authTime };
  const { outcome } = policy.decide(policyRequest(c, subject, target.url, method));
  return outcome === "allow" ? target.url : addressWithReturnTo("/", { target, method });
}
