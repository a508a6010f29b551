// Mails that were promised to somebody and are not delivered yet, and how many there were. Times are integer seconds; every
// method is atomic, as in store.ts.

export interface OutboxEntry {
  readonly id: string;
  /** What it is for; limits count one purpose at a time. */
  readonly purpose: string;
  /** Keyed hashes of whom it is for, by each of which mails are counted. */
  readonly user: string;
  readonly address: string;
  /** Encrypted. */
  readonly message: Uint8Array;
  readonly createdAt: number;
  /** No try is made after this time. */
  readonly expiresAt: number;
}

/** An entry that one host has taken to deliver. */
export interface ClaimedEntry extends OutboxEntry {
  /** Tries so far, with this one. */
  readonly attempt: number;
}

/** So many mails of one purpose since a time, for a user and for an address. */
export interface OutboxLimit {
  readonly most: number;
  readonly since: number;
}

export interface OutboxStore {
  /** Adds a mail, due at once. False, and nothing added, when there were too many. */
  add(entry: OutboxEntry, limit: OutboxLimit): Promise<boolean>;
  /** Takes a mail that is due at `now`, which nobody else gets before `until`. */
  claim(now: number, until: number): Promise<ClaimedEntry | undefined>;
  /** Ends a claim: the message is forgotten, the entry still counts. Nothing happens when another claim came after it. */
  finish(claimed: ClaimedEntry): Promise<void>;
  /** Ends a claim: the next one can be had at `dueAt`. Nothing happens when another claim came after it. */
  postpone(claimed: ClaimedEntry, dueAt: number): Promise<void>;
  /** How many wait. */
  waiting(): Promise<number>;
  /** Removes entries that were made before a time and are finished, or of no use since before it. */
  removeExpired(before: number): Promise<void>;
}
