// A user as the pages of the portal show them.
import type { User } from "../identity/profiles.ts";

export function userView({ name, displayName }: User) {
  return { name, displayName: displayName ?? name };
}
