// The provider that somebody has signed in with, as rules ask about it by `source:`. It travels among the groups of a token, under a name
// that no group can have; the core tells no application of it.
import { sourcePrefix } from "../identity/profile-text.ts";
import type { StoredSession } from "./store.ts";

/** The id of the provider that a session was opened with; undefined: with none. */
export function sourceOfSession({ login }: Pick<StoredSession, "login">): string | undefined {
  return login?.split(":", 1)[0];
}

/** The name of a login with a provider, as sessions and `provider_logins` have it. */
export function loginName(provider: string, id: string): string {
  return `${provider}:${id}`;
}

/** What a policy goes by: a user's groups, and where the session's login came from. */
export function groupsWithSource(groups: readonly string[], session: Pick<StoredSession, "login">): readonly string[] {
  const source = sourceOfSession(session);
  return source === undefined ? groups : [...groups, `${sourcePrefix}${source}`];
}
