// Sessions whose token refers to a profile: the gate fetches it with a lease, once per session and worker, believes no other bytes than
// those that the token names, and until it has them lets nobody through as less, or more, than they are.
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Exchange } from "../../workshop/gate/proxy-wasm/exchange.ts";
import type { OutboundCall } from "../../workshop/gate/proxy-wasm/outbound-calls.ts";
import type { ProxyProcess } from "../../workshop/gate/proxy-wasm/proxy-process.ts";
import { signToken } from "../../workshop/gate/tokens.ts";
import * as fixture from "./gate.ts";
import {
  browser,
  claims,
  NOW,
  publish,
  sessionCookie,
  sessionKey,
  setTime,
  startGate,
  startPolling,
  statusOf,
  statusWith,
  userOf,
} from "./gate.ts";

const groups = Array.from({ length: 500 }, (_, i) => `a-team-with-a-name-of-forty-characters-${i}`);
const sid = "the session";
const GRACE = 900;

interface Profile {
  readonly name?: string;
  readonly email?: string;
  readonly groups: readonly string[];
}

const own: Profile = { name: "Alice Liddell", email: "alice@example.com", groups };
const sha512 = (text: string | Uint8Array) => createHash("sha512").update(text).digest().subarray(0, 32);

/** A token that refers to a profile, and that profile as the host sends it. */
function large(profile: Profile = own, changed: object = {}) {
  const body = JSON.stringify(profile);
  const reference = { sha512: sha512(body).toString("base64url") };
  return { token: fixture.token({ sid, groups: reference, name: "", email: "", ...changed }), body };
}

function start(content: object = {}, workers = 1, changed: object = {}): ProxyProcess {
  return startPolling({ outage_grace: GRACE, ...content }, { workers }, { ...changed });
}

function ask(gate: ProxyProcess, token: string, host = "app", worker = 0): Exchange {
  return gate.workers[worker]!.request({
    url: `https://${host}.example.com/`,
    headers: [browser, sessionCookie(token)],
  });
}

function renewals(gate: ProxyProcess): OutboundCall[] {
  return [...gate.calls].filter(({ headers }) => headers.get(":path") === "/api/edge/renew");
}

function give(call: OutboundCall, token: string, body: string): void {
  call.respond({ status: 200, headers: [["set-cookie", `zerohop_session=${token}; Path=/`]], body });
}

/** A gate that knows alice's profile. */
function warm() {
  const gate = start();
  const { token, body } = large();
  const first = ask(gate, token);
  give(renewals(gate)[0]!, token, body);
  expect(userOf(first)).toBe("alice");
  return { gate, token, body };
}

describe("a session whose token refers to a profile", () => {
  test("waits for the profile at its first request, and no more, whoever else asks meanwhile", () => {
    const gate = start({}, 2);
    const { token, body } = large();
    const first = [0, 1].map(() => ask(gate, token));
    expect(first.map(({ outcome }) => outcome.kind)).toEqual(["paused", "paused"]);
    expect(renewals(gate)).toHaveLength(1);
    give(renewals(gate)[0]!, token, body);
    for (const exchange of [...first, ask(gate, token)]) {
      const { upstream } = exchange;
      expect(upstream.get("remote-groups")).toBe(groups.join(","));
      expect([upstream.get("remote-name"), upstream.get("remote-email")]).toEqual([own.name, own.email]);
    }
    expect(renewals(gate)).toHaveLength(0);
    const elsewhere = ask(gate, token, "app", 1);
    give(renewals(gate)[0]!, token, body);
    expect(userOf(elsewhere)).toBe("alice");
  });

  test("is decided about by the policy of the moment, which may ask about other groups than the one before", () => {
    const { gate, token } = warm();
    expect(statusOf(ask(gate, token, "admin"))).toBe(403);
    const rules = [{ domain: "admin.example.com", policy: "one_factor", subject: `group:${groups[499]}` }];
    publish(gate, { version: 2, policy: { default_policy: "deny", rules } });
    expect(userOf(ask(gate, token, "admin"))).toBe("alice");
    expect(statusOf(ask(gate, token, "app"))).toBe(403);
    expect(renewals(gate)).toHaveLength(0);
  });

  test("has another profile from its next lease on", () => {
    const { gate, token } = warm();
    setTime(gate, NOW + 46);
    expect(userOf(ask(gate, token))).toBe("alice");
    const next = large({ groups: [...groups, "admins"] }, { iat: NOW + 46, exp: NOW + 106 });
    give(renewals(gate)[0]!, next.token, next.body);
    const renewed = ask(gate, token, "admin");
    expect(renewed.upstream.get("remote-groups")).toBe([...groups, "admins"].join(","));
    expect(renewed.upstream.get("remote-name")).toBeUndefined();
    // And back to one that the token holds.
    setTime(gate, NOW + 100);
    ask(gate, next.token);
    const small = fixture.token({ sid, iat: NOW + 100, exp: NOW + 160, groups: ["dev"] });
    renewals(gate)[0]!.respond({ status: 204, headers: [["set-cookie", `zerohop_session=${small}`]] });
    expect(ask(gate, token).upstream.get("remote-groups")).toBe("dev");
  });

  test("ends at once when it is revoked, when its user is, and when the host says so", () => {
    for (const revoked of [{ revoked_sessions: [sid] }, { not_before: { alice: NOW + 1 } }]) {
      const { gate, token } = warm();
      publish(gate, { version: 2, ...revoked });
      expect(statusOf(ask(gate, token))).toBe(302);
      expect(renewals(gate)).toHaveLength(0);
    }
    const gate = start();
    const exchange = ask(gate, large().token);
    renewals(gate)[0]!.respond({ status: 410 });
    expect(statusOf(exchange)).toBe(302);
  });

  test("is refused beside another one that lives", () => {
    const { gate, token } = warm();
    const both = `${token}; zerohop_session=${fixture.token({ sid: "another" })}`;
    expect(statusOf(ask(gate, both))).toBe(400);
  });

  test("is refused with 503 while the host is silent, never let through with fewer groups; others go on", () => {
    const silence: ((call: OutboundCall) => void)[] = [
      (call) => call.respond({ status: 503 }),
      (call) => call.respond({ status: 401 }),
      (call) => call.fail(),
    ];
    for (const answer of silence) {
      const gate = start();
      const { token } = large();
      const exchange = ask(gate, token);
      answer(renewals(gate)[0]!);
      expect(statusOf(exchange)).toBe(503);
      expect(statusOf(ask(gate, token))).toBe(503);
      expect(statusWith(gate, fixture.token())).toBe(200);
      expect(statusOf(ask(gate, token, "public"))).toBe(200);
    }
  });

  test("goes on through an outage at a worker that has the profile", () => {
    const { gate, token } = warm();
    setTime(gate, NOW + 61);
    const exchange = ask(gate, token);
    renewals(gate)[0]!.respond({ status: 503 });
    expect(exchange.upstream.get("remote-groups")).toBe(groups.join(","));
    expect(ask(gate, token).upstream.get("remote-groups")).toBe(groups.join(","));
  });
});

test("more than a thousand of them who come at once, as after a start, keep nobody else from a new lease", () => {
  const gate = start();
  const crowd = Array.from({ length: 1200 }, (_, i) => large({ name: `${i}`, groups }, { sid: `s${i}`, sub: `u${i}` }));
  const bodies = new Map(crowd.map(({ token, body }) => [token, body]));
  const held = crowd.map(({ token }) => ask(gate, token));
  expect(new Set(held.map(({ outcome }) => outcome.kind))).toEqual(new Set(["paused"]));
  for (let i = 0; i < 10; i++) {
    // Its lease, and the grace behind that, ran out long ago.
    const idle = fixture.token({ sid: "idle", iat: NOW - 2000 - i, exp: NOW - 1940 });
    const other = ask(gate, idle);
    const calls = new Map(renewals(gate).map((call) => [call.headers.get("x-zerohop-session")!, call]));
    const set = `zerohop_session=${fixture.token({ sid: "idle" })}`;
    calls.get(idle)!.respond({ status: 204, headers: [["set-cookie", set]] });
    expect(userOf(other)).toBe("alice");
    // A host that answers eight hundred such questions a second.
    for (const [token, call] of [...calls].filter(([value]) => value !== idle).slice(0, 40))
      give(call, token, bodies.get(token)!);
    gate.advance(50);
  }
  expect(held.filter(({ outcome }) => outcome.kind === "continued")).toHaveLength(400);
});

describe("a profile", () => {
  const hostile: Readonly<Record<string, (body: string) => string>> = {
    nothing: () => "",
    "another's": () => JSON.stringify({ groups: ["admins"] }),
    "cut short": (body) => body.slice(0, -1),
    "with a byte more": (body) => `${body} `,
    "with one group more": (body) => body.replace('"groups":[', '"groups":["admins",'),
    "of a megabyte": () => JSON.stringify({ groups: ["x".repeat(1_000_000)] }),
    "no JSON": () => "\0\xff{",
  };

  test.each(Object.keys(hostile))("%s is not believed, and asked for again after a rest", (name) => {
    const gate = start();
    const { token, body } = large();
    const exchange = ask(gate, token);
    give(renewals(gate)[0]!, token, hostile[name]!(body));
    expect(statusOf(exchange)).toBe(503);
    expect(statusOf(ask(gate, token))).toBe(503);
    expect(renewals(gate)).toHaveLength(0);
    expect(statusWith(gate, fixture.token())).toBe(200);
    setTime(gate, NOW + 4);
    const again = ask(gate, token);
    give(renewals(gate)[0]!, token, body);
    expect(again.upstream.get("remote-groups")).toBe(groups.join(","));
  });

  test("of whatever bytes the host signs for never traps the gate, and is taken or refused whole", () => {
    const gate = start();
    const json = fc.oneof(
      fc.json(),
      fc.record({ name: fc.string(), email: fc.string(), groups: fc.array(fc.string()) }).map((p) => JSON.stringify(p)),
      fc.string(),
      fc.tuple(fc.nat(), fc.string({ maxLength: 4 })).map(([at, text]) => {
        const body = JSON.stringify({ name: "a", email: "b", groups: ["c", "d"] });
        return body.slice(0, at % body.length) + text + body.slice(at % body.length);
      }),
      fc.constantFrom('{"groups":["a"],"groups":["b"]}', '{"name":"a","name":"b"}', '{"groups":[""]}', "{}"),
    );
    let session = 0;
    fc.assert(
      fc.property(json, (body) => {
        const reference = { sha512: sha512(body).toString("base64url") };
        const token = fixture.token({ sid: `s${session++}`, groups: reference, name: "", email: "" });
        const exchange = ask(gate, token);
        // Of a profile that it has already the gate asks nobody.
        for (const call of renewals(gate)) give(call, token, body);
        gate.advance(60);
        const status = statusOf(exchange);
        expect([200, 503]).toContain(status);
        if (status === 503) return;
        const told: Profile = JSON.parse(body);
        const { upstream } = exchange;
        const inHeader = (group: string) => !/[\0-\x1f\x7f,]|^ | $/.test(group) && group !== "";
        const bytes = (text: string) => Buffer.from(text).toString("latin1");
        const list = bytes((told.groups ?? []).filter(inHeader).join(","));
        expect(upstream.get("remote-groups") ?? "").toBe(list);
        expect(upstream.get("remote-user")).toBe("alice");
      }),
      { numRuns: 500 },
    );
    expect(statusWith(gate, fixture.token())).toBe(200);
  });

  test("is known of fifteen hundred people at a time, each asked about once", () => {
    const gate = start();
    const people = Array.from({ length: 1500 }, (_, i) => {
      const names = groups.slice(0, 90).map((name) => `${name}-${i}`);
      return large({ groups: names }, { sid: `s${i}`, sub: `user ${i}` });
    });
    const questions = () =>
      people.reduce((asked, { token, body }, i) => {
        const exchange = ask(gate, token);
        const calls = renewals(gate);
        for (const call of calls) give(call, token, body);
        expect(userOf(exchange)).toBe(`user ${i}`);
        if (i % 32 === 31) gate.advance(50);
        return asked + calls.length;
      }, 0);
    expect([questions(), questions()]).toEqual([people.length, 0]);
  });

  test("makes way for newer ones, which costs a question, and never for anybody's session", () => {
    // A quarter of it holds six of these profiles.
    const gate = start({}, 1, { cache_bytes: 512 * 1024 });
    const small = fixture.token({ sid: "small" });
    expect(statusWith(gate, small)).toBe(200);
    const many = Array.from({ length: 40 }, (_, i) => large({ groups: [...groups, `${i}`] }, { sid: `s${i}` }));
    const pages = () => gate.workers[0]!.instance.memory.size;
    let flat = 0;
    for (let round = 0; round < 16; round++) {
      for (const { token, body } of many) {
        const exchange = ask(gate, token);
        for (const call of renewals(gate)) give(call, token, body);
        expect(userOf(exchange)).toBe("alice");
        gate.advance(20);
      }
      if (round === 7) flat = pages();
    }
    expect(pages()).toBe(flat);
    expect(statusWith(gate, small)).toBe(200);
  });
});

describe("a reference in a token", () => {
  const signed = (value: unknown) => signToken(sessionKey, claims({ sid, groups: value }));
  const digest = sha512("x").toString("base64url");

  test.each([
    {},
    { sha512: "" },
    { sha512: digest.slice(1) },
    { sha512: `${digest}A` },
    { sha512: `${digest.slice(0, -1)}=` },
    { sha512: 1 },
    { sha512: digest, of: "AA" },
    { sha512: digest, in: "!" },
    { of: "AAAAAAAAAAAAAAAAAAAAAA", in: "AA" },
    "dev",
    null,
  ])("that is not as the host writes it proves nothing: %j", (value) => {
    const gate = startGate();
    expect(statusWith(gate, signed(value))).toBe(401);
  });

  test("tells a gate that has no host whether the user is in the groups that the policy names, bit by bit", () => {
    const names = Array.from({ length: 20 }, (_, i) => `g${i}`);
    const rules = names.map((name, i) => ({
      domain: `a${i}.example.com`,
      policy: "one_factor",
      subject: ["user:nobody", `group:${name}`],
    }));
    const packed = Buffer.concat(names.map((name) => Buffer.from([name.length, 0, ...Buffer.from(name)])));
    const of = createHash("sha512").update(packed).digest().subarray(0, 16).toString("base64url");
    const gate = startGate({ policy: { default_policy: "deny", rules } });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5 }), (bits) => {
        const value = signed({ sha512: digest, of, in: Buffer.from(bits).toString("base64url") });
        for (const [i, name] of names.entries()) {
          const isMember = ((bits[i >> 3] ?? 0) & (0x80 >> (i & 7))) !== 0;
          const exchange = ask(gate, value, `a${i}`);
          expect([name, statusOf(exchange)]).toEqual([name, isMember ? 200 : 403]);
          if (isMember) expect(exchange.upstream.get("remote-groups")).toContain(name);
        }
      }),
      { numRuns: 50 },
    );
    // About another policy's list it says nothing.
    const other = signed({ sha512: digest, of: "AAAAAAAAAAAAAAAAAAAAAA", in: "_____w" });
    expect(statusOf(ask(gate, other, "a0"))).toBe(302);
  });
});
