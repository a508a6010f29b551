// The core as the host's forward-auth has it: whatever comes there is a ruling, and the identity in it can be sent.
import { generateKeyPairSync } from "node:crypto";
import { validateHeaderValue } from "node:http";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { startCore } from "../../../host/core/module.ts";
import { type Identity, type RawRequest, type Ruling, Shell } from "../../../host/core/shell.ts";
import { issueToken, type SessionClaims } from "../../../host/session/token.ts";

const now = 1_790_000_000;
const { privateKey } = generateKeyPairSync("ed25519");
const key = { kid: "k1", x: privateKey.export({ format: "jwk" }).x!, privateKey };
const bundle = {
  keys: [{ kid: key.kid, x: key.x }],
  outage_grace: 900,
  cookies: [
    { domain: "example.com", portal: "https://auth.example.com", name: "zerohop_session", basic: ["authorization"] },
  ],
  policy: {
    default_policy: "deny",
    rules: [
      { domain: "app.example.com", policy: "one_factor" },
      { domain: "lan.example.com", policy: "bypass", networks: ["192.0.2.0/24"] },
    ],
  },
  revoked_sessions: [],
  not_before: {},
};

function shell(changes: object = {}): Shell {
  const started = new Shell();
  started.load({ ...bundle, ...changes });
  return started;
}

const page: RawRequest = {
  ...{ method: "GET", scheme: "https", authority: "app.example.com", path: "/", address: "192.0.2.1" },
  ...{ accept: "text/html", requestedWith: undefined, authorization: undefined, proxyAuthorization: undefined },
  ...{ cookie: undefined, fetchMode: undefined, fetchDest: undefined, purpose: undefined, referer: undefined },
};

function claimsOf(changes: Partial<SessionClaims>): SessionClaims {
  return {
    ...{ iss: "https://auth.example.com", aud: "example.com", sub: "alice", sid: "s1", iat: now, exp: now + 60 },
    ...{ session_exp: now + 3600, auth_time: now, amr: ["pwd"], level: 1, groups: [], ...changes },
  };
}

function token(changes: Partial<SessionClaims> = {}): string {
  return issueToken(claimsOf(changes), key);
}

const withSession = (claims?: Partial<SessionClaims>): RawRequest => ({
  ...page,
  cookie: `zerohop_session=${token(claims)}`,
});

const decoded = (value: string) => Buffer.from(value, "latin1").toString();

/** Whatever a directory may hold, with more than its share of what separates headers and groups. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom("\r", "\n", "\r\nRemote-User: root", ",", " ", "\0", "\x7f", "ü", "名", "😀"),
      fc.string({ maxLength: 20 }),
    ),
    { maxLength: 5 },
  )
  .map((parts) => parts.join(""))
  .filter((whole) => whole.isWellFormed());
const groups = fc.array(text, { maxLength: 8 });

describe("the identity for a backend", () => {
  const core = shell();
  const identityOf = (claims: Partial<SessionClaims>): Identity => {
    const { outcome, identity } = core.decide(withSession(claims), now, true);
    expect(outcome).toBe("allow");
    return identity!;
  };

  test("can be sent in headers whatever a directory holds", () => {
    fc.assert(
      fc.property(groups, text, text, (list, name, email) => {
        const identity = identityOf({ groups: list, name, email });
        for (const value of Object.values(identity)) expect(() => validateHeaderValue("x", value)).not.toThrow();
        expect(identity.user).toBe("alice");
      }),
    );
  });

  test("tells no group that the user does not have, however a backend reads the list", () => {
    fc.assert(
      fc.property(groups, (list) => {
        const told = decoded(identityOf({ groups: list }).groups);
        for (const group of told === "" ? [] : told.split(",")) expect(list).toContain(group.trim());
      }),
    );
    expect(decoded(identityOf({ groups: ["dev", "x,admins", " admins", "größe"] }).groups)).toBe("dev,größe");
  });

  test("is empty where the user has no such value, and nobody's for a page that asks for no login", () => {
    expect(identityOf({ sub: "bob" })).toEqual({ user: "bob", groups: "", name: "", email: "" });
    const ruling = core.decide({ ...page, authority: "lan.example.com" }, now, true);
    expect([ruling.outcome, ruling.identity]).toEqual(["allow", undefined]);
  });
});

describe("a core of the host's", () => {
  const outcomeOf = ({ outcome, status, challenge }: Ruling) => [outcome, status, challenge].filter(Boolean).join(" ");
  const core = shell();

  test("has a ruling for whatever comes", () => {
    const latin1 = (maxLength: number) =>
      fc.oneof(
        fc.uint8Array({ maxLength }).map((bytes) => Buffer.from(bytes).toString("latin1")),
        fc.constantFrom("", "GET", "https", "app.example.com", "/", "/a%2fb", "/a/../b", "Basic YTpi", "text/html"),
        fc.constantFrom("zerohop_session=a.b.c", `zerohop_session=${token()}`, `; zerohop_session = ${token()};;`),
      );
    const header = fc.option(latin1(300), { nil: undefined });
    const request = fc.record({
      ...{ method: latin1(20), scheme: latin1(8), authority: latin1(300), path: latin1(400), address: latin1(50) },
      ...{ accept: header, requestedWith: header, authorization: header, proxyAuthorization: header, cookie: header },
      ...{ fetchMode: header, fetchDest: header, purpose: header, referer: header },
    });
    fc.assert(
      fc.property(request, fc.boolean(), (raw, mayWait) => {
        const { outcome, status } = core.decide(raw, now, mayWait);
        expect(["allow", "portal", "login", "deny", "refuse", ...(mayWait ? ["wait"] : [])]).toContain(outcome);
        if (outcome === "refuse") expect([400, 429, 503]).toContain(status);
        if (outcome === "login") expect([302, 303, 401]).toContain(status);
      }),
      { numRuns: 2000 },
    );
  });

  test("refuses what it has no room for, and takes what a server lets through", () => {
    const long = (length: number) => ({ ...page, cookie: "a".repeat(length) });
    expect(outcomeOf(core.decide(long(32 * 1024), now, true))).toBe("login 302");
    expect(outcomeOf(core.decide(long(64 * 1024), now, true))).toBe("refuse 400");
    expect(outcomeOf(core.decide(long(10_000_000), now, true))).toBe("refuse 400");
    expect(outcomeOf(core.decide(page, now, true))).toBe("login 302");
  });

  test("refuses everything without a bundle", () => {
    expect(outcomeOf(new Shell().decide(page, now, true))).toBe("refuse 503");
  });

  test("decides by the bundle that it took last, and by another core's never", () => {
    const other = shell({ policy: { default_policy: "deny", rules: [{ domain: "*.example.com", policy: "bypass" }] } });
    expect([other, core].map((one) => one.decide(page, now, true).outcome)).toEqual(["allow", "login"]);
    other.load({
      ...bundle,
      policy: { default_policy: "deny", rules: [{ domain: "x.example.com", policy: "bypass" }] },
    });
    expect(other.decide(page, now, true).outcome).toBe("deny");
    expect(() => other.load({ ...bundle, cookies: [] })).toThrow("does not take the bundle");
  });

  test("knows a session that was revoked no more from the next bundle on", () => {
    const one = shell();
    expect(one.decide(withSession(), now, true).identity?.user).toBe("alice");
    for (const changes of [{ revoked_sessions: ["s1"] }, { not_before: { alice: now + 1 } }, { keys: [] }]) {
      one.load({ ...bundle, ...changes });
      expect(outcomeOf(one.decide(withSession(), now, true)), JSON.stringify(changes)).toBe("login 302");
      one.load(bundle);
      expect(one.decide(withSession(), now, true).outcome).toBe("allow");
    }
  });

  test("waits for a lease that has run out, takes the next one, and has it for who still sends the old one", () => {
    const one = shell();
    const later = now + 61;
    const waiting = one.decide(withSession(), later, true);
    expect([waiting.outcome, waiting.isKnown, waiting.subject]).toEqual(["wait", true, token()]);
    const setCookie = `zerohop_session=${token({ iat: later, exp: later + 60 })}; Domain=example.com; Path=/`;
    expect(one.takeRenewal(waiting.session, "zerohop_session=junk; Path=/", undefined, later)).toBe(false);
    expect(one.takeRenewal(waiting.session, setCookie, undefined, later)).toBe(true);
    const renewed = one.decide(withSession(), later, true);
    expect([renewed.outcome, renewed.setCookie]).toEqual(["allow", setCookie]);
    const fresh = one.decide({ ...page, cookie: setCookie.split(";", 1)[0] }, later, true);
    expect([fresh.outcome, fresh.setCookie]).toEqual(["allow", ""]);
  });

  test("takes a session for over when the host says so, and stretches it only as far as the grace when nobody can", () => {
    const one = shell();
    expect(one.decide(withSession(), now + 61, false).outcome).toBe("allow");
    expect(outcomeOf(one.decide(withSession(), now + 60 + 901, false))).toBe("refuse 503");
    const { session } = one.decide(withSession(), now + 61, true);
    expect(one.takeRenewal(session, "", undefined, now + 61)).toBe(true);
    expect(outcomeOf(one.decide(withSession(), now + 61, true))).toBe("login 302");
  });

  test("waits for a credential that it does not know, and believes what it is told for a while", () => {
    const one = shell();
    const raw = { ...page, authorization: "Basic YWxpY2U6ZGVtbw==" };
    const waiting = one.decide(raw, now, true);
    expect([waiting.outcome, waiting.isKnown, waiting.subject]).toEqual(["wait", false, "YWxpY2U6ZGVtbw=="]);
    expect(one.takeVoucher(waiting.domain, raw.address, waiting.subject, token(), now)).toBe(false);
    const claims = { iss: "https://auth.example.com", aud: "example.com", sub: "alice", sid: "b1", iat: now } as const;
    const times = { exp: now + 60, session_exp: now + 60, auth_time: now } as const;
    const voucher = issueToken(
      { ...claims, ...times, amr: ["pwd"], level: 1, groups: ["dev"] },
      key,
      "zerohop-basic+jwt",
    );
    // Others come meanwhile, and what the host says is about the address that was asked about.
    const elsewhere = { ...raw, address: "203.0.113.99" };
    expect(one.decide(elsewhere, now, true).outcome).toBe("wait");
    expect(one.takeVoucher(waiting.domain, raw.address, waiting.subject, voucher, now)).toBe(true);
    expect(one.decide(elsewhere, now, true).outcome).toBe("wait");
    const known = one.decide(raw, now, true);
    expect([known.outcome, known.identity?.groups, known.removed]).toEqual(["allow", "dev", 1]);
    // Elsewhere somebody else may be guessing.
    for (const address of ["203.0.113.250", "2001:db8::7", ""])
      expect(one.decide({ ...raw, address }, now, true).outcome, address).toBe("wait");
    expect(one.decide(raw, now + 60, true).outcome).toBe("wait");
    expect(one.takeVoucher(waiting.domain, raw.address, waiting.subject, "", now + 60)).toBe(true);
    expect(outcomeOf(one.decide(raw, now + 61, true))).toBe("login 302 authorization");
    expect(one.decide({ ...page, authorization: "Basic Ym9iOmRlbW8=" }, now, false).status).toBe(503);
  });

  describe("that is told what was revoked since its bundle", () => {
    const based = (changes: object = {}) => shell({ version: 5, iat: now, base: "b", until: now + 600, ...changes });
    const feed = { base: "b", from: 5, to: 6, iat: now, until: now + 600, revoked_sessions: ["s1"] };

    test("refuses it at once, and knows all others as before", () => {
      const one = based();
      const others = [withSession({ sid: "s2" }), withSession({ sid: "s3", sub: "bob" })];
      const asked = [withSession(), ...others];
      const outcomes = () => asked.map((request) => one.decide(request, now, true).outcome);
      expect(outcomes()).toEqual(["allow", "allow", "allow"]);
      expect(one.extend(feed)).toBe(true);
      expect(outcomes()).toEqual(["login", "allow", "allow"]);
      const { revoked_sessions: _, ...later } = { ...feed, from: 6, to: 7, not_before: { bob: now + 1 } };
      expect(one.extend(later)).toBe(true);
      expect(outcomes()).toEqual(["login", "allow", "login"]);
    });

    test("takes nothing that does not go on from it, and what it has already as well", () => {
      for (const [what, changes] of [
        ["of another base", { base: "c" }],
        ["of no base", { base: "" }],
        ["after a gap", { from: 6, to: 7 }],
        ["older", { from: 3, to: 4 }],
        ["of the same version and signed earlier", { from: 5, to: 5, iat: now - 1 }],
        ["that ends before it begins", { to: 4 }],
        ["that is no list", { revoked_sessions: "s1" }],
      ] as const) {
        const one = based();
        expect(one.extend({ ...feed, ...changes }), what).toBe(false);
        // What was in force before is, but where half of it was read, and a whole bundle is as good as ever.
        one.load({ ...bundle, version: 1, base: "b", revoked_sessions: ["s1"] });
        expect(one.decide(withSession(), now, true).outcome, what).toBe("login");
        expect(one.decide(withSession({ sid: "s2" }), now, true).outcome, what).toBe("allow");
      }
      expect(based().extend({ ...feed, to: 5 })).toBe(true);
      expect(new Shell().extend(feed)).toBe(false);
    });

    test("takes no more memory after a hundred thousand log-outs, of which it has what is in force", () => {
      const core = startCore();
      const one = new Shell(core);
      one.load({ ...bundle, version: 0, iat: now, base: "b" });
      const sizes = new Set<number>();
      for (let i = 0; i < 100_000; i++) {
        const iat = now + Math.floor(i / 20);
        one.extend({ base: "b", from: i, to: i + 1, iat, until: iat + 100, revoked_sessions: [`session ${i}`] });
        if (i % 1000 !== 999) continue;
        if (i > 20_000) sizes.add(core.memory.buffer.byteLength);
        const times = { iat, exp: iat + 60, session_exp: iat + 600 };
        const outcomes = [i + 1, i, Math.max(0, i - 1999)].map(
          (ended) => one.decide(withSession({ sid: `session ${ended}`, ...times }), iat, true).outcome,
        );
        expect(outcomes).toEqual(["allow", "login", "login"]);
      }
      expect(sizes.size).toBe(1);
    });
  });

  test("puts unknown sessions off in a flood of forged ones, and knows those that it knows", () => {
    const one = shell();
    const known = withSession();
    expect(one.decide(known, now, true).outcome).toBe("allow");
    const { privateKey: other } = generateKeyPairSync("ed25519");
    const forged = (i: number) => issueToken(claimsOf({ sid: `f${i}` }), { ...key, privateKey: other });
    const outcomes = Array.from({ length: 1000 }, (_, i) =>
      outcomeOf(one.decide({ ...page, cookie: `zerohop_session=${forged(i)}` }, now, true)),
    );
    expect(outcomes.filter((outcome) => outcome === "login 302").length).toBeGreaterThanOrEqual(500);
    expect(outcomes).toContain("refuse 429");
    expect(one.decide(known, now, true).outcome).toBe("allow");
    const elsewhere = { ...withSession({ sid: "s2" }), address: "198.51.100.7" };
    expect(one.decide(elsewhere, now, true).outcome).toBe("allow");
  });
});

test("sessions are told apart when more segments of the cache were written than a float counts in bytes", () => {
  const core = startCore();
  const weeksOld = new Shell(core);
  weeksOld.load(bundle);
  const users = (name: string, count: number, changes: Partial<SessionClaims>) =>
    Array.from({ length: count }, (_, i) => ({ sub: `${name}${i}`, sid: `${name}${i}`, ...changes }));
  writeSegments(core.memory, 2 ** 25);
  // The count is of segments that begin from now on.
  for (const claims of users("first", 800, {})) weeksOld.decide(withSession(claims), now, true);
  for (const claims of users("next", 100, { iat: now - 90, exp: now - 30 })) {
    const request = withSession(claims);
    const { outcome, session, subject } = weeksOld.decide(request, now, true);
    expect([outcome, subject]).toEqual(["wait", token(claims)]);
    const renewal = token({ ...claims, iat: now, exp: now + 60 });
    expect(weeksOld.takeRenewal(session, `zerohop_session=${renewal}; Path=/`, undefined, now)).toBe(true);
    const { identity, setCookie } = weeksOld.decide(request, now, false);
    expect([identity?.user, setCookie.includes(renewal)]).toEqual([claims.sub, true]);
  }
});

/** Has a core count as if it had written so many segments of its cache (assembly/core/session/cache.ts, Cache). */
function writeSegments({ buffer }: WebAssembly.Memory, count: number): void {
  const words = new Uint32Array(buffer);
  const limit = (16 * 1024 * 1024) / (256 * 128);
  // limit, taken, current, written
  const found = [...words.keys()].filter(
    (i) => words[i] === limit && words[i + 1] === 2 && words[i + 2] === 0 && words[i + 3] === 1,
  );
  expect(found).toHaveLength(1);
  words[found[0]! + 3] = count;
}
