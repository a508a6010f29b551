// What the host keeps about second factors: authenticator apps, recovery codes, passkeys, and what is being set up or
// asked for at the moment. All times are integer seconds; every method is atomic, as in store.ts.

export type TotpAlgorithm = "SHA1" | "SHA256" | "SHA512";

/** The authenticator app of a user (RFC 6238). It keeps the parameters that it was set up with. */
export interface StoredTotp {
  readonly username: string;
  /** Encrypted. */
  readonly secret: Uint8Array;
  readonly algorithm: TotpAlgorithm;
  readonly digits: number;
  /** Seconds. */
  readonly period: number;
  readonly createdAt: number;
  /** The time step of the latest code that was accepted: no code of it or of an earlier one counts again. */
  readonly lastStep: number;
  readonly lastUsedAt: number;
}

/** A secret that was shown to a browser and waits for its first code. */
export interface TotpEnrolment {
  /** The session that it was shown to. */
  readonly sid: string;
  readonly username: string;
  /** Encrypted. */
  readonly secret: Uint8Array;
  readonly expiresAt: number;
}

export interface RecoveryCodeCount {
  readonly left: number;
  readonly total: number;
  readonly createdAt: number;
}

/** A WebAuthn credential: a passkey or a security key. */
export interface StoredPasskey {
  /** The credential's own id, base64url. */
  readonly id: string;
  readonly username: string;
  /** The relying party that it was made for: a portal's host name. */
  readonly rpId: string;
  /** COSE_Key (RFC 9052). */
  readonly publicKey: Uint8Array;
  /** The signature counter last seen; authenticators without one always say 0. */
  readonly counter: number;
  /** How browsers reach the authenticator: usb, nfc, internal, ... */
  readonly transports: readonly string[];
  /** Whether the key can leave its authenticator, as passkeys do that sync between devices. */
  readonly synced: boolean;
  /** Whether a login can begin with it, without a user name. */
  readonly discoverable: boolean;
  /** The name that its owner gave it. */
  readonly name: string;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
}

export type ChallengePurpose = "register" | "second-factor" | "login";

/** A WebAuthn challenge that was issued and not answered yet. */
export interface StoredChallenge {
  /** SHA-256 of the challenge. */
  readonly hash: Uint8Array;
  readonly purpose: ChallengePurpose;
  /** Whose answer counts: the id of a session, or the hash of a browser's own cookie. */
  readonly boundTo: string;
  readonly expiresAt: number;
}

/** More challenges than this are not kept open: visitors who are not logged in can ask for them. */
export const openChallengeLimit = 10_000;

export interface SecondFactorStore {
  totp(username: string): Promise<StoredTotp | undefined>;
  /** Sets a user's authenticator app in place of the one before, and forgets the enrolment of `sid`. False when that is gone. */
  confirmTotp(totp: StoredTotp, sid: string): Promise<boolean>;
  /** Notes the time step of an accepted code. False when the app was changed or a code of this step or a later one came first. */
  useTotp(totp: StoredTotp, step: number, at: number): Promise<boolean>;
  removeTotp(username: string): Promise<boolean>;

  /** The enrolment of a session that is open at `now`. */
  totpEnrolment(sid: string, now: number): Promise<TotpEnrolment | undefined>;
  addTotpEnrolment(enrolment: TotpEnrolment): Promise<void>;

  /** Replaces all recovery codes of a user. */
  replaceRecoveryCodes(username: string, hashes: readonly Uint8Array[], at: number): Promise<void>;
  /** Uses a code up. False when the user has none like it, or has used it before. */
  useRecoveryCode(username: string, hash: Uint8Array): Promise<boolean>;
  recoveryCodes(username: string): Promise<RecoveryCodeCount | undefined>;
  removeRecoveryCodes(username: string): Promise<void>;

  /** A user's passkeys, of every relying party, oldest first. */
  passkeys(username: string): Promise<readonly StoredPasskey[]>;
  passkey(id: string): Promise<StoredPasskey | undefined>;
  /** False when there is one of this id. */
  addPasskey(passkey: StoredPasskey): Promise<boolean>;
  /** Notes the counter of an accepted signature. False when the passkey is gone, or its counter did not grow and is no 0. */
  usePasskey(id: string, counter: number, at: number): Promise<boolean>;
  renamePasskey(username: string, id: string, name: string): Promise<boolean>;
  removePasskey(username: string, id: string): Promise<boolean>;
  /** The WebAuthn user handle of a user: `initial` when there was none. Base64url. */
  userHandle(username: string, initial: string): Promise<string>;

  /** Removes all that a user can pass a second factor with; also the user handle. */
  removeUser(username: string): Promise<void>;

  addChallenge(challenge: StoredChallenge): Promise<void>;
  /** Uses a challenge up. False when it was never issued for this, has expired at `now`, or was answered before. */
  takeChallenge(challenge: Omit<StoredChallenge, "expiresAt">, now: number): Promise<boolean>;

  removeExpired(now: number): Promise<void>;
}
