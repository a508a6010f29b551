// Whether a password is somebody's, and where passwords can be changed, how. Where a user's profile is from is another matter
// (profiles.ts): sources of profiles and checks of passwords can stand side by side.
import type { UnavailabilityScope, User } from "./profiles.ts";

/** Nobody types a longer name. Characters. */
export const longestUsername = 255;

/** Why a login was refused is for the log and the audit; whoever tried to log in must not learn it. */
export type Verification =
  | { readonly outcome: "verified"; readonly user: User }
  | { readonly outcome: "refused"; readonly reason: Refusal }
  /** The password is right, and good for nothing but setting a new one: it has expired, or somebody else has set it. */
  | { readonly outcome: "expired"; readonly user: User }
  /** Nothing is known about the password. */
  | { readonly outcome: "unavailable"; readonly reason: string; readonly scope: UnavailabilityScope };

export type Refusal = "unknown user" | "disabled user" | "wrong password" | "unusable password hash";

export interface PasswordCheck {
  /**
   * The name of the user whom somebody means who types this, as far as that is known without asking anybody; else what was typed.
   * Attempts are counted and recorded by it.
   */
  nameOf(typed: string): string;
  /**
   * Checks a password, with the same work whether the user exists or not. Where many are checked, `from`, whoever asks, takes
   * turns with others.
   */
  verify(name: string, password: string, from?: string): Promise<Verification>;
}

export type PasswordChange =
  | { readonly outcome: "changed" }
  /** The user does not exist or is disabled, or the directory's own policy does not want this password. */
  | { readonly outcome: "refused"; readonly reason: "unknown user" | "disabled user" }
  /** `said`: the directory's own words. */
  | { readonly outcome: "refused"; readonly reason: "password policy"; readonly said: string | undefined }
  /** Nothing was changed; the reason is for the log. */
  | { readonly outcome: "unavailable"; readonly reason: string };

export interface PasswordChanges {
  /** Whether passwords can be changed here at all. */
  canChangePasswords(): Promise<boolean>;
  /**
   * Sets a new password, which the caller has found good enough. Sessions live on: ending them is for the caller. `current`: the one that
   * was right just now and has expired, in case that its owner is the one who may change it.
   */
  changePassword(name: string, password: string, current?: string): Promise<PasswordChange>;
}
