// Where the way goes on once a second factor is set up: recovery codes come with the first one.

import type { Parts } from "../../http/environment.ts";
import { destinationOf, type Way } from "../../http/way.ts";
import type { User } from "../../identity/user-directory.ts";

export async function afterEnrolment({ secondFactors }: Parts, user: User, way: Way): Promise<string> {
  const { recoveryCodes } = await secondFactors.of(user.name);
  if (!recoveryCodes) return destinationOf({ ...way, next: "/account/recovery-codes" });
  return way.target?.url ?? "/account";
}
