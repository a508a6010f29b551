// What a session's `amr` says of the second factors that raised it (RFC 8176, section 2).
import type { StoredPasskey } from "./store.ts";

/** A code, of an app or a recovery code: they look alike. */
const code = "otp";
/** A passkey whose key does not leave its device, and one that syncs. */
const boundPasskey = "hwk";
const syncedPasskey = "swk";

export const secondFactorMethods = { code, boundPasskey, syncedPasskey } as const;

/** All that makes a session one of level 2. */
export const raisingMethods: readonly string[] = Object.values(secondFactorMethods);

export function passkeyMethod({ synced }: Pick<StoredPasskey, "synced">): string {
  return synced ? syncedPasskey : boundPasskey;
}
