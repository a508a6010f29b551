// Who is looked at when more ask for a new password at once than can wait.
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Audit } from "../../../host/audit/audit.ts";
import { ResetLinks } from "../../../host/features/password-reset/reset-links.ts";
import { ResetRequests } from "../../../host/features/password-reset/reset-requests.ts";
import { VisitorNetworks } from "../../../host/identity/regulation/network.ts";
import { Regulation } from "../../../host/identity/regulation/regulation.ts";
import { Subjects } from "../../../host/identity/regulation/subjects.ts";
import { createLog } from "../../../host/kit/log.ts";
import type { Notifier } from "../../../host/notify/notifier.ts";
import { temporaryFolder } from "../../../workshop/host/files.ts";
import { openSqliteStores } from "../support/stores.ts";

/** Has people ask at once, each by a name and from an address, and returns the names that the directory was asked about. */
async function lookedUp(people: readonly (readonly [name: string, address: string])[]): Promise<readonly string[]> {
  const store = openSqliteStores(join(temporaryFolder(), "db.sqlite3"));
  onTestFinished(() => store.close());
  const clock = () => 1_790_000_000;
  const names: string[] = [];
  const profiles = {
    async identify(name: string) {
      names.push(name);
      return undefined;
    },
  };
  const visitors = new VisitorNetworks([]);
  const requests = new ResetRequests({
    ...{ store: store.passwordResets, profiles, visitors, clock },
    links: new ResetLinks(600, { store: store.passwordResets, notBefore: store.sessions, clock }),
    regulation: new Regulation(
      { maxRetries: 3, maxRetriesPerAddress: 30, findTime: 120, banTime: 300, modes: ["user", "ip"] },
      { store: store.regulation, subjects: new Subjects(new Uint8Array(32)), visitors, clock, banned: async () => {} },
    ),
    // Nobody is found, so that nothing is sent.
    notifier: {} as Notifier,
    ...{ audit: new Audit(store.audit, clock), log: createLog("error"), hashKey: new Uint8Array(32) },
  });
  for (const [input, address] of people)
    requests.accept({
      ...{ input, address, browser: "browser", knownAs: undefined, requestId: "id" },
      compose: () => ({ title: "", text: "", html: "" }),
    });
  await requests.stop();
  return names;
}

const crowd = (count: number, addressOf: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => [`nobody${index}`, addressOf(index)] as const);

test("a thousand requests from one network take no other's place", async () => {
  const flood = crowd(1200, () => "198.51.100.9");
  expect(await lookedUp([...flood, ["alice", "192.0.2.1"]])).toContain("alice");
});

test("nor do those from sixty networks", async () => {
  const flood = crowd(1200, (index) => `198.51.100.${index % 60}`);
  const names = await lookedUp([...flood, ["alice", "192.0.2.1"]]);
  expect(names).toContain("alice");
  expect(names.length).toBeLessThanOrEqual(1000);
});
