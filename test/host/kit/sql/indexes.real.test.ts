// The statements that hosts run again and again, over databases that hold something: each finds what it looks for by an index, and there is
// no index that none of them needs.
import { expect, onTestFinished, test } from "vitest";
import { contentOf, fill } from "../../../../bench/storage/fill.ts";
import { ProviderAccountStore } from "../../../../host/identity/provider-accounts/store.ts";
import { placeMemory } from "../../../../host/identity/regulation/regulation.ts";
import { openDatabase } from "../../../../host/kit/sql/open.ts";
import type { Database, Queries, Value } from "../../../../host/kit/sql/queries.ts";
import type { StoredSession } from "../../../../host/session/store.ts";
import { describeDatabases, type TestDatabase } from "../../support/databases.ts";
import { storesOf } from "../../support/stores.ts";

const now = 1_790_000_000;
const bytes = new Uint8Array([1]);
const revocation = { at: now, longestLease: 300, grace: 960 };
const session: StoredSession = {
  ...{ sid: "a", username: "user1", domain: "example.com", createdAt: now, authTime: now, level: 1, amr: ["pwd"] },
  ...{ rememberMe: false, expiresAt: now + 3600, leaseUntil: now + 300, lastSeen: now, address: "192.0.2.1" },
  userAgent: "Mozilla/5.0",
};
const event = { at: now, action: "login", outcome: "success", by: "user", user: "user1" } as const;
const place = { owner: "o", label: null, failures: [], heldUntil: 0, banned: false, bans: 0, forgetAt: now } as const;
const mail = { purpose: "test", user: "u", address: "a", createdAt: now, expiresAt: now + 60 };
const identity = { provider: "p", issuer: "i", subject: "s" };
const login = {
  ...identity,
  ...{ id: "l", providerSid: "ps", username: "user1", idToken: null, refreshToken: null, refreshAt: null },
  ...{ silentSince: null, ended: false, createdAt: now, expiresAt: now + 60 },
};
const logout = { provider: "p", jti: "j", providerSid: "ps", subject: null, at: now, forgetAt: now + 60 };

/** All that grows with people, sessions and events, as hosts, visitors and operators come by it. */
async function useAll(database: Database): Promise<void> {
  const { sessions, audit, regulation, outbox, passkeys, passwordResets, elevation, providerLogins } =
    storesOf(database);
  const { recoveryCodes } = storesOf(database);
  const accounts = new ProviderAccountStore(database);

  await sessions.addSession(session, 1, revocation);
  await sessions.session("a");
  await sessions.notBefore("user1");
  await sessions.sessions(now, { inactivity: 300, username: "user1", limit: 10 });
  await sessions.noteLeases([{ ...session }, { ...session, sid: "gone" }], 960);
  await sessions.replaceSession("a", { ...session, sid: "b" }, revocation);
  await sessions.revokeOthers("user1", "b", revocation, ["otp"]);
  await sessions.revokeSession("b", revocation);
  await sessions.addSession({ ...session, login: "p:l" });
  await sessions.revokeLogins(["p:l"], revocation);
  await sessions.addSession(session);
  await sessions.revokeUser("user1", revocation);
  await storesOf(database).bundles.advance("hash", { now, again: true }, 1);
  await sessions.removeExpired(now);

  await audit.add({ ...event, address: "192.0.2.1", requestId: "r", detail: {} }, true);
  const [due] = await audit.dueNotices(1);
  await audit.settleNotice(due!.id, async () => true);
  const filters = [{ user: "user1" }, { action: "key rotation" }, { address: "192.0.2.1" }, { requestId: "r" }];
  for (const filter of [...filters, { since: now, until: now + 60 }]) await audit.records({ ...filter, limit: 100 });
  await audit.removeBefore(now - 1e8);

  await regulation.update("s", () => ({ ...place, subject: "s", kind: "user" }));
  await regulation.records(["s", "t"]);
  await regulation.addPlaces(["p", "q"], "o", now, 5);
  await regulation.knownPlaces(["p"]);
  await regulation.removeOf("o");
  await regulation.removeExpired(now, now - placeMemory);

  await outbox.add({ ...mail, id: "m", message: bytes }, { most: 5, since: now - 60 });
  await outbox.claim(now, now + 60);
  await outbox.removeExpired(now);

  await passkeys.of("user1");
  await passkeys.find("k");
  await passkeys.removeExpired(now);
  await recoveryCodes.count("user1");
  await passwordResets.countRequest([{ subject: "s", most: 5, since: now - 60 }], now);
  await passwordResets.find(bytes, now);
  await elevation.hasCode("a", now);

  await accounts.identity(identity);
  await accounts.identitiesOf("user1");
  await providerLogins.add(login);
  await providerLogins.find("l");
  await providerLogins.logOut(logout);
  await providerLogins.logOut({ ...logout, jti: "k", providerSid: null, subject: "s" });
  await providerLogins.removeExpired(now);
}

/** These look at rows that are few, whatever a site's size: what is held back, revocations in force, what was asked for within the hour. */
const few = [
  "revoked_sessions",
  "not_before",
  "provider_logouts WHERE forget_at",
  "provider_invitations",
  "totp_enrolments",
];

/** Every statement that runs over a database, with its values. */
function recorded(database: Database): { readonly database: Database; readonly ran: Map<string, readonly Value[]> } {
  const ran = new Map<string, readonly Value[]>();
  const recording = <Q extends Queries>(queries: Q): Q => {
    const note =
      <T>(run: (sql: string, ...values: readonly Value[]) => T) =>
      (sql: string, ...values: readonly Value[]) => {
        ran.set(sql, values);
        return run(sql, ...values);
      };
    const { rows, changes, returning } = queries;
    return { ...queries, rows: note(rows), changes: note(changes), returning: note(returning) } as Q;
  };
  const { watch, close } = { watch: database.watch.bind(database), close: database.close.bind(database) };
  const transaction: Database["transaction"] = (run) => database.transaction((queries) => run(recording(queries)));
  return { database: { ...recording({ ...pick(database) }), watch, close, transaction }, ran };
}

function pick({ rows, changes, returning }: Queries): Queries {
  return { rows, changes, returning };
}

interface Plan {
  /** Tables whose rows are looked through one by one, without an index or along one that is another question's. */
  readonly scans: readonly string[];
  readonly indexes: readonly string[];
}

interface Node {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Index Name"?: string;
  readonly "Index Cond"?: string;
  readonly Filter?: string;
  readonly Plans?: readonly Node[];
}

async function planOf(
  database: Database,
  { config }: TestDatabase,
  tables: { has(name: string): boolean },
  [sql, values]: readonly [sql: string, values: readonly Value[]],
): Promise<Plan> {
  if (config.local) {
    const details = (await database.rows<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...values)).map(
      ({ detail }) => detail,
    );
    return {
      // Others are names that the statement gives to what it has found.
      scans: details.flatMap((detail) => /^SCAN (\w+)$/.exec(detail)?.[1] ?? []).filter((name) => tables.has(name)),
      indexes: details.flatMap((detail) => /USING (?:COVERING )?INDEX (\w+)/.exec(detail)?.[1] ?? []),
    };
  }
  const [row] = await database.rows<Readonly<Record<string, readonly { readonly Plan: Node }[]>>>(
    `EXPLAIN (FORMAT JSON) ${sql}`,
    ...values,
  );
  const nodes: Node[] = [];
  const collect = (node: Node) => {
    nodes.push(node);
    node.Plans?.forEach(collect);
  };
  collect(Object.values(row!)[0]![0]!.Plan);
  return {
    scans: nodes.flatMap((node) =>
      node["Node Type"] === "Seq Scan" || (node["Index Name"] && node.Filter && !node["Index Cond"])
        ? [node["Relation Name"] ?? node["Index Name"]!]
        : [],
    ),
    indexes: nodes.flatMap((node) => node["Index Name"] ?? []),
  };
}

/** The indexes that are no constraint's. */
async function indexesOf({ config }: TestDatabase, database: Database): Promise<readonly string[]> {
  const select = config.local
    ? "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql NOT LIKE 'CREATE UNIQUE%'"
    : `SELECT indexrelid::regclass::text AS name FROM pg_index WHERE NOT indisunique
       AND indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)`;
  return (await database.rows<{ name: string }>(select)).map(({ name }) => name);
}

describeDatabases((create) => {
  test("what grows is looked for by indexes alone, and each index is needed", async () => {
    const created = await create();
    await (await created.open()).close();
    await fill(created.config, { ...contentOf(20_000, 20_000), now });
    // Of tables as small as these PostgreSQL would rather read all.
    if (created.config.postgres)
      await created.execute(`ALTER DATABASE ${created.config.postgres.database} SET enable_seqscan = off`);
    const database = await openDatabase({ ...created.config, encryptionKey: "" });
    onTestFinished(() => database.close());
    const { database: watched, ran } = recorded(database);
    await useAll(watched);
    expect(ran.size).toBeGreaterThan(50);

    const scans: string[] = [];
    const used = new Set<string>();
    const tables = await created.columns();
    for (const statement of ran) {
      const plan = await planOf(database, created, tables, statement);
      for (const index of plan.indexes) used.add(index);
      if (plan.scans.length > 0 && !few.some((place) => statement[0].includes(place)))
        scans.push(`${plan.scans}: ${statement[0]}`);
    }
    expect(scans).toEqual([]);
    expect((await indexesOf(created, database)).filter((index) => !used.has(index))).toEqual([]);
  });
});
