// Where users come from: a file, an LDAP server, and whatever else can verify a password and look up a profile.

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
  /** Nothing is known about the password. */
  | { readonly outcome: "unavailable"; readonly reason: string; readonly scope: UnavailabilityScope };

/**
 * Whom it concerns that nothing is known just now: "everybody" when the directory cannot be reached, "user" when it answers and
 * has no answer about this one, "busy" when it is this one's turn later.
 */
export type UnavailabilityScope = "everybody" | "user" | "busy";

export type PasswordChange =
  | { readonly outcome: "changed" }
  /** The user does not exist or is disabled, or the directory's own policy does not want this password. */
  | { readonly outcome: "refused"; readonly reason: "unknown user" | "disabled user" | "password policy" }
  /** Nothing was changed; the reason is for the log. */
  | { readonly outcome: "unavailable"; readonly reason: string };

export interface UserDirectory {
  /**
   * Checks a password, with the same work whether the user exists or not. Where many are checked, `from`, whoever asks, takes
   * turns with others.
   */
  verify(name: string, password: string, from?: string): Promise<Verification>;
  /**
   * The profile of a user who may log in; undefined when there is none or it is disabled. Throws DirectoryUnavailable when
   * that cannot be known now.
   */
  find(name: string): Promise<User | undefined>;
  /**
   * Whom somebody means who types a name or an e-mail address, if they may log in; undefined when it is nobody, or could be
   * several. Takes the time that it takes: the answer to a visitor must not wait for it. Throws DirectoryUnavailable.
   */
  identify(input: string): Promise<User | undefined>;
  /** Whether passwords can be changed here at all. */
  canChangePasswords(): Promise<boolean>;
  /** Sets a new password, which the caller has found good enough. Sessions live on: ending them is for the caller. */
  changePassword(name: string, password: string): Promise<PasswordChange>;
}

/** Nothing is known about a user just now: no reason to end a session, and none to open one. */
export class DirectoryUnavailable extends Error {
  override readonly name = "DirectoryUnavailable";
  readonly scope: UnavailabilityScope;

  constructor(message: string, options?: ErrorOptions & { readonly scope?: UnavailabilityScope }) {
    super(message, options);
    this.scope = options?.scope ?? "everybody";
  }
}
