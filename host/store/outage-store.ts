// When the host was last up, and what its absence means for sessions.

export interface OutageStore {
  /** Notes that the host is up. Seconds. */
  beat(now: number): Promise<void>;
  /** When it was up last; undefined before the first start. */
  lastBeat(): Promise<number | undefined>;
  /**
   * Moves the lease ends of sessions that were live at `since` on to `now`, each by at most `grace`. Sessions count as live
   * for `inactivity` after their lease. Seconds.
   */
  extendLeases(span: {
    readonly since: number;
    readonly now: number;
    readonly grace: number;
    readonly inactivity: number;
  }): Promise<void>;
}
