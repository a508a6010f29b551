// The core of the host's forward-auth follows what the host knows: by the feed where that is enough, and by a whole bundle where it is not.
import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { expect, onTestFinished, test, vi } from "vitest";
import { type RawRequest, Shell } from "../../../../host/core/shell.ts";
import type { BundleBase } from "../../../../host/gates/edge/bundle.ts";
import { PublishedBundle } from "../../../../host/gates/edge/publisher.ts";
import { RevocationLog } from "../../../../host/gates/edge/revocation-log.ts";
import { type Knowledge, LiveCore } from "../../../../host/gates/forward-auth/live-core.ts";
import type { CookieDomain } from "../../../../host/session/config.ts";
import { issueToken } from "../../../../host/session/token.ts";

const now = 1_790_000_000;
const keys = ["k1", "k2"].map((kid) => {
  const { privateKey } = generateKeyPairSync("ed25519");
  return { kid, x: privateKey.export({ format: "jwk" }).x!, privateKey };
});
const cookies = [{ domain: "example.com", portal: "https://auth.example.com", name: "zerohop_session", basic: [] }];
const cookieDomains = [{ basic: { forwardAuthHeaders: [], forward: false } }] as unknown as readonly CookieDomain[];
const policyOf = (domain: string) => ({ default_policy: "deny", rules: [{ domain, policy: "one_factor" }] });

const users = ["alice", "bob"];
const sids = ["s0", "s1", "s2", "s3"];
const hosts = ["a.example.com", "b.example.com"];

/** Requests of every session, signed with each key, to each host. */
const requests: readonly RawRequest[] = keys.flatMap((key) =>
  sids.flatMap((sid, i) => {
    const claims = {
      ...{ iss: "https://auth.example.com", aud: "example.com", sub: users[i % users.length]!, sid, iat: now },
      ...{ exp: now + 300, session_exp: now + 3600, auth_time: now, amr: ["pwd"], level: 1 as const, groups: [] },
    };
    const cookie = `zerohop_session=${issueToken(claims, key)}`;
    return hosts.map((authority) => ({
      ...{ method: "GET", scheme: "https", authority, path: "/", address: "192.0.2.1", accept: "*/*", cookie },
      ...{ requestedWith: undefined, authorization: undefined, proxyAuthorization: undefined, referer: undefined },
      ...{ fetchMode: undefined, fetchDest: undefined, purpose: undefined },
    }));
  }),
);

/** What a host knows, and how that changes. */
function host() {
  const log = new RevocationLog();
  const root = { ...keys[0]!, kid: "root" };
  let [version, baseNumber, issuedAt] = [1, 1, now];
  const known = { latest: "k1", believed: keys.map(({ kid, x }) => ({ kid, x }) as never) };
  const policy: { section: unknown } = { section: policyOf("*.example.com") };
  const base = (): BundleBase => ({ keys: known.believed, outage_grace: 900, cookies, policy: policy.section });
  const published = () => new PublishedBundle({ version, issuedAt, base: `base ${baseNumber}` }, base(), log, root);
  const publisher = { current: published() };
  const publish = () => {
    publisher.current = published();
  };
  const knowledge: Knowledge = { publisher, policy, cookieDomains, keys: known };
  return {
    knowledge,
    /** Ends sessions, in one version. */
    end(...ended: string[]) {
      version++;
      log.add({ sessions: ended.map((sid) => ({ sid, version, forgetAt: now + 1200 })), users: [] });
      publish();
    },
    logOutEverywhere(username: string) {
      version++;
      log.add({ sessions: [], users: [{ username, time: now + 1, version, forgetAt: now + 1200 }] });
      publish();
    },
    /** Publishes the same again, as every five minutes. */
    again(seconds: number) {
      issuedAt += seconds;
      publish();
    },
    /** Puts another policy in force, which gates are told of later, or never. */
    edit(section: unknown, isPublished = false) {
      policy.section = section;
      if (isPublished) this.rebase();
    },
    rebase() {
      version++;
      baseNumber++;
      publish();
    },
    /** Believes one key alone, as when the other has leaked. */
    revokeKey(kept: number) {
      const { kid, x } = keys[kept]!;
      known.latest = `${kid} of ${version}`;
      known.believed = [{ kid, x } as never];
    },
    /** Has the version be an earlier one, which no publisher does. */
    goBack() {
      version = Math.max(1, version - 2);
      publish();
    },
  };
}

const outcomes = (decide: (request: RawRequest) => string) => requests.map(decide);

/** What a core comes to that has all of it anew. */
function anew({ publisher, policy, keys: { believed } }: Knowledge): string[] {
  const shell = new Shell();
  const { content } = publisher.current;
  shell.load({ ...content, policy: policy.section, keys: believed, outage_grace: 0 });
  return outcomes((request) => shell.decide(request, now, false).outcome);
}

const sid = fc.constantFrom(...sids);
const seconds = fc.integer({ min: 1, max: 300 });
const change = fc.oneof(
  { weight: 4, arbitrary: fc.array(sid, { minLength: 1, maxLength: 2 }).map((ended) => ({ ended })) },
  { weight: 2, arbitrary: fc.record({ everywhere: fc.constantFrom(...users) }) },
  { weight: 1, arbitrary: fc.record({ again: seconds }) },
  { weight: 1, arbitrary: fc.record({ edit: fc.constantFrom("*.example.com", ...hosts), isPublished: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ key: fc.constantFrom(0, 1) }) },
  { weight: 1, arbitrary: fc.constant({ rebase: true }) },
);

test("decides as if it had everything anew, whatever changes in whatever order, asked in between or not", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(change, fc.boolean()), { minLength: 1, maxLength: 12 }), (changes) => {
      const one = host();
      const core = new LiveCore(one.knowledge);
      const asked = () => outcomes((request) => core.decide(request, now, false).outcome);
      expect(new Set(asked())).toEqual(new Set(["allow"]));
      for (const [made, isAsked] of changes) {
        if ("ended" in made) one.end(...made.ended);
        if ("everywhere" in made) one.logOutEverywhere(made.everywhere);
        if ("again" in made) one.again(made.again);
        if ("edit" in made) one.edit(policyOf(made.edit), made.isPublished);
        if ("key" in made) one.revokeKey(made.key);
        if ("rebase" in made) one.rebase();
        if (isAsked) expect(asked()).toEqual(anew(one.knowledge));
      }
      expect(asked()).toEqual(anew(one.knowledge));
    }),
    { numRuns: 60 },
  );
});

test("compiles the policy for no log-out, and once for another policy, other keys, or more that it has missed than a feed holds", () => {
  const load = vi.spyOn(Shell.prototype, "load");
  onTestFinished(() => load.mockRestore());
  const one = host();
  const core = new LiveCore(one.knowledge);
  const ask = () => core.decide(requests[0]!, now, false).outcome;
  const loads = (work: () => void) => {
    load.mockClear();
    work();
    const outcome = ask();
    ask();
    return [outcome, load.mock.calls.length];
  };
  expect(loads(() => {})).toEqual(["allow", 1]);
  const logOuts = () => {
    for (let i = 0; i < 50; i++) {
      one.end(`other ${i}`);
      expect(ask()).toBe("allow");
    }
  };
  expect(loads(logOuts)).toEqual(["allow", 0]);
  expect(loads(() => one.logOutEverywhere("bob"))).toEqual(["allow", 0]);
  expect(loads(() => one.again(300))).toEqual(["allow", 0]);
  expect(loads(() => one.end(...Array.from({ length: 4096 }, (_, i) => `many ${i}`)))).toEqual(["allow", 0]);
  expect(loads(() => one.end(...Array.from({ length: 4097 }, (_, i) => `more ${i}`)))).toEqual(["allow", 1]);
  expect(loads(() => one.edit(policyOf("a.example.com")))).toEqual(["allow", 1]);
  expect(loads(() => one.rebase())).toEqual(["allow", 1]);
  expect(loads(() => one.revokeKey(0))).toEqual(["allow", 1]);
  expect(loads(() => one.end("s0"))).toEqual(["login", 0]);
  expect(loads(() => one.goBack())).toEqual(["login", 1]);
});

test("decides nothing while the host knows what it cannot load, and all of it again afterwards", () => {
  const one = host();
  const core = new LiveCore(one.knowledge);
  const ask = () => core.decide(requests[0]!, now, false).outcome;
  expect(ask()).toBe("allow");
  const section = one.knowledge.policy.section;
  one.edit({ default_policy: "open" });
  for (let i = 0; i < 2; i++) expect(ask).toThrow("does not take the bundle");
  // What was in force before, to the letter.
  one.edit(section);
  expect(ask()).toBe("allow");
});
