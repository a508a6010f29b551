// Users files: who there is, with passwords that cost next to nothing to verify unless a person's own login is what is tried.
import { hashArgon2 } from "../../host/identity/passwords/argon2.ts";

export interface Person {
  readonly displayname?: string;
  readonly email?: string;
  readonly groups?: readonly string[];
  readonly disabled?: boolean;
}

export const password = "demo";

/** 64 KiB and one pass: a fraction of a millisecond. */
export const cheapParameters = { memory: 64, passes: 1, parallelism: 1, tagLength: 32, saltLength: 16 };

/** The demo's two. */
export const demoPeople = {
  alice: { displayname: "Alice Liddell", email: "alice@example.com", groups: ["admins", "dev"] },
  bob: { displayname: "Bob Dodgson", email: "bob@example.com", groups: ["dev"] },
} as const;

/** The text of a users file with these people, whose password is `password`, hashed by `parameters` of Argon2id. */
export async function usersFile(
  people: Readonly<Record<string, Person>>,
  parameters: Parameters<typeof hashArgon2>[1] = cheapParameters,
): Promise<string> {
  const entries = Object.entries(people).map(async ([name, { displayname, email, groups, disabled }]) => {
    const lines = [
      displayname === undefined ? [] : [`displayname: ${displayname}`],
      email === undefined ? [] : [`email: ${email}`],
      [`password: ${await hashArgon2(password, parameters)}`],
      groups === undefined ? [] : [`groups: [${groups.join(", ")}]`],
      disabled ? ["disabled: true"] : [],
    ];
    return `  ${name}:\n${lines
      .flat()
      .map((line) => `    ${line}\n`)
      .join("")}`;
  });
  return `users:\n${(await Promise.all(entries)).join("")}`;
}
