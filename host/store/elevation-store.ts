// One-time codes that were sent by e-mail, and the sessions that rose by one for a while. Times are integer seconds; every
// method is atomic, as in store.ts.

export interface StoredOneTimeCode {
  /** Hash of what the e-mail's link says to take the code back. It names the code. */
  readonly revocation: Uint8Array;
  /** The session that asked for it, and alone can use it. */
  readonly sid: string;
  readonly username: string;
  /** Keyed hash. */
  readonly hash: Uint8Array;
  /** Tries that are left. */
  readonly tries: number;
  readonly expiresAt: number;
  /** Until then it can be taken back, used or not. */
  readonly forgetAt: number;
}

export interface ElevationStore {
  /** Adds a code; those that the session had before are void. */
  addCode(code: StoredOneTimeCode): Promise<void>;
  /** Whether a session has a code that can be used at `now`. */
  hasCode(sid: string, now: number): Promise<boolean>;
  /** Takes one of the tries of a session's code, and returns the hash to compare with. Undefined when there is none left. */
  takeTry(sid: string, now: number): Promise<Uint8Array | undefined>;
  /** Uses a code up. False when somebody else has, or it is void. */
  useCode(sid: string, hash: Uint8Array): Promise<boolean>;
  /** Takes a code back. Returns whose it was; undefined when there is no such code. */
  revokeCode(revocation: Uint8Array, now: number): Promise<string | undefined>;
  /** Whose code can be taken back so; it stays as it is. */
  codeOwner(revocation: Uint8Array, now: number): Promise<string | undefined>;

  /** Lets a session change factors until a time. */
  elevate(sid: string, until: number): Promise<void>;
  isElevated(sid: string, now: number): Promise<boolean>;

  removeExpired(now: number): Promise<void>;
}
