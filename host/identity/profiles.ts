// Who people are: a source of profiles, such as a file of users or an LDAP server.

export interface User {
  readonly name: string;
  readonly displayName?: string;
  readonly email?: string;
  readonly groups: readonly string[];
}

/**
 * Whom it concerns that nothing is known just now: "everybody" when the source cannot be reached, "user" when it answers and
 * has no answer about this one, "busy" when it is this one's turn later.
 */
export type UnavailabilityScope = "everybody" | "user" | "busy";

export interface Profiles {
  /**
   * Returns the profile of a user who may log in; undefined when there is none or it is disabled. Throws DirectoryUnavailable when
   * that cannot be known now.
   */
  find(name: string): Promise<User | undefined>;
  /**
   * Returns whom somebody means who types a name or an e-mail address, if they may log in; undefined when it is nobody, or could be
   * several. It takes the time that it takes: the answer to a visitor must not wait for it. Throws DirectoryUnavailable.
   */
  identify(input: string): Promise<User | undefined>;
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
