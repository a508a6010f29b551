// A program that enrols passkeys and revokes sessions until it is killed, and says of each on stdout that it was done:
// `writer.ts DATABASE`.

import { randomBytes } from "node:crypto";
import { writeSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { openSqliteStores } from "../../support/stores.ts";

flushCompileCache();
const now = 1_790_000_000;
const store = openSqliteStores(process.argv[2]!);

for (;;) {
  const id = randomBytes(16).toString("hex");
  await store.passkeys.add({
    ...{ id, username: "alice", rpId: "auth.example.com", publicKey: Buffer.of(1), counter: 0, transports: [] },
    ...{ synced: false, discoverable: true, name: "Key", createdAt: now, lastUsedAt: null },
  });
  writeSync(1, `enrolled ${id}\n`);
  await store.sessions.addSession({
    ...{ sid: id, username: "alice", domain: "example.com", createdAt: now, authTime: now, level: 1, amr: ["pwd"] },
    ...{ rememberMe: false, expiresAt: now + 3600, leaseUntil: now + 60, lastSeen: now, address: "", userAgent: "" },
  });
  await store.sessions.revokeSession(id, { at: now, longestLease: 3600, grace: 0 });
  writeSync(1, `revoked ${id}\n`);
}
