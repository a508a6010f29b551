// A user's profile as gates read it. Its digest is in the tokens of whoever has too large a profile for a cookie
// (session/large-identity.ts), so the same profile always has the same text.
import type { User } from "./profiles.ts";

/** The longest profile that gates read: no server takes longer headers. Bytes. */
export const longestProfile = 64 * 1024;

/** What many servers take of one header: nginx, Apache, Tomcat, gunicorn. Bytes. */
const usualHeader = 8000;

export function profileText({ displayName, email, groups }: Omit<User, "name">): string {
  return JSON.stringify({ name: displayName, email, groups });
}

/** What is wrong with the number of a user's groups, in words for the operator; undefined when nothing is. */
export function groupsProblem(user: User): string | undefined {
  const profile = Buffer.byteLength(profileText(user));
  if (profile > longestProfile)
    return `take ${profile} bytes, and gates read ${longestProfile}: ${user.name} cannot log in`;
  const header = Buffer.byteLength(user.groups.join(","));
  if (header <= usualHeader) return undefined;
  return `take ${header} bytes in Remote-Groups, and many servers take ${usualHeader} of a header: see docs/forward-auth.md#users-in-many-groups`;
}
