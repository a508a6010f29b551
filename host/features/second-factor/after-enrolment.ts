// Where the way goes on once a second factor is set up: recovery codes come with the first one.

import type { Parts } from "../../http/environment.ts";
import { destinationOf, type ReturnTo } from "../../http/return-to.ts";
import type { User } from "../../identity/profiles.ts";

export async function afterEnrolment({ secondFactors }: Parts, user: User, returnTo: ReturnTo): Promise<string> {
  const { recoveryCodes } = await secondFactors.of(user.name);
  if (!recoveryCodes) return destinationOf({ ...returnTo, next: "/account/recovery-codes" });
  return returnTo.target?.url ?? "/account";
}
