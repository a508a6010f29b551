// What the host remembers of failed attempts to log in. Subjects and places are keyed hashes of names and addresses.

export interface RegulationRecord {
  /** Whom the attempts are counted against. */
  readonly subject: string;
  /** The user or the address it belongs to; a ban is lifted by it. */
  readonly owner: string;
  readonly kind: "user" | "place" | "address";
  /** The user's name or the network; null for a name that nobody has. */
  readonly label: string | null;
  /** When attempts failed; seconds, oldest first. */
  readonly failures: readonly number[];
  /** No attempt is looked at before this time. */
  readonly heldUntil: number;
  /** Whether that is a ban and no mere delay. */
  readonly banned: boolean;
  /** Bans in a row. */
  readonly bans: number;
  readonly forgetAt: number;
}

/** Records kept at most: some 30 MB. */
export const capacity = 100_000;

export interface RegulationStore {
  records(subjects: readonly string[]): Promise<readonly RegulationRecord[]>;
  /** Replaces a subject's record by what `change` makes of it, which nothing comes between. */
  update(
    subject: string,
    change: (before: RegulationRecord | undefined) => RegulationRecord,
  ): Promise<RegulationRecord>;
  remove(subject: string): Promise<void>;
  /** Removes all of an owner's records. Returns how many there were. */
  removeOf(owner: string): Promise<number>;
  /** The bans in force at `now`, the longest first. */
  bans(now: number): Promise<readonly RegulationRecord[]>;

  /** Which of these places are known. */
  knownPlaces(places: readonly string[]): Promise<readonly string[]>;
  /** Notes places of an owner, who keeps the `limit` latest. */
  addPlaces(places: readonly string[], owner: string, now: number, limit: number): Promise<void>;

  /** Removes what is past its time, and the records nearest to it beyond a number that fits on any disk. */
  removeExpired(now: number, placesSeenBefore: number): Promise<void>;
}
