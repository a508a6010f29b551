import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Passkeys } from "../../../host/features/second-factor/passkeys/passkeys.ts";
import { StoreUnavailable } from "../../../host/kit/sql/unavailable.ts";
import { temporaryFolder } from "../../../workshop/host/files.ts";
import { Authenticator } from "../support/authenticator.ts";
import { openSqliteStores } from "../support/stores.ts";

const portal = {
  domain: "example.com",
  portalUrl: "https://auth.example.com",
  basic: { headers: [], forwardAuthHeaders: [], forward: false },
  identityHeaders: { user: [], groups: [], name: [], email: [] },
} as const;

test("a database that goes away while a passkey is checked is no refusal of the passkey", async () => {
  const store = openSqliteStores(join(temporaryFolder(), "db.sqlite3"));
  onTestFinished(() => store.close());
  const now = 1_790_000_000;
  const config = { disable: false, enablePasskeyLogin: true, displayName: "Zerohop" };
  const passkeys = new Passkeys(config, store.passkeys, new Uint8Array(32), () => now);
  const user = { name: "alice", groups: [] };
  // What is set up is set up in a session.
  await store.sessions.addSession({
    ...{ sid: "sid", username: "alice", domain: "example.com", createdAt: now, authTime: now, level: 1, amr: ["pwd"] },
    ...{ rememberMe: false, expiresAt: now + 3600, leaseUntil: now + 60, lastSeen: now, address: "", userAgent: "" },
  });
  const authenticator = new Authenticator();
  const creation = await passkeys.registrationOptions(user, portal, "sid");
  await passkeys.register(user, portal, "sid", authenticator.create(creation), "Key");
  const options = await passkeys.loginOptions(portal, "browser");
  store.passkeys.useChallenge = async () => {
    throw new StoreUnavailable("gone");
  };
  await expect(passkeys.verifyLogin(portal, "browser", authenticator.get(options))).rejects.toThrow(StoreUnavailable);
});
