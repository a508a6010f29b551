// The versions that bundles are given, by all hosts that share a database: a higher one for each other content, and where the clock was
// set back, for gates take no bundle of one version that was signed earlier than theirs.
import { Store } from "../../kit/sql/store.ts";

/** By how much the clocks of hosts that share a database may differ. Seconds. */
export const clockTolerance = 60;

export class BundleVersions extends Store {
  /**
   * The version of a bundle with this content that is signed `now`: the last one when the content is the same, else the next higher. It is
   * also the next higher when the last one was signed later than `clockTolerance` after now.
   */
  async of(contentHash: string, now: number): Promise<number> {
    for (;;) {
      // Of the row as it is, so that no two contents are given one version.
      const [same] = await this.database.returning<{ version: number }>(
        `UPDATE bundle SET issued_at = CASE WHEN issued_at > $2 THEN issued_at ELSE $2 END
         WHERE content_hash = $1 AND issued_at <= $2 + ${clockTolerance} RETURNING version`,
        contentHash,
        now,
      );
      if (same) return same.version;
      const [next] = await this.database.returning<{ version: number }>(
        `INSERT INTO bundle (id, version, content_hash, issued_at) VALUES (1, 1, $1, $2)
         ON CONFLICT (id) DO UPDATE SET version = bundle.version + 1, content_hash = $1, issued_at = $2
           WHERE bundle.content_hash <> $1 OR bundle.issued_at > $2 + ${clockTolerance}
         RETURNING version`,
        contentHash,
        now,
      );
      if (next) return next.version;
    }
  }

  /** Leaves out this many versions, which may have been given before a backup was restored. */
  async skip(count: number): Promise<void> {
    await this.database.changes("UPDATE bundle SET version = version + $1", count);
  }
}
