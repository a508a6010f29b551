// Where the portal leads those who have forgotten their password.
import type { Parts } from "../../http/environment.ts";

/** An address of the portal or of another site; undefined when there is no way to a new password. */
export function forgottenAddress({
  config,
  resetRequests,
}: Pick<Parts, "config" | "resetRequests">): string | undefined {
  return config.passwordReset.customUrl ?? (resetRequests && "/reset-password");
}
