// Basic credentials at the gate: asked about once, believed for the lease of the host's answer, and never the backend's to
// see. The host here is the test, which answers calls as the edge API does.
import { describe, expect, test } from "vitest";
import type { Exchange } from "../../workshop/gate/proxy-wasm/exchange.ts";
import type { Header } from "../../workshop/gate/proxy-wasm/headers.ts";
import type { OutboundCall } from "../../workshop/gate/proxy-wasm/outbound-calls.ts";
import type { ProxyProcess } from "../../workshop/gate/proxy-wasm/proxy-process.ts";
import { type Claims, newSessionKey, signToken } from "../../workshop/gate/tokens.ts";
import {
  browser,
  bundle,
  claims,
  NOW,
  portal,
  publish,
  sessionCookie,
  sessionKey,
  setTime,
  startGate,
  startPolling,
  statusOf,
  token,
  userOf,
} from "./gate.ts";

const url = "https://app.example.com/";
const LEASE = 60;
const GRACE = 900;
const both = ["authorization", "proxy_authorization"];
const challenge = 'Basic realm="Authorization Required", charset="UTF-8"';

const cookies = (basic?: readonly string[]) => [
  { domain: "example.com", portal, name: "zerohop_session", basic },
  { domain: "example.org", portal: "https://auth.example.org", name: "zerohop_session", basic },
];

function content(basic: readonly string[] | undefined, changed: Claims = {}): Claims {
  return { cookies: cookies(basic), outage_grace: GRACE, ...changed };
}

function start(basic: readonly string[] | undefined = both, changed: Claims = {}, workers = 1): ProxyProcess {
  return startPolling(content(basic, changed), { workers });
}

const credential = (user: string, password = "demo") => Buffer.from(`${user}:${password}`).toString("base64");
const basic = (value: string): Header => ["authorization", `Basic ${value}`];
const proxyBasic = (value: string): Header => ["proxy-authorization", `Basic ${value}`];

const alice = credential("alice");

function ask(gate: ProxyProcess, headers: readonly Header[] = [basic(alice)], to = url, worker = 0): Exchange {
  return gate.workers[worker]!.request({ url: to, headers });
}

/** The questions about credentials that wait for an answer. */
function questions(gate: ProxyProcess): OutboundCall[] {
  return [...gate.calls].filter(({ headers }) => headers.get(":path") === "/api/edge/basic");
}

/** What the host says of a good credential at this time. */
function vouching(seconds: number, changed: Claims = {}, header: Claims = {}): string {
  const end = seconds + LEASE;
  const times = { iat: seconds, exp: end, session_exp: end, auth_time: seconds };
  return signToken(sessionKey, claims({ ...times, ...changed }), { typ: "zerohop-basic+jwt", ...header });
}

function vouch(gate: ProxyProcess, seconds = NOW, changed: Claims = {}): void {
  for (const call of questions(gate)) call.respond({ status: 200, body: vouching(seconds, changed) });
}

function refuse(gate: ProxyProcess): void {
  for (const call of questions(gate)) call.respond({ status: 403 });
}

/** A gate that has heard about alice's credential. */
function startKnowing(changed: Claims = {}): ProxyProcess {
  const gate = start(both, changed);
  const exchange = ask(gate);
  vouch(gate);
  expect(userOf(exchange)).toBe("alice");
  return gate;
}

const kindOf = ({ outcome }: Exchange) => outcome.kind;

describe("a right credential", () => {
  test("waits for the host, once, and is then believed for a lease", () => {
    const gate = start();
    const exchange = ask(gate, [basic(alice), ["user-agent", "curl"], ["remote-user", "root"]]);
    expect(kindOf(exchange)).toBe("paused");
    const [call] = questions(gate);
    expect(call!.headers.get("x-zerohop-credential")).toBe(alice);
    expect(call!.body).toHaveLength(0);
    expect(call!.headers.get(":method")).toBe("POST");
    expect(call!.headers.get("authorization")).toMatch(/^Bearer zhe_/);
    expect(call!.headers.get("x-zerohop-domain")).toBe("example.com");
    expect(call!.headers.get("x-forwarded-for")).toBe("203.0.113.7:40000");
    expect(call!.headers.get("user-agent")).toBe("curl");
    vouch(gate);
    expect(exchange.upstream.all("remote-user")).toEqual(["alice"]);
    expect(exchange.upstream.get("remote-groups")).toBe("admins,dev");
    exchange.respond(200);
    expect(exchange.response!.headers.all("set-cookie")).toEqual([]);

    setTime(gate, NOW + LEASE - 1);
    expect(userOf(ask(gate))).toBe("alice");
    expect(questions(gate)).toHaveLength(0);
  });

  test("is asked about again with each lease, and goes on as whom the host says", () => {
    const gate = startKnowing();
    for (let lease = 1; lease < 12; lease++) {
      const moment = NOW + lease * LEASE;
      setTime(gate, moment);
      const exchange = ask(gate);
      expect(kindOf(exchange)).toBe("paused");
      vouch(gate, moment, { groups: [`lease ${lease}`] });
      expect(kindOf(exchange), `lease ${lease}`).toBe("continued");
      expect(exchange.upstream.get("remote-groups")).toBe(`lease ${lease}`);
      expect(ask(gate).upstream.get("remote-groups")).toBe(`lease ${lease}`);
      expect(questions(gate)).toHaveLength(0);
    }
  });

  test("of a thousand requests at once is asked about with one call", () => {
    const gate = start();
    const exchanges = Array.from({ length: 1000 }, () => ask(gate));
    expect(questions(gate)).toHaveLength(1);
    vouch(gate);
    expect(new Set(exchanges.map(userOf))).toEqual(new Set(["alice"]));
    for (let i = 0; i < 1000; i++) expect(userOf(ask(gate))).toBe("alice");
    expect(questions(gate)).toHaveLength(0);
  });

  test("is known to the worker that asked, and to no other", () => {
    const gate = start(both, {}, 2);
    ask(gate);
    vouch(gate);
    expect(userOf(ask(gate))).toBe("alice");
    expect(kindOf(ask(gate, undefined, undefined, 1))).toBe("paused");
    expect(questions(gate)).toHaveLength(1);
  });

  test("is asked about again for a client of another address, which the host may have banned", () => {
    const gate = startKnowing();
    const from = (source: string) => gate.workers[0]!.request({ url, source, headers: [basic(alice)] });
    const elsewhere = ["198.51.100.66:40000", "[2001:db8::66]:40000"];
    for (const source of elsewhere) {
      const guess = from(source);
      expect(kindOf(guess)).toBe("paused");
      expect(questions(gate).map(({ headers }) => headers.get("x-forwarded-for"))).toEqual([source]);
      refuse(gate);
      expect(statusOf(guess)).toBe(401);
      expect(statusOf(from(source))).toBe(401);
      // What was said to one is nothing to the other.
      expect(userOf(ask(gate))).toBe("alice");
    }
    expect(userOf(from("203.0.113.7:41000"))).toBe("alice");
    expect(questions(gate)).toEqual([]);
  });

  test("in one cookie domain is nobody in another", () => {
    const gate = startKnowing({ policy: { default_policy: "one_factor" } });
    const other = ask(gate, undefined, "https://app.example.org/");
    expect(kindOf(other)).toBe("paused");
    expect(questions(gate)[0]!.headers.get("x-zerohop-domain")).toBe("example.org");
    // The host speaks of the domain it was not asked about.
    vouch(gate);
    gate.advance(2200);
    expect(statusOf(other)).toBe(503);
  });

  test("outranks a cookie", () => {
    const gate = startKnowing();
    const bob = sessionCookie(token({ sub: "bob" }));
    expect(userOf(ask(gate, [bob]))).toBe("bob");
    expect(userOf(ask(gate, [bob, basic(alice)]))).toBe("alice");
    const wrong = ask(gate, [bob, basic("!")]);
    expect(statusOf(wrong)).toBe(401);
  });

  test("does not open what needs two factors: other credentials are asked for", () => {
    const gate = startKnowing();
    const exchange = ask(gate, [browser, basic(alice)], "https://two.example.com/");
    expect(statusOf(exchange)).toBe(401);
    expect(exchange.answer.headers.get("www-authenticate")).toBe(challenge);
  });

  test("of somebody whom the rules deny is a 403", () => {
    const gate = start();
    const exchange = ask(gate, undefined, "https://admin.example.com/");
    vouch(gate, NOW, { groups: [] });
    expect(statusOf(exchange)).toBe(403);
    expect(ask(gate, undefined, "https://closed.example.com/").answer.status).toBe(403);
  });

  test("goes with its user's other tokens when the host takes them back", () => {
    const gate = startKnowing();
    publish(gate, content(both, { version: 2, not_before: { alice: NOW + 1 } }));
    const exchange = ask(gate);
    expect(kindOf(exchange)).toBe("paused");
    refuse(gate);
    expect(statusOf(exchange)).toBe(401);

    setTime(gate, NOW + 10);
    const changed = ask(gate);
    vouch(gate, NOW + 10);
    expect(userOf(changed)).toBe("alice");
    expect(userOf(ask(gate))).toBe("alice");
  });

  test("is not given the cookie of whoever asked before", () => {
    const gate = startKnowing();
    const old = token({ sid: "the session" });
    setTime(gate, NOW + 50);
    ask(gate, [sessionCookie(old)]);
    const renewal = [...gate.calls].find(({ headers }) => headers.get(":path") === "/api/edge/renew")!;
    const cookie = `zerohop_session=${token({ sid: "the session", iat: NOW + 50, exp: NOW + 110 })}; Path=/`;
    renewal.respond({ status: 204, headers: [["set-cookie", cookie]] });
    const superseded = ask(gate, [sessionCookie(old)]);
    const exchange = ask(gate);
    superseded.respond(200);
    exchange.respond(200);
    expect(superseded.response!.headers.all("set-cookie")).toEqual([cookie]);
    expect(exchange.response!.headers.all("set-cookie")).toEqual([]);
  });

  test("does not carry the session's cookie to the backend, wherever the request before had its own", () => {
    const gate = startKnowing();
    const session = `zerohop_session=${token()}`;
    const lines = [
      `${session}; theme=dark`,
      `theme=dark; ${session}`,
      `a=b; ${session}; c`,
      `theme=dark; padding=${"x".repeat(200)}`,
    ];
    for (const before of lines) {
      for (const line of lines) {
        ask(gate, [
          ["cookie", before],
          ["x-any", "1"],
        ]);
        const { upstream } = ask(gate, [["cookie", line], basic(alice)]);
        const left = line.split("; ").filter((part) => part !== session);
        expect(upstream.get("cookie")).toBe(left.join("; "));
      }
    }
  });
});

describe("a wrong credential", () => {
  test("is a challenge of the kind of its header, and the host is left alone for five seconds", () => {
    for (const [header, status, name] of [
      [basic(alice), 401, "www-authenticate"],
      [proxyBasic(alice), 407, "proxy-authenticate"],
    ] as const) {
      const gate = start();
      const exchange = ask(gate, [browser, header]);
      refuse(gate);
      expect(statusOf(exchange)).toBe(status);
      expect(exchange.answer.headers.get(name)).toBe(challenge);
      expect(exchange.answer.headers.get("location")).toBeUndefined();
      expect(exchange.answer.headers.get("content-type")).toBe("application/json");
      setTime(gate, NOW + 4);
      expect(statusOf(ask(gate, [header]))).toBe(status);
      expect(questions(gate)).toHaveLength(0);
      setTime(gate, NOW + 6);
      expect(kindOf(ask(gate, [header]))).toBe("paused");
      expect(questions(gate)).toHaveLength(1);
    }
  });

  test("of any kind is remembered as wrong", () => {
    const gate = start();
    for (let i = 0; i < 64; i++) {
      const headers = [basic(credential(`user ${i}`, `password ${i}`))];
      const exchange = ask(gate, headers);
      refuse(gate);
      expect(statusOf(exchange)).toBe(401);
      expect(questions(gate)).toHaveLength(0);
      if (i % 30 === 29) gate.advance(50);
    }
  });

  test("says nothing of another one", () => {
    const gate = start();
    ask(gate, [basic(credential("alice", "wrong"))]);
    refuse(gate);
    const exchange = ask(gate);
    expect(kindOf(exchange)).toBe("paused");
    vouch(gate);
    expect(userOf(exchange)).toBe("alice");
  });

  test("is not remembered for longer than that when the clock is set back", () => {
    const gate = start();
    ask(gate);
    refuse(gate);
    setTime(gate, NOW - 600);
    expect(kindOf(ask(gate))).toBe("paused");
  });

  test("that was right before is not believed again, not even when the host falls silent", () => {
    const gate = startKnowing();
    setTime(gate, NOW + LEASE);
    const changed = ask(gate);
    refuse(gate);
    expect(statusOf(changed)).toBe(401);
    setTime(gate, NOW + LEASE + 10);
    const exchange = ask(gate);
    for (const call of questions(gate)) call.fail();
    expect(statusOf(exchange)).toBe(503);
    expect(statusOf(ask(gate))).toBe(503);
  });

  const malformed: Readonly<Record<string, string>> = {
    "with a blank inside": "YWxp Y2U6ZGVtbw==",
    "with another byte": "YWxpY2U6ZGVtbw==\xff",
    "with letters of base64url": "YWxpY2U_-mRlbW8=",
    "with a second one behind a comma": "YWxpY2U6ZGVtbw==,YWxpY2U6ZGVtbw==",
    "longer than any": "A".repeat(1709),
    "as long as a proxy lets through": "A".repeat(60_000),
  };
  test.each(Object.entries(malformed))("%s never reaches the host", (_, value) => {
    const gate = start();
    expect(statusOf(ask(gate, [basic(value)]))).toBe(401);
    expect(statusOf(ask(gate, [proxyBasic(value)]))).toBe(407);
    expect(questions(gate)).toHaveLength(0);
  });

  test("as long as the longest may be is asked about", () => {
    const gate = start();
    ask(gate, [basic("A".repeat(1708))]);
    expect(questions(gate)[0]!.headers.get("x-zerohop-credential")!.length).toBe(1708);
  });
});

describe("a header", () => {
  test("of a bypass rule is nobody's, and nobody is asked", () => {
    const gate = start();
    for (const header of [basic(alice), basic("!"), proxyBasic(alice)]) {
      const { upstream } = ask(gate, [header, sessionCookie(token())], "https://public.example.com/");
      expect(upstream.get("remote-user")).toBeUndefined();
      expect(upstream.get(header[0])).toBeUndefined();
      expect(upstream.get("cookie")).toBeUndefined();
    }
    expect(questions(gate)).toHaveLength(0);
  });

  test("does not reach the backend, unless it is to be forwarded", () => {
    const gate = startKnowing();
    const { upstream } = ask(gate, [basic(alice), proxyBasic(alice)]);
    expect([upstream.get("authorization"), upstream.get("proxy-authorization")]).toEqual([undefined, undefined]);
    const forwarding = start([...both, "forward"]);
    const exchange = ask(forwarding);
    vouch(forwarding);
    expect(exchange.upstream.get("authorization")).toBe(`Basic ${alice}`);
    expect(exchange.upstream.get("remote-user")).toBe("alice");
  });

  test("of another scheme is the backend's, and the cookie tells who is asking", () => {
    const gate = start();
    for (const value of ["Bearer abc", "Digest username=a", "Basically no", "Basic", "basi", ""]) {
      const exchange = ask(gate, [["authorization", value], sessionCookie(token())]);
      expect(userOf(exchange), value).toBe("alice");
      expect(exchange.upstream.get("authorization")).toBe(value);
      const anonymous = ask(gate, [browser, ["authorization", value]]);
      expect(statusOf(anonymous)).toBe(302);
      expect(anonymous.answer.headers.get("www-authenticate")).toBeUndefined();
    }
    expect(questions(gate)).toHaveLength(0);
  });

  test("with tabs around its scheme is no backend's, and is asked for again where a login is needed", () => {
    const gate = startKnowing();
    for (const value of [`Basic\t${alice}`, `\tBasic ${alice}`, ` \tbasic\t ${alice}`]) {
      const open = ask(gate, [["authorization", value]], "https://public.example.com/");
      expect(open.upstream.get("authorization"), value).toBeUndefined();
    }
    expect(userOf(ask(gate, [["authorization", `\tBasic ${alice}`]]))).toBe("alice");
    const refused = ask(gate, [["authorization", `Basic\t${alice}`], sessionCookie(token())]);
    expect([statusOf(refused), refused.answer.headers.get("www-authenticate")]).toEqual([401, challenge]);
  });

  test("that has logged somebody in is no backend's, also under a rule that leaves the header to the application", () => {
    const rules = [
      { domain: "app.example.com", policy: "two_factor", subject: "user:bob" },
      { domain: "app.example.com", policy: "one_factor", basic: "off" },
      { domain: "public.example.com", policy: "bypass", basic: "off" },
    ];
    const gate = startKnowing({ policy: { default_policy: "deny", rules } });
    const exchange = ask(gate, [basic(alice)]);
    expect(userOf(exchange)).toBe("alice");
    expect(exchange.upstream.get("authorization")).toBeUndefined();
    const open = ask(gate, [basic(alice), proxyBasic(alice)], "https://public.example.com/");
    expect(open.upstream.get("authorization")).toBe(`Basic ${alice}`);
    expect(open.upstream.get("proxy-authorization")).toBeUndefined();
  });

  test("for the proxy is no backend's, whatever its scheme", () => {
    const gate = start();
    for (const value of ["Bearer abc", "Basic !", ""]) {
      const exchange = ask(gate, [["proxy-authorization", value]], "https://public.example.com/");
      expect(exchange.upstream.get("proxy-authorization"), value).toBeUndefined();
    }
    const left = ask(start(["authorization"]), [["proxy-authorization", "Bearer abc"]], "https://public.example.com/");
    expect(left.upstream.get("proxy-authorization")).toBe("Bearer abc");
  });

  test("names its scheme in any case, with any number of blanks around the credential", () => {
    const gate = startKnowing();
    for (const value of [`bAsIc ${alice}`, `BASIC   ${alice}`, `basic ${alice}  `])
      expect(userOf(ask(gate, [["authorization", value]])), value).toBe("alice");
  });

  test("that the domain does not take credentials from is left alone", () => {
    for (const [taken, left] of [
      ["authorization", "proxy-authorization"],
      ["proxy_authorization", "authorization"],
    ] as const) {
      const gate = start([taken]);
      const exchange = ask(gate, [sessionCookie(token()), [left, `Basic ${alice}`]]);
      expect(exchange.upstream.get(left)).toBe(`Basic ${alice}`);
      expect(userOf(exchange)).toBe("alice");
    }
    for (const gate of [start(undefined, { cookies: cookies() }), start([])]) {
      const { upstream } = ask(gate, [sessionCookie(token()), basic(alice), proxyBasic(alice)]);
      expect([upstream.get("authorization"), upstream.get("proxy-authorization")]).toEqual([
        `Basic ${alice}`,
        `Basic ${alice}`,
      ]);
      expect(statusOf(ask(gate, [browser, basic(alice)]))).toBe(302);
      expect(questions(gate)).toHaveLength(0);
    }
  });

  test("that comes twice is refused, for backends differ on which one counts", () => {
    const gate = startKnowing();
    for (const name of ["authorization", "proxy-authorization"]) {
      const twice: Header[] = [
        [name, "Bearer x"],
        [name, `Basic ${alice}`],
      ];
      expect(statusOf(ask(gate, twice))).toBe(400);
      expect(statusOf(ask(gate, twice, "https://public.example.com/"))).toBe(400);
    }
  });

  test("for the proxy counts before the other one", () => {
    const gate = start();
    const exchange = ask(gate, [basic(alice), proxyBasic(credential("bob"))]);
    expect(questions(gate).map(({ headers }) => headers.get("x-zerohop-credential"))).toEqual([credential("bob")]);
    vouch(gate, NOW, { sub: "bob" });
    expect(userOf(exchange)).toBe("bob");
  });

  test("proves nothing at a gate that has no host to ask", () => {
    const gate = startGate({ cookies: cookies(both) });
    const exchange = ask(gate, [browser, basic(alice)]);
    expect(statusOf(exchange)).toBe(302);
    expect(userOf(ask(gate, [sessionCookie(token()), basic(alice)]))).toBe("alice");
  });
});

describe("an answer", () => {
  const wrong: Readonly<Record<string, () => string>> = {
    "a session token": () => token(),
    "a bundle": () => signToken(sessionKey, bundle(), { typ: "zerohop-bundle+jwt" }),
    "a token of another key": () => signToken(newSessionKey(), claims(), { typ: "zerohop-basic+jwt" }),
    "a token of another key under the name of ours": () =>
      signToken(newSessionKey(), claims(), { typ: "zerohop-basic+jwt", kid: sessionKey.kid }),
    "a token of a domain that is none": () => vouching(NOW, { aud: "example.net" }),
    "a token that a backend could not be told of": () => vouching(NOW, { sub: "a\r\nb" }),
    "a token longer than any": () => vouching(NOW, { x: "x".repeat(5000) }),
    nothing: () => "",
    noise: () => "ok",
  };
  test.each(Object.entries(wrong))("with %s in it is none", (_, body) => {
    const gate = start();
    const exchange = ask(gate);
    questions(gate)[0]!.respond({ status: 200, body: body() });
    expect(statusOf(exchange)).toBe(503);
    expect(exchange.answer.headers.get("retry-after")).toBe("5");
  });

  test("is no session that a cookie could bring", () => {
    const gate = start();
    const value = vouching(NOW);
    ask(gate);
    questions(gate)[0]!.respond({ status: 200, body: value });
    expect(statusOf(ask(gate, [browser, sessionCookie(value)]))).toBe(302);
  });

  test("does not depend on the host's clock", () => {
    for (const shift of [-600, 600]) {
      const gate = start();
      const exchange = ask(gate);
      vouch(gate, NOW + shift);
      expect(userOf(exchange)).toBe("alice");
      setTime(gate, NOW + LEASE - 1);
      expect(userOf(ask(gate))).toBe("alice");
      setTime(gate, NOW + LEASE);
      expect(kindOf(ask(gate))).toBe("paused");
    }
  });

  test("for a client that is gone is kept for the next", () => {
    const gate = start();
    ask(gate).close();
    vouch(gate);
    expect(userOf(ask(gate))).toBe("alice");
  });
});

describe("a host that does not answer", () => {
  const silences: Readonly<Record<string, (call: OutboundCall) => void>> = {
    "a reset connection": (call) => call.fail(),
    "a time-out": (call) => call.timeOut(),
    "an error": (call) => call.respond({ status: 500 }),
    "an overload": (call) => call.respond({ status: 429 }),
    "no edge token of ours": (call) => call.respond({ status: 401 }),
  };

  test.each(Object.entries(silences))("%s is a 503 for a credential that is not known", (_, fall) => {
    const gate = start();
    const exchange = ask(gate);
    fall(questions(gate)[0]!);
    expect(statusOf(exchange)).toBe(503);
    expect(statusOf(ask(gate))).toBe(503);
    expect(questions(gate)).toHaveLength(0);
  });

  test.each(Object.entries(silences))("%s stretches a known one by the outage grace", (_, fall) => {
    const gate = startKnowing();
    setTime(gate, NOW + LEASE);
    const exchange = ask(gate);
    fall(questions(gate)[0]!);
    expect(userOf(exchange)).toBe("alice");
    expect(userOf(ask(gate))).toBe("alice");
    setTime(gate, NOW + LEASE + GRACE);
    const late = ask(gate);
    for (const call of questions(gate)) fall(call);
    expect(statusOf(late)).toBe(503);
  });

  test("never makes a request wait longer than 2 s", () => {
    const gate = start();
    const exchanges = Array.from({ length: 200 }, (_, i) => ask(gate, [basic(credential(`user ${i}`))]));
    gate.advance(2200);
    expect(new Set(exchanges.map(statusOf))).toEqual(new Set([503]));
  });

  test("that answers at last makes no request wait longer either whose question had to wait for its turn", () => {
    const gate = start();
    const exchanges = Array.from({ length: 200 }, (_, i) => ask(gate, [basic(credential(`user ${i}`))]));
    gate.advance(1900);
    refuse(gate);
    gate.advance(50);
    expect(exchanges.map(kindOf)).toContain("paused");
    gate.advance(250);
    expect(exchanges.map(kindOf)).not.toContain("paused");
  });

  test("is asked about a stretched credential as about one, also for a request that the rules deny", () => {
    const gate = start();
    ask(gate);
    vouch(gate, NOW, { groups: [] });
    setTime(gate, NOW + LEASE);
    ask(gate);
    questions(gate)[0]!.fail();
    gate.advance(1000);
    expect(statusOf(ask(gate, undefined, "https://admin.example.com/"))).toBe(403);
    const paths = [...gate.calls].map(({ headers }) => headers.get(":path"));
    expect(paths).toContain("/api/edge/basic");
    expect(paths).not.toContain("/api/edge/renew");
  });

  test("about credentials is asked about sessions all the same: strangers can't keep leases from being renewed", () => {
    const gate = start();
    setTime(gate, NOW + 50);
    for (let i = 0; i < 200; i++) {
      ask(gate, [basic(credential(`stranger ${i}`))]);
      if (i % 2 === 0) for (const call of questions(gate)) call.respond({ status: 503 });
      if (i % 8 === 0) gate.advance(50);
    }
    ask(gate, [sessionCookie(token())]);
    expect([...gate.calls].map(({ headers }) => headers.get(":path"))).toContain("/api/edge/renew");
  });

  test("leaves room for questions about sessions while strangers wait", () => {
    const gate = start();
    setTime(gate, NOW + 50);
    for (let i = 0; i < 500; i++) {
      ask(gate, [basic(credential(`stranger ${i}`))]);
      if (i % 50 === 49) gate.advance(50);
    }
    ask(gate, [sessionCookie(token())]);
    expect([...gate.calls].map(({ headers }) => headers.get(":path"))).toContain("/api/edge/renew");
  });
});
