// Where users come from: a file now, and whatever else can verify a password and look up a profile.

export interface User {
  readonly name: string;
  readonly displayName?: string;
  readonly email?: string;
  readonly groups: readonly string[];
}

/** Why a login was refused is for the log and the audit; whoever tried to log in must not learn it. */
export type Verification =
  | { readonly outcome: "verified"; readonly user: User }
  | { readonly outcome: "refused"; readonly reason: "unknown user" | "disabled user" | "wrong password" }
  /** Nothing is known about the password: too many logins at once, or the directory cannot be reached. */
  | { readonly outcome: "unavailable"; readonly reason: string };

export interface UserDirectory {
  /** Checks a password, with the same work whether the user exists or not. */
  verify(name: string, password: string): Promise<Verification>;
  /** The profile of a user who may log in; undefined when there is none or it is disabled. */
  find(name: string): Promise<User | undefined>;
}
