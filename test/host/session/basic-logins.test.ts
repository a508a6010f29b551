// Basic credentials that are checked for several requests at a time.
import { expect, test } from "vitest";
import { BasicLogins } from "../../../host/session/basic-logins.ts";
import { opened } from "../support/sessions.ts";

test("a credential is verified once for all who bring it in the same moment", async () => {
  const { store, keyring, domain, clock } = await opened();
  const logins = new BasicLogins({ store: store.sessions, keyring, clock });
  let verifications = 0;
  const verify = async () => {
    verifications++;
    return { outcome: "verified", user: { name: "alice", groups: [] } } as const;
  };
  const check = () => logins.check(domain, { username: "alice", password: "demo" }, verify);
  const [one, other] = await Promise.all([check(), check()]);
  expect([verifications, one.outcome]).toEqual([1, "verified"]);
  expect(other).toEqual(one);
});
