// The users that a command is about.
import { HostError } from "../kit/errors.ts";
import type { Arguments } from "./command.ts";

/** Throws HostError "usage" when the command names none. */
export function namesIn({ positionals }: Arguments): readonly string[] {
  if (positionals.length === 0) throw new HostError("usage", "name at least one user");
  return positionals;
}

/** The one user that the command names. Throws HostError "usage". */
export function nameIn({ positionals }: Arguments): string {
  if (positionals.length !== 1) throw new HostError("usage", "name one user");
  return positionals[0]!;
}
