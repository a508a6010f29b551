// What hosts and operators ask of a database, by the stores that they ask it by, each some times in a row.
import { type AuditRecord, AuditStore } from "../../host/audit/store.ts";
import { BundleVersions } from "../../host/gates/edge/bundle-versions.ts";
import type { Database } from "../../host/kit/sql/queries.ts";
import type { Revocation, StoredSession } from "../../host/session/store.ts";
import { SessionStore } from "../../host/session/store.ts";
import { median } from "../measure/rounds.ts";
import { auditTime, type Content, firstEnd, sidOf } from "./fill.ts";

/** An operation's times, in milliseconds. */
export interface Times {
  readonly median: number;
  readonly longest: number;
}

/** A page of a listing. */
const page = 100;
/** As `session.inactivity` of the site that is measured. Seconds. */
export const inactivity = 86_400;
/** Leases that a busy host notes at a time. */
const leasesAtOnce = 200;
/** Of all that is there, so much has expired when it is removed. */
const expired = 0.01;

interface Operation {
  /** How often it is measured. */
  readonly times: number;
  run(round: number): Promise<unknown>;
}

/** By their titles, in the order in which they are measured: what changes much comes last. */
export function operationsOf(database: Database, content: Content): Readonly<Record<string, Operation>> {
  const sessions = new SessionStore(database);
  const versions = new BundleVersions(database);
  const audit = new AuditStore(database);
  const { now, users } = content;
  const revocation: Revocation = { at: now, longestLease: 300, grace: 960 };
  // What is taken from is different in each round, and far from what the round before took.
  let taken = 0;
  const someSid = () =>
    sidOf(Math.floor(content.sessions * 0.5) + (taken++ % Math.floor(content.sessions * 0.4)), content);
  const someUser = (round: number) => `user${(round * 37) % users}`;
  const address = "198.51.7.9";
  const lease = (sid: string) => ({ sid, leaseUntil: now + 600, lastSeen: now, address, userAgent: "Mozilla/5.0" });
  const records = (filter: Parameters<AuditStore["records"]>[0]) => ({
    times: 5,
    run: () => audit.records({ limit: page, ...filter }),
  });
  return {
    "a login: session and event": {
      times: 50,
      async run(round) {
        await sessions.notBefore(someUser(round));
        await sessions.addSession(newSession(round, someUser(round), content), 1000, revocation);
        await audit.add(login(round, someUser(round), content), false);
      },
    },
    "a renewal": {
      times: 50,
      async run(round) {
        await sessions.session(someSid());
        await sessions.notBefore(someUser(round));
      },
    },
    [`noting ${leasesAtOnce} leases`]: {
      times: 10,
      run: () => sessions.noteLeases(Array.from({ length: leasesAtOnce }, someSid).map(lease), 960),
    },
    "a log-out": { times: 20, run: () => sessions.revokeSession(someSid(), revocation) },
    "all sessions of a user end": { times: 5, run: (round) => sessions.revokeUser(someUser(round), revocation) },
    "what gates must refuse": { times: 10, run: () => versions.advance("hash", { now, again: false }, 0) },
    "a user's sessions": {
      times: 20,
      run: (round) => sessions.sessions(now, { inactivity, username: someUser(round + 100), limit: page }),
    },
    "everybody's sessions, a page": { times: 5, run: () => sessions.sessions(now, { inactivity, limit: page }) },
    "everybody's sessions, a page in the middle": {
      times: 5,
      run: () => sessions.sessions(now, { inactivity, limit: page, after: { lastSeen: now - 150, sid: "session-2" } }),
    },
    "how many sessions live": { times: 5, run: () => sessions.sessionCount(now, inactivity) },
    "who has sessions": { times: 3, run: () => sessions.usersWithSessions() },
    "the trail: its end": records({}),
    "the trail of a user": records({ user: "user3" }),
    "the trail of an action that is rare": records({ action: "session end" }),
    "the trail of an action that there was once": records({ action: "key rotation" }),
    "the trail of an address": records({ address }),
    "the trail of a request": records({ requestId: `request-${Math.floor(content.audit / 3)}` }),
    "the trail of a day in the middle": records({
      since: auditTime(0.5, content),
      until: auditTime(0.5, content) + 86_400,
    }),
    "the trail since then": records({ since: auditTime(0.5, content) }),
    "removing the oldest hundredth of the sessions": {
      times: 1,
      run: () => sessions.removeExpired(firstEnd(content) + Math.ceil(content.sessions * expired)),
    },
    "removing the oldest hundredth of the trail": {
      times: 1,
      run: () => audit.removeBefore(auditTime(expired, content)),
    },
  };
}

/** Measures one. `meanwhile` is how long somebody waits at most who looks a session up while it runs, in milliseconds. */
export async function measure(
  database: Database,
  { times, run }: Operation,
): Promise<Times & { readonly meanwhile: number }> {
  const sessions = new SessionStore(database);
  const took: number[] = [];
  let meanwhile = 0;
  for (let round = 0; round < times; round++) {
    let running = true;
    const others = (async () => {
      while (running) {
        const asked = performance.now();
        await sessions.session("session-0").catch(() => {});
        meanwhile = Math.max(meanwhile, performance.now() - asked);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    })();
    const started = performance.now();
    try {
      await run(round);
      took.push(performance.now() - started);
    } finally {
      running = false;
      await others;
    }
  }
  return { median: median(took), longest: Math.max(...took), meanwhile };
}

function newSession(round: number, username: string, { now }: Content): StoredSession {
  return {
    sid: `new-${round}-${Math.random()}`,
    username,
    domain: "example.com",
    createdAt: now,
    authTime: now,
    level: 1,
    amr: ["pwd"],
    rememberMe: false,
    expiresAt: now + 86_400 * 30,
    leaseUntil: now + 300,
    lastSeen: now,
    address: "192.0.2.41",
    userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  };
}

function login(round: number, user: string, { now }: Content): AuditRecord {
  const detail = { user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" };
  return {
    ...{ at: now, action: "login", outcome: "success", by: "user", user, address: "192.0.2.41" },
    ...{ requestId: `new-${round}`, detail },
  };
}
