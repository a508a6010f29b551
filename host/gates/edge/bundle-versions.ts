// The versions that bundles are given, by all hosts that share a database: a higher one for each other content.
import { Store } from "../../kit/sql/store.ts";

export class BundleVersions extends Store {
  /** The version of a bundle with this content: the last one when the content is the same, else the next higher. */
  async of(contentHash: string): Promise<number> {
    for (;;) {
      // Of the row as it is, so that no two contents are given one version.
      const select = "SELECT version FROM bundle WHERE content_hash = $1";
      const same = await this.row<{ version: number }>(select, contentHash);
      if (same) return same.version;
      const [next] = await this.database.returning<{ version: number }>(
        `INSERT INTO bundle (id, version, content_hash) VALUES (1, 1, $1)
         ON CONFLICT (id) DO UPDATE SET version = bundle.version + 1, content_hash = excluded.content_hash
           WHERE bundle.content_hash <> excluded.content_hash
         RETURNING version`,
        contentHash,
      );
      if (next) return next.version;
    }
  }

  /** Leaves out this many versions, which may have been given before a backup was restored. */
  async skip(count: number): Promise<void> {
    await this.database.changes("UPDATE bundle SET version = version + $1", count);
  }
}
