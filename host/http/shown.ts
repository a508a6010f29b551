// A user as the portal's pages show them.
import type { User } from "../identity/profiles.ts";

export function shown({ name, displayName }: User) {
  return { name, displayName: displayName ?? name };
}
