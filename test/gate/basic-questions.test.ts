// Basic credentials at the gate. The host here is the test, which answers calls as the edge API does.
import { expect, test } from "vitest";
import type { Exchange } from "../../workshop/gate/proxy-wasm/exchange.ts";
import type { OutboundCall } from "../../workshop/gate/proxy-wasm/outbound-calls.ts";
import type { ProxyProcess } from "../../workshop/gate/proxy-wasm/proxy-process.ts";
import { signToken } from "../../workshop/gate/tokens.ts";
import {
  claims,
  domain,
  NOW,
  portal,
  sessionCookie,
  sessionKey,
  setTime,
  startPolling,
  statusOf,
  token,
  userOf,
} from "./gate.ts";

const url = "https://app.example.com/";

function start(): ProxyProcess {
  const cookies = [{ domain, portal, name: "zerohop_session", basic: ["proxy_authorization"] }];
  return startPolling({ cookies });
}

function ask(gate: ProxyProcess, user: string): Exchange {
  const credential = Buffer.from(`${user}:secret`).toString("base64");
  return gate.request({ url, headers: [["proxy-authorization", `Basic ${credential}`]] });
}

/** The questions about credentials that wait for an answer. */
function questions(gate: ProxyProcess): OutboundCall[] {
  return [...gate.calls].filter(({ headers }) => headers.get(":path") === "/api/edge/basic");
}

/** What the host says of a good credential. */
function vouch(user: string, typ = "zerohop-basic+jwt"): string {
  const times = { iat: NOW, exp: NOW + 60, session_exp: NOW + 60 };
  return signToken(sessionKey, claims({ sub: user, ...times }), { typ });
}

test("a bad credential is refused with one question to the host, and for five seconds without another", () => {
  const gate = start();
  const users = Array.from({ length: 40 }, (_, i) => `user ${i}`);
  for (const user of users) {
    const exchange = ask(gate, user);
    questions(gate)[0]!.respond({ status: 403 });
    expect(statusOf(exchange), user).toBe(407);
    expect(questions(gate), user).toHaveLength(0);
    expect(statusOf(ask(gate, user)), user).toBe(407);
    expect(questions(gate), user).toHaveLength(0);
    gate.advance(50);
  }
  setTime(gate, NOW + 60);
  expect(ask(gate, users[0]!).outcome.kind).toBe("paused");
});

test("a good credential is verified with one question to the host in its minute", () => {
  const gate = start();
  const exchange = ask(gate, "bob");
  questions(gate)[0]!.respond({ status: 200, body: vouch("bob") });
  expect(userOf(exchange)).toBe("bob");
  setTime(gate, NOW + 59);
  expect(userOf(ask(gate, "bob"))).toBe("bob");
  expect(questions(gate)).toHaveLength(0);
});

test("two credentials that are asked about at once each get the answer to their own question, in whatever order", () => {
  for (const order of [
    [0, 1],
    [1, 0],
  ] as const) {
    const gate = start();
    const exchanges = [ask(gate, "bob"), ask(gate, "mallory")] as const;
    const asked = questions(gate);
    const answers = [{ status: 200, body: vouch("bob") }, { status: 403 }] as const;
    for (const i of order) asked[i]!.respond(answers[i]);
    expect([userOf(exchanges[0]), statusOf(exchanges[1])]).toEqual(["bob", 407]);
    expect([userOf(ask(gate, "bob")), statusOf(ask(gate, "mallory"))]).toEqual(["bob", 407]);
    expect(questions(gate)).toEqual([]);
  }
});

test("an answer without a body vouches for nobody: least of all by what the answer before it said", () => {
  const gate = start();
  const [bob, mallory] = [ask(gate, "bob"), ask(gate, "mallory")];
  const asked = questions(gate);
  // Whoever waited for it is gone: nothing is read that could take the place of the answer.
  bob.close();
  asked[0]!.respond({ status: 200, body: vouch("bob") });
  asked[1]!.respond({ status: 200 });
  expect([statusOf(mallory), statusOf(ask(gate, "mallory"))]).toEqual([503, 503]);
  expect(userOf(ask(gate, "bob"))).toBe("bob");
});

test("a question is not repeated for the request that it was asked for, whatever the answer", () => {
  const answers = [{ status: 500 }, { status: 429 }, { status: 204 }, { status: 200 }];
  const tokens = ["", "no token", vouch("bob", "JWT"), vouch("bob").replace(/.{8}$/, "AAAAAAAA")];
  for (const answer of [...answers, ...tokens.map((body) => ({ status: 200, body }))]) {
    const gate = start();
    const exchange = ask(gate, "bob");
    questions(gate)[0]!.respond(answer);
    expect(statusOf(exchange), JSON.stringify(answer)).toBe(503);
    expect(questions(gate)).toHaveLength(0);
  }
});

test("a host without an answer about some credentials goes on being asked about others", () => {
  for (const status of [422, 429, 500]) {
    const gate = start();
    for (const user of ["alice", "bob", "carol", "dave"]) {
      const exchange = ask(gate, user);
      questions(gate)[0]!.respond({ status });
      expect(statusOf(exchange), user).toBe(503);
      // Not again about the same one, at once.
      expect(statusOf(ask(gate, user)), user).toBe(503);
      expect(questions(gate), user).toHaveLength(0);
    }
    const other = ask(gate, "erin");
    questions(gate)[0]!.respond({ status: 200, body: vouch("erin") });
    expect(userOf(other)).toBe("erin");
    setTime(gate, NOW + 2);
    const again = ask(gate, "bob");
    questions(gate)[0]!.respond({ status: 200, body: vouch("bob") });
    expect(userOf(again)).toBe("bob");
  }
});

test("a credential that was good is believed for the grace when the host has no answer about it any more", () => {
  const cookies = [{ domain, portal, name: "zerohop_session", basic: ["proxy_authorization"] }];
  const gate = startPolling({ cookies, outage_grace: 900 });
  ask(gate, "bob");
  questions(gate)[0]!.respond({ status: 200, body: vouch("bob") });
  setTime(gate, NOW + 61);
  const exchange = ask(gate, "bob");
  questions(gate)[0]!.respond({ status: 500 });
  expect(userOf(exchange)).toBe("bob");
  setTime(gate, NOW + 61 + 900);
  const late = ask(gate, "bob");
  questions(gate)[0]!.respond({ status: 500 });
  expect(statusOf(late)).toBe(503);
});

test("a host that verifies no passwords goes on being asked about sessions", () => {
  for (const fall of [(call: OutboundCall) => call.timeOut(), (call: OutboundCall) => call.respond({ status: 503 })]) {
    const gate = start();
    const exchange = ask(gate, "bob");
    fall(questions(gate)[0]!);
    expect(statusOf(exchange)).toBe(503);
    setTime(gate, NOW + 50);
    gate.request({ url, headers: [sessionCookie(token())] });
    expect([...gate.calls].map(({ headers }) => headers.get(":path"))).toContain("/api/edge/renew");
  }
});
