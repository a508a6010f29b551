// What the host keeps about forgotten passwords: links that were sent, and how often somebody asked for one. Times are integer
// seconds; every method is atomic, as in store.ts.

/** A link that was sent to a user. A user has one: the newest. */
export interface StoredPasswordReset {
  readonly username: string;
  /** SHA-256 of the token in the link. */
  readonly token: Uint8Array;
  /** SHA-256 of the cookie of the browser that asked for it. */
  readonly browser: Uint8Array;
  readonly createdAt: number;
  /** The user's not-before time when it was made: whatever moves that makes the link void. */
  readonly notBefore: number;
  readonly expiresAt: number;
}

/** Requests of somebody are counted; more than `most` after the time `since` are too many. */
export interface RequestCount {
  /** A keyed hash of whoever asks. */
  readonly subject: string;
  readonly most: number;
  readonly since: number;
}

export interface PasswordResetStore {
  /** Keeps a link in the place of the user's earlier one. */
  put(reset: StoredPasswordReset): Promise<void>;
  /** Keeps a link that was taken, unless the user has another one meanwhile. */
  putBack(reset: StoredPasswordReset): Promise<void>;
  /** The link with this token that is good at `now`. */
  find(token: Uint8Array, now: number): Promise<StoredPasswordReset | undefined>;
  /** Uses a link up. False when it is not there any more: whoever else took it has it. */
  take(token: Uint8Array): Promise<boolean>;
  /** Counts a request at `now` for each subject. False, and nothing counted, when there were too many of one. */
  countRequest(counts: readonly RequestCount[], now: number): Promise<boolean>;
  /** Removes what is past its time, and counts from before a time. */
  removeExpired(now: number, countedBefore: number): Promise<void>;
}
