// The people of the table: the demo's two, one who is in no group, and one who is in eighty.

import { hashArgon2 } from "../../host/identity/passwords/argon2.ts";
import { password } from "../host/site.ts";

/** With these a session's token comes close to the 4,096 bytes that browsers keep of a cookie. */
export const manyGroups = Array.from(
  { length: 80 },
  (_, i) => `department-of-applications-${String(i).padStart(2, "0")}`,
);

/** The text of the users file. */
export async function usersText(): Promise<string> {
  const hash = await hashArgon2(password);
  const user = (name: string, groups: readonly string[], email?: string) =>
    `  ${name}:\n    displayname: ${name}\n    password: ${hash}\n    groups: [${groups.join(", ")}]\n${
      email === undefined ? "" : `    email: ${email}\n`
    }`;
  return `users:\n${user("alice", ["admins", "dev"], "alice@example.com")}${user("bob", ["dev"], "bob@example.com")}${user(
    "carol",
    [],
  )}${user("dora", manyGroups, "dora@example.com")}`;
}
