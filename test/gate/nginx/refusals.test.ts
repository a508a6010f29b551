// Every refusal that follows a question to the host: it arrives, with its body, and says what it says where nobody had to be asked.
import { expect, test } from "vitest";
import type { Header } from "../../../workshop/gate/proxy-wasm/headers.ts";
import type { NginxCall } from "../../../workshop/gate/proxy-wasm/nginx/nginx-call.ts";
import type { NginxProcess } from "../../../workshop/gate/proxy-wasm/nginx/nginx-process.ts";
import { signToken } from "../../../workshop/gate/tokens.ts";
import { browser, claims, NOW, portal, sessionCookie, sessionKey, token } from "../gate.ts";
import { questions, setTime, startPolling } from "./gate.ts";

interface Asked {
  readonly host: string;
  readonly headers: readonly Header[];
  /** Seconds after the lease began. */
  readonly after?: number;
  readonly answer: (call: NginxCall) => void;
  readonly status: number;
  readonly body: RegExp;
}

const GRACE = 900;
const domains = (basic: string) => [{ domain: "example.com", portal, name: "zerohop_session", basic: [basic] }];
const credential = `Basic ${Buffer.from("alice:wrong").toString("base64")}`;
const session = sessionCookie(token({ sid: "one" }));
const renewed =
  (changed = {}) =>
  (call: NginxCall) => {
    const value = token({ sid: "one", iat: NOW + 61, exp: NOW + 121, ...changed });
    call.respond(204, [["set-cookie", `zerohop_session=${value}; Path=/; Secure; HttpOnly`]]);
  };
const vouched = (changed: object) => (call: NginxCall) => {
  const content = claims({ exp: NOW + 60, session_exp: NOW + 60, ...changed });
  call.respond(200, [], signToken(sessionKey, content, { typ: "zerohop-basic+jwt" }));
};
const status = (code: number) => (call: NginxCall) => call.respond(code);
const nobody = (call: NginxCall) => call.fail();

const page = /^<!doctype html>/i;
const json = /^\{"status":/;

const cases: Readonly<Record<string, Asked>> = {
  "an ended session, to a script": {
    ...{ host: "app", headers: [session], after: 61, answer: status(410), status: 401, body: /./ },
  },
  "an ended session, to a browser": {
    ...{ host: "app", headers: [browser, session], after: 61, answer: status(410), status: 302, body: /^/ },
  },
  "a wrong password, in Authorization": {
    ...{ host: "app", headers: [["authorization", credential]], answer: status(403), status: 401, body: /./ },
  },
  "a wrong password, in Proxy-Authorization": {
    ...{ host: "app", headers: [["proxy-authorization", credential]], answer: status(403), status: 407, body: /./ },
  },
  "a lease that is due, with a rule that says no": {
    ...{ host: "admin", headers: [browser, session], after: 46, status: 403, body: page },
    answer: renewed({ iat: NOW + 46, exp: NOW + 106, groups: [] }),
  },
  "a lease that ran out, with a rule that says no": {
    ...{ host: "admin", headers: [session], after: 61, answer: renewed({ groups: [] }), status: 403, body: json },
  },
  "a lease that ran out, with one factor where the rule wants two": {
    ...{ host: "two", headers: [session], after: 61, answer: renewed(), status: 401, body: /./ },
  },
  "a lease that ran out beyond the grace, with nobody to ask": {
    ...{ host: "app", headers: [browser, session], after: 61 + GRACE, answer: nobody, status: 503, body: page },
  },
  "a lease that ran out beyond the grace, with a host that is not available": {
    ...{ host: "app", headers: [session], after: 61 + GRACE, answer: status(503), status: 503, body: json },
  },
  "a credential about which nobody can be asked": {
    ...{ host: "app", headers: [browser, ["authorization", credential]], answer: nobody, status: 503, body: page },
  },
  "a credential about which the host has no answer": {
    ...{ host: "app", headers: [["authorization", credential]], answer: status(422), status: 503, body: json },
  },
  "a right credential of somebody whom the rule refuses": {
    ...{ host: "admin", headers: [["authorization", credential]], status: 403, body: json },
    answer: vouched({ groups: [] }),
  },
  "a right credential that is not enough": {
    ...{ host: "two", headers: [["authorization", credential]], answer: vouched({}), status: 401, body: /./ },
  },
};

/** A gate that takes credentials as the case sends them. */
function start({ headers }: Asked): NginxProcess {
  const header = headers.some(([name]) => name === "proxy-authorization") ? "proxy_authorization" : "authorization";
  return startPolling({ outage_grace: GRACE, cookies: domains(header) });
}

test.each(Object.entries(cases))("%s", (_, asked) => {
  const nginx = start(asked);
  if (asked.after) setTime(nginx, NOW + asked.after);
  const exchange = nginx.request({ url: `https://${asked.host}.example.com/`, headers: asked.headers });
  const [call] = questions(nginx);
  asked.answer(call!);
  const { outcome } = exchange;
  expect([outcome.kind, exchange.status]).toEqual(["answered", asked.status]);
  expect(outcome.kind === "answered" && outcome.body).toMatch(asked.body);
  expect(call!.body).toHaveLength(0);
  expect(nginx.traps).toEqual([]);
});
