// The edge tokens that are good, by hash. Times are integer seconds.

export interface StoredEdgeToken {
  /** What the token is for; several may have one name. */
  readonly name: string;
  readonly createdAt: number;
  /** When a gate last showed it, to the minute; null: never. */
  readonly lastUsed: number | null;
}

export interface EdgeTokenStore {
  add(token: { readonly hash: Uint8Array; readonly name: string; readonly createdAt: number }): Promise<void>;
  /** Whether the token is good. Notes that it is used, with at most one write a minute. */
  use(hash: Uint8Array, now: number): Promise<boolean>;
  /** All tokens, oldest first. */
  list(): Promise<readonly StoredEdgeToken[]>;
  /** Removes all tokens of a name. Returns how many there were. */
  remove(name: string): Promise<number>;
}
