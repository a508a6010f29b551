// The life of a lease at the gate: renewed while requests go on, waited for when it has run out, stretched when the host is
// silent. The host here is the test, which answers calls as the edge API does.
import { describe, expect, test } from "vitest";
import type { Exchange } from "../../workshop/gate/proxy-wasm/exchange.ts";
import type { OutboundCall } from "../../workshop/gate/proxy-wasm/outbound-calls.ts";
import type { ProxyProcess } from "../../workshop/gate/proxy-wasm/proxy-process.ts";
import { type Claims, forged } from "../../workshop/gate/tokens.ts";
import * as fixture from "./gate.ts";
import { browser, NOW, publish, sessionCookie, setTime, startGate, startPolling, statusOf, userOf } from "./gate.ts";

const url = "https://app.example.com/";
const LEASE = 60;
const GRACE = 900;
const attributes = "Path=/; Domain=example.com; HttpOnly; Secure; SameSite=Lax";

/** A token of the same session each time, unless said otherwise. */
function token(changed: Claims = {}): string {
  return fixture.token({ sid: "the session", ...changed });
}

function start(content: Claims = {}, workers = 1): ProxyProcess {
  return startPolling({ outage_grace: GRACE, ...content }, { workers });
}

function ask(gate: ProxyProcess, value: string, worker = 0): Exchange {
  return gate.workers[worker]!.request({ url, headers: [browser, sessionCookie(value), ["user-agent", "Firefox"]] });
}

/** The questions about sessions that wait for an answer. */
function renewals(gate: ProxyProcess): OutboundCall[] {
  return [...gate.calls].filter(({ headers }) => headers.get(":path") === "/api/edge/renew");
}

/** What the host sets when it renews at this time. */
function renewedCookie(seconds: number, changed: Claims = {}): string {
  const value = token({ iat: seconds, exp: seconds + LEASE, ...changed });
  return `zerohop_session=${value}; ${attributes}`;
}

function renew(call: OutboundCall, cookie: string): void {
  call.respond({ status: 204, headers: [["set-cookie", cookie]] });
}

const tokenIn = (cookie: string) => /=([^;]+)/.exec(cookie)![1]!;

function cookiesGiven({ response }: Exchange): readonly string[] | undefined {
  return response?.headers.all("set-cookie");
}

describe("a lease in its second half", () => {
  test("is renewed while the request goes on, and the response brings the cookie beside the backend's own", () => {
    const gate = start();
    const value = token();
    setTime(gate, NOW + 29);
    expect(userOf(ask(gate, value))).toBe("alice");
    expect(renewals(gate)).toHaveLength(0);

    setTime(gate, NOW + 46);
    const exchange = ask(gate, value);
    expect(userOf(exchange)).toBe("alice");
    const [call] = renewals(gate);
    expect(call!.headers.get("x-zerohop-session")).toBe(value);
    expect(call!.body).toHaveLength(0);
    expect(call!.headers.get(":method")).toBe("POST");
    expect(call!.headers.get("authorization")).toMatch(/^Bearer zhe_/);
    expect(call!.headers.get("x-forwarded-for")).toBe("203.0.113.7:40000");
    expect(call!.headers.get("user-agent")).toBe("Firefox");

    const cookie = renewedCookie(NOW + 46);
    renew(call!, cookie);
    exchange.respond(200, [
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
    ]);
    expect(cookiesGiven(exchange)).toEqual(["a=1", "b=2", cookie]);
  });

  test("begins to be renewed at a moment of its own, in the third quarter", () => {
    const moments = new Set<number>();
    for (let i = 0; i < 12; i++) {
      const gate = start();
      const value = token({ iat: NOW, exp: NOW + 400, sid: `session ${i}` });
      let moment = NOW + 199;
      for (; renewals(gate).length === 0; moment++) {
        setTime(gate, moment);
        ask(gate, value);
      }
      expect(moment - NOW).toBeGreaterThanOrEqual(200);
      expect(moment - NOW).toBeLessThanOrEqual(302);
      moments.add(moment);
    }
    expect(moments.size).toBeGreaterThan(4);
  });

  test("holds a response that is quicker than the host, for 100 ms at the most", () => {
    const gate = start();
    setTime(gate, NOW + 50);
    const quick = ask(gate, token());
    quick.respond(200);
    expect(quick.response).toBeUndefined();
    const cookie = renewedCookie(NOW + 50);
    renew(renewals(gate)[0]!, cookie);
    expect(cookiesGiven(quick)).toEqual([cookie]);

    const slow = ask(gate, token({ sid: "another" }));
    slow.respond(200);
    gate.advance(160);
    expect(slow.response!.status).toBe(200);
    expect(cookiesGiven(slow)).toEqual([]);
  });

  test("is asked about once, whoever else uses the session meanwhile", () => {
    const gate = start();
    const value = token();
    setTime(gate, NOW + 50);
    for (let i = 0; i < 20; i++) expect(userOf(ask(gate, value))).toBe("alice");
    expect(renewals(gate)).toHaveLength(1);
  });

  test("gives whoever still sends the old token the new cookie, and the new identity", () => {
    const gate = start();
    const value = token();
    setTime(gate, NOW + 50);
    ask(gate, value);
    const cookie = renewedCookie(NOW + 50, { groups: ["ops"] });
    renew(renewals(gate)[0]!, cookie);
    for (const moment of [51, 61, 75]) {
      setTime(gate, NOW + moment);
      const exchange = ask(gate, value);
      expect(exchange.upstream.get("remote-groups")).toBe("ops");
      exchange.respond(200);
      expect(cookiesGiven(exchange)).toEqual([cookie]);
    }
    const current = ask(gate, tokenIn(cookie));
    current.respond(200);
    expect(cookiesGiven(current)).toEqual([]);
    expect(renewals(gate)).toHaveLength(0);
  });

  test("ends at once when the host says that the session is over", () => {
    const gate = start();
    const value = token();
    setTime(gate, NOW + 50);
    ask(gate, value);
    renewals(gate)[0]!.respond({ status: 410 });
    const exchange = ask(gate, value);
    expect(statusOf(exchange)).toBe(302);
    expect(renewals(gate)).toHaveLength(0);
  });

  test("that has ended makes way for another session, whichever of the two cookies comes first", () => {
    const gate = start();
    const [over, other] = [token(), token({ sid: "another", sub: "bob", iat: NOW + 50, exp: NOW + 110 })];
    setTime(gate, NOW + 50);
    ask(gate, over);
    renewals(gate)[0]!.respond({ status: 410 });
    for (const pair of [
      [over, other],
      [other, over],
    ]) {
      const exchange = gate.workers[0]!.request({ url, headers: [browser, ...pair.map(sessionCookie)] });
      expect(userOf(exchange)).toBe("bob");
    }
  });

  test("takes no cookie but one with a token of the same session", () => {
    const cookies = [
      renewedCookie(NOW + 50, { sid: "another" }),
      renewedCookie(NOW + 50, { aud: "example.org" }),
      `zerohop_session=${forged(token({ iat: NOW + 50, exp: NOW + 110 }))}; ${attributes}`,
      "zerohop_session=; Max-Age=0",
      "x".repeat(10_000),
      "",
    ];
    for (const cookie of cookies) {
      const gate = start();
      const value = token();
      setTime(gate, NOW + 50);
      const exchange = ask(gate, value);
      renew(renewals(gate)[0]!, cookie);
      exchange.respond(200);
      expect(cookiesGiven(exchange), cookie).toEqual([]);
      setTime(gate, NOW + 59);
      expect(statusOf(ask(gate, value))).toBe(200);
    }
  });

  test("takes no cookie of another cookie domain, though the session has the same name there", () => {
    const cookies = [
      { domain: "example.com", portal: fixture.portal, name: "zerohop_session" },
      { domain: "example.org", portal: "https://auth.example.org", name: "zerohop_session" },
    ];
    const gate = start({ cookies });
    const value = token();
    setTime(gate, NOW + 50);
    const exchange = ask(gate, value);
    renew(renewals(gate)[0]!, renewedCookie(NOW + 50, { aud: "example.org", iss: "https://auth.example.org" }));
    exchange.respond(200);
    expect(cookiesGiven(exchange)).toEqual([]);
    expect(statusOf(ask(gate, value))).toBe(200);
  });

  test("does not bring the cookie of a session that was revoked while the backend answered", () => {
    const gate = start();
    setTime(gate, NOW + 50);
    const exchange = ask(gate, token({ sid: "gone" }));
    renew(renewals(gate)[0]!, renewedCookie(NOW + 50, { sid: "gone" }));
    publish(gate, { version: 2, revoked_sessions: ["gone"], outage_grace: GRACE });
    exchange.respond(200);
    expect(cookiesGiven(exchange)).toEqual([]);
  });

  test("is left alone by a gate without a host", () => {
    const gate = startGate();
    setTime(gate, NOW + 59);
    expect(statusOf(ask(gate, token()))).toBe(200);
    setTime(gate, NOW + 60);
    expect(statusOf(ask(gate, token()))).toBe(302);
  });
});

describe("a lease that has run out", () => {
  test("waits for the host, and goes on with the new lease", () => {
    const gate = start();
    const value = token();
    setTime(gate, NOW + 300);
    const waiting = [ask(gate, value), ask(gate, value), ask(gate, value)];
    expect(waiting.map(({ outcome }) => outcome.kind)).toEqual(["paused", "paused", "paused"]);
    expect(renewals(gate)).toHaveLength(1);
    const cookie = renewedCookie(NOW + 300);
    renew(renewals(gate)[0]!, cookie);
    for (const exchange of waiting) {
      expect(userOf(exchange)).toBe("alice");
      expect(exchange.upstream.get("cookie")).toBeUndefined();
      exchange.respond(200);
      expect(cookiesGiven(exchange)).toEqual([cookie]);
    }
  });

  test("is decided with the identity that the host gives now", () => {
    const gate = start();
    setTime(gate, NOW + 300);
    const headers = [browser, sessionCookie(token({ groups: ["admins"] }))];
    const exchange = gate.request({ url: "https://admin.example.com/", headers });
    renew(renewals(gate)[0]!, renewedCookie(NOW + 300, { groups: [] }));
    expect(statusOf(exchange)).toBe(403);
  });

  test("leads to the login when the host says that the session is over", () => {
    const gate = start();
    setTime(gate, NOW + 300);
    const exchange = ask(gate, token());
    renewals(gate)[0]!.respond({ status: 410 });
    expect(statusOf(exchange)).toBe(302);
  });

  test("never makes a request wait longer than 2 s", () => {
    const gate = start({ outage_grace: 0 });
    setTime(gate, NOW + 300);
    const exchange = ask(gate, token());
    gate.advance(2150);
    expect(statusOf(exchange)).toBe(503);
    expect(exchange.answer.headers.get("retry-after")).toBe("5");
  });

  test("is nobody's after the end of the session, and the host is not asked", () => {
    const gate = start();
    setTime(gate, NOW + 3600);
    expect(statusOf(ask(gate, token()))).toBe(302);
    expect(renewals(gate)).toHaveLength(0);
  });

  test("is forgotten with a client that goes away while it waits", () => {
    const gate = start();
    const value = token();
    setTime(gate, NOW + 300);
    ask(gate, value).close();
    renew(renewals(gate)[0]!, renewedCookie(NOW + 300));
    expect(userOf(ask(gate, value))).toBe("alice");
  });

  test("still loses the session's cookie and forged identities on their way to the backend", () => {
    const gate = start();
    setTime(gate, NOW + 300);
    const headers = [browser, sessionCookie(`${token()}; theme=dark`), ["remote-user", "root"]] as const;
    const exchange = gate.request({ url, headers });
    renew(renewals(gate)[0]!, renewedCookie(NOW + 300));
    expect(exchange.upstream.get("cookie")).toBe("theme=dark");
    expect(exchange.upstream.all("remote-user")).toEqual(["alice"]);
  });

  test("of a thousand sessions at once: all are asked about in turn, and all go on", () => {
    const gate = start();
    const tokens = Array.from({ length: 900 }, (_, i) => token({ sid: `session ${i}`, sub: `user ${i}` }));
    // Their tokens are known, each by a client of its own.
    tokens.forEach((value, i) => {
      if (i % 90 === 89) gate.advance(1000);
      gate.request({ url, headers: [sessionCookie(value)], source: `10.0.${i >> 8}.${i & 255}:4000` });
    });
    setTime(gate, NOW + 300);
    const exchanges = tokens.map((value) => ask(gate, value));
    for (let i = 0; i < 30; i++) {
      for (const call of renewals(gate)) {
        const claims = JSON.parse(
          Buffer.from(call.headers.get("x-zerohop-session")!.split(".")[1]!, "base64url").toString(),
        );
        renew(call, renewedCookie(NOW + 300, { sid: claims.sid, sub: claims.sub }));
      }
      gate.advance(50);
    }
    expect(new Set(exchanges.map(statusOf))).toEqual(new Set([200]));
    expect(exchanges.map(userOf)).toEqual(tokens.map((_, i) => `user ${i}`));
  });
});

describe("a host that does not answer", () => {
  const silences: Readonly<Record<string, (call: OutboundCall) => void>> = {
    "a reset connection": (call) => call.fail(),
    "a time-out": (call) => call.timeOut(),
    "a gateway without a host": (call) => call.respond({ status: 502 }),
    "a host without its database": (call) => call.respond({ status: 503 }),
    "no edge token of ours": (call) => call.respond({ status: 401 }),
  };

  test.each(Object.entries(silences))("%s stretches the lease by the outage grace", (_, fall) => {
    const gate = start();
    const value = token();
    setTime(gate, NOW + LEASE + 100);
    const exchange = ask(gate, value);
    fall(renewals(gate)[0]!);
    expect(userOf(exchange)).toBe("alice");
    expect(userOf(ask(gate, value))).toBe("alice");
    expect(
      gate.log.filter(({ message }) => message.includes("stretched") || message.includes("edge token")),
    ).toHaveLength(1);
  });

  test("is a 503 page when the grace is over too, and no login; without a session it is a login", () => {
    const gate = start();
    const value = token();
    setTime(gate, NOW + LEASE + GRACE);
    const exchange = ask(gate, value);
    renewals(gate)[0]!.fail();
    expect(statusOf(exchange)).toBe(503);
    expect(exchange.answer.headers.get("content-type")).toContain("text/html");
    expect(statusOf(ask(gate, value))).toBe(503);
    expect(statusOf(gate.request({ url, headers: [browser] }))).toBe(302);
    const open = gate.request({ url: "https://public.example.com/", headers: [sessionCookie(value)] });
    expect(userOf(open)).toBeUndefined();
  });

  test("does not stretch anything past the session's own end", () => {
    const gate = start();
    const value = token({ session_exp: NOW + 100 });
    setTime(gate, NOW + 99);
    const exchange = ask(gate, value);
    renewals(gate)[0]!.fail();
    expect(statusOf(exchange)).toBe(200);
    setTime(gate, NOW + 100);
    expect(statusOf(ask(gate, value))).toBe(302);
  });

  test("does not stretch the lease of a revoked session", () => {
    const gate = start();
    setTime(gate, NOW + LEASE + 1);
    const value = token({ sid: "gone" });
    ask(gate, value);
    renewals(gate)[0]!.fail();
    expect(statusOf(ask(gate, value))).toBe(200);
    publish(gate, { version: 2, revoked_sessions: ["gone"], outage_grace: GRACE });
    expect(statusOf(ask(gate, value))).toBe(302);
  });

  test("is asked again after pauses that grow, one question at a time", () => {
    const gate = start();
    const tokens = Array.from({ length: 50 }, (_, i) => token({ sid: `session ${i}` }));
    setTime(gate, NOW + LEASE + 1);
    ask(gate, tokens[0]!);
    renewals(gate)[0]!.fail();
    let asked = 0;
    for (let i = 0; i < 600; i++) {
      gate.advance(50);
      for (const value of tokens) expect(statusOf(ask(gate, value))).toBe(200);
      expect(renewals(gate).length).toBeLessThanOrEqual(1);
      for (const call of renewals(gate)) {
        asked++;
        call.fail();
      }
    }
    expect(asked).toBeGreaterThan(4);
    expect(asked).toBeLessThan(12);
  });

  test("is asked again soon, however many questions were out when it fell silent", () => {
    const gate = start();
    const tokens = Array.from({ length: 40 }, (_, i) => token({ sid: `session ${i}` }));
    setTime(gate, NOW + LEASE + 1);
    for (const value of tokens) ask(gate, value);
    expect(renewals(gate)).toHaveLength(40);
    for (const call of renewals(gate)) call.fail();
    gate.advance(500);
    ask(gate, tokens[0]!);
    expect(renewals(gate)).toHaveLength(1);
  });

  test("comes back without a herd: the questions of many sessions are spread over seconds", () => {
    const gate = start();
    const tokens = Array.from({ length: 240 }, (_, i) => token({ sid: `session ${i}` }));
    setTime(gate, NOW + LEASE + 1);
    ask(gate, tokens[0]!);
    renewals(gate)[0]!.fail();
    gate.advance(1000);
    const perTick: number[] = [];
    for (let i = 0; i < 70; i++) {
      for (const value of tokens) ask(gate, value);
      perTick.push(renewals(gate).length);
      for (const call of renewals(gate)) {
        const claims = JSON.parse(
          Buffer.from(call.headers.get("x-zerohop-session")!.split(".")[1]!, "base64url").toString(),
        );
        const seconds = Math.floor(gate.clock.now / 1000);
        renew(call, renewedCookie(seconds, { sid: claims.sid }));
      }
      gate.advance(50);
    }
    expect(perTick.reduce((a, b) => a + b)).toBe(240);
    expect(Math.max(...perTick)).toBeLessThan(30);
  });
});

describe("a host that has no answer about one session", () => {
  const failures: Readonly<Record<string, (call: OutboundCall) => void>> = {
    "a profile that no token can hold": (call) => call.respond({ status: 422 }),
    "too much to do": (call) => call.respond({ status: 429 }),
    "an error of its own": (call) => call.respond({ status: 500 }),
    "a question that it does not understand": (call) => call.respond({ status: 400 }),
    "an answer without a cookie": (call) => call.respond({ status: 204 }),
    "the cookie of another session": (call) => renew(call, renewedCookie(NOW + LEASE + 1, { sid: "another" })),
  };
  const trouble = token({ sid: "in trouble" });

  test.each(Object.entries(failures))("%s: stretches its lease, and goes on being asked about others", (_, fall) => {
    const gate = start();
    setTime(gate, NOW + LEASE + 1);
    const exchange = ask(gate, trouble);
    fall(renewals(gate)[0]!);
    expect(userOf(exchange)).toBe("alice");
    expect(userOf(ask(gate, trouble))).toBe("alice");
    expect(renewals(gate)).toHaveLength(0);
    const other = ask(gate, token());
    expect(other.outcome.kind).toBe("paused");
    renew(renewals(gate)[0]!, renewedCookie(NOW + LEASE + 1));
    expect(userOf(other)).toBe("alice");
    expect(gate.log.filter(({ message }) => message.includes("has no answer"))).toHaveLength(1);
    expect(gate.log.filter(({ message }) => message.includes("stretched"))).toHaveLength(0);
  });

  test("refuses that session alone when the grace is over, though three of them ask without end", () => {
    const gate = start();
    const three = [1, 2, 3].map((number) => token({ sid: `in trouble ${number}` }));
    const begin = NOW + LEASE + GRACE;
    for (let second = 0; second < 60; second++) {
      setTime(gate, begin + second);
      const exchanges = three.map((value) => ask(gate, value));
      for (const call of renewals(gate)) call.respond({ status: 500 });
      expect(exchanges.map(statusOf)).toEqual([503, 503, 503]);
      const other = ask(gate, token({ sid: `other ${second}` }));
      expect(renewals(gate)).toHaveLength(1);
      renew(renewals(gate)[0]!, renewedCookie(begin + second, { sid: `other ${second}` }));
      expect(statusOf(other)).toBe(200);
    }
  });

  test("is asked about it again after pauses that grow up to half a minute, and believed when it has an answer", () => {
    const gate = start();
    const moments: number[] = [];
    for (let second = 1; second < 200; second++) {
      setTime(gate, NOW + LEASE + second);
      ask(gate, trouble);
      for (const call of renewals(gate)) {
        moments.push(second);
        call.respond({ status: 500 });
      }
    }
    const pauses = moments.slice(1).map((moment, i) => moment - moments[i]!);
    expect(pauses.slice(0, 5)).toEqual([2, 4, 8, 16, 32]);
    expect(new Set(pauses.slice(5))).toEqual(new Set([32]));
    setTime(gate, NOW + LEASE + 240);
    ask(gate, trouble);
    renew(renewals(gate)[0]!, renewedCookie(NOW + LEASE + 240, { sid: "in trouble", groups: ["ops"] }));
    expect(ask(gate, trouble).upstream.get("remote-groups")).toBe("ops");
  });

  test("ends it when it says at last that it is over", () => {
    const gate = start();
    setTime(gate, NOW + LEASE + 1);
    ask(gate, trouble);
    renewals(gate)[0]!.respond({ status: 500 });
    setTime(gate, NOW + LEASE + 4);
    ask(gate, trouble);
    renewals(gate)[0]!.respond({ status: 410 });
    expect(statusOf(ask(gate, trouble))).toBe(302);
  });

  test("says so once a minute at most, whoever brings it about", () => {
    const gate = start();
    for (let second = 1; second < 120; second++) {
      setTime(gate, NOW + LEASE + second);
      ask(gate, token({ sid: `in trouble ${second}` }));
      renewals(gate)[0]!.respond({ status: 500 });
    }
    expect(gate.log.filter(({ message }) => message.includes("has no answer"))).toHaveLength(2);
  });
});

describe.each([20 * 60, 12 * 3600])("a gate whose clock is %i seconds behind its host's", (ahead) => {
  const issue = (gate: ProxyProcess, seconds: number, version: number, revoked_sessions: string[] = []) => {
    setTime(gate, NOW + seconds);
    // The poll that was open meanwhile has run out.
    do gate.advance(500);
    while (gate.calls.size === 0);
    publish(gate, { version, iat: NOW + ahead + seconds, outage_grace: GRACE, revoked_sessions });
  };
  const lent = (seconds: number) =>
    token({ iat: NOW + ahead + seconds, exp: NOW + ahead + seconds + LEASE, session_exp: NOW + ahead + 86_400 });

  test("goes by the host's time: a session that was ended stays so when its revocation is forgotten, and one that is used is renewed", () => {
    const gate = start({ version: 2, iat: NOW + ahead });
    const value = lent(0);
    expect(userOf(ask(gate, value))).toBe("alice");
    issue(gate, 5, 3, ["the session"]);
    expect(statusOf(ask(gate, value))).toBe(302);
    // A lease, the outage grace, and what clocks may differ by.
    issue(gate, 1030, 4);
    const asked = ask(gate, value);
    expect(asked.outcome.kind).toBe("paused");
    renewals(gate)[0]!.respond({ status: 410 });
    expect(statusOf(asked)).toBe(302);

    const young = lent(1030);
    expect(userOf(ask(gate, young))).toBe("alice");
    setTime(gate, NOW + 1030 + 46);
    expect(userOf(ask(gate, young))).toBe("alice");
    expect(renewals(gate)).toHaveLength(1);
  });
});

describe("clocks that differ by ten minutes", () => {
  test("a gate ahead of its host asks once, and then believes what it was just given for a lease's length", () => {
    const gate = start();
    const value = token();
    setTime(gate, NOW + 600);
    const exchange = ask(gate, value);
    expect(exchange.outcome.kind).toBe("paused");
    renew(renewals(gate)[0]!, renewedCookie(NOW));
    expect(userOf(exchange)).toBe("alice");
    setTime(gate, NOW + 600 + 29);
    expect(userOf(ask(gate, value))).toBe("alice");
    expect(renewals(gate)).toHaveLength(0);
    setTime(gate, NOW + 600 + LEASE);
    expect(ask(gate, value).outcome.kind).toBe("paused");
  });

  test("a gate behind its host believes a lease ten minutes longer, and a renewed one for its length", () => {
    const gate = start({ iat: NOW - 600 });
    const value = token();
    setTime(gate, NOW - 600);
    expect(userOf(ask(gate, value))).toBe("alice");
    expect(renewals(gate)).toHaveLength(0);
  });
});
