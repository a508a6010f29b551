// What the gate answers, and what it lets through: statuses, Location, pages and their headers.
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Response } from "../../workshop/gate/proxy-wasm/exchange.ts";
import type { Header } from "../../workshop/gate/proxy-wasm/headers.ts";
import { browser, bundle, NOW, portal, sessionCookie, startGate, startWith, statusOf, token, userOf } from "./gate.ts";

const gate = startGate();
const script: Header = ["x-requested-with", "XMLHttpRequest"];

interface Question {
  readonly method?: string;
  readonly headers?: readonly Header[];
  readonly source?: string;
}

const ask = (url: string, question: Question = {}) => gate.request({ url, ...question });
const answer = (url: string, question: Question = {}) => ask(url, question).answer;
const alice = sessionCookie(token());
const bob = sessionCookie(token({ sub: "bob", groups: ["dev"] }));

/** The parameters of the portal's address in a Location. */
function loginOf(response: Response): Record<string, string> {
  const location = new URL(response.headers.get("location")!);
  expect(location.origin + location.pathname).toBe(`${portal}/`);
  return Object.fromEntries(location.searchParams);
}

describe("an anonymous visitor", () => {
  test.each(["GET", "HEAD", "OPTIONS"])("is sent to the portal with 302 from a %s in a browser", (method) => {
    const response = answer("https://app.example.com/a/b?c=d&e=f", { method, headers: [browser] });
    expect(response.status).toBe(302);
    expect(loginOf(response)).toEqual({ rd: "https://app.example.com/a/b?c=d&e=f", rm: method });
  });

  test.each(["POST", "PUT", "PATCH", "DELETE", "PROPFIND", "QUERY"])(
    "is sent to the portal with 303 from a %s in a browser",
    (method) => {
      const response = answer("https://app.example.com/", { method, headers: [browser] });
      expect(response.status).toBe(303);
      expect(loginOf(response)).toEqual({ rd: "https://app.example.com/", rm: method });
    },
  );

  test("gets 401 with the same Location from a script, which can't show a page", () => {
    const url = "https://app.example.com/api?x=1";
    const asked: (readonly Header[])[] = [
      [script, browser],
      [["accept", "application/json"]],
      [["accept", "application/json, */*"]],
      [["accept", "text/html2"]],
      [["accept", ""]],
      [],
    ];
    for (const headers of asked) {
      const response = answer(url, { headers });
      expect(response.status, JSON.stringify(headers)).toBe(401);
      expect(loginOf(response)).toEqual({ rd: url, rm: "GET" });
      expect(response.headers.get("content-type")).toBe("application/json");
      expect(JSON.parse(response.body.toString())).toEqual({ status: 401, error: "login required" });
    }
  });

  test("counts as a person with any Accept that names text/html, or anything at all first", () => {
    for (const accept of ["text/html", "TEXT/HTML", "image/png,\ttext/html;q=0.5", "*/*", "*/*;q=0.1"]) {
      const { status } = answer("https://app.example.com/", { headers: [["accept", accept]] });
      expect(status, accept).toBe(302);
    }
  });

  test("counts as a person by the first of several lines of Accept", () => {
    const [html, json]: readonly Header[] = [browser, ["accept", "application/json"]];
    const status = (...headers: readonly Header[]) => answer("https://app.example.com/", { headers }).status;
    expect([status(html!, json!), status(json!, html!)]).toEqual([302, 401]);
  });

  test("is sent to the portal by what a browser says it navigates to, and gets 401 for whatever else it fetches", () => {
    const status = (fetched: Readonly<Record<string, string>>, accept = browser[1]) =>
      answer("https://app.example.com/", { headers: [["accept", accept], ...Object.entries(fetched)] }).status;
    const mode = (value: string, destination?: string): Record<string, string> => ({
      "sec-fetch-mode": value,
      ...(destination !== undefined && { "sec-fetch-dest": destination }),
    });
    for (const destination of ["document", "iframe", "frame", "embed", "object", "fencedframe", "empty", undefined])
      for (const accept of [browser[1], "*/*", "application/json"])
        expect(status(mode("navigate", destination), accept), destination).toBe(302);
    expect(status(mode("nested-navigate"), "*/*")).toBe(302);
    for (const value of ["cors", "no-cors", "same-origin", "websocket"])
      for (const accept of [browser[1], "*/*", "text/event-stream"])
        expect(status(mode(value, "empty"), accept), value).toBe(401);
    for (const [value, destination] of [
      ["no-cors", "script"],
      ["no-cors", "image"],
      ["cors", "manifest"],
      ["same-origin", "serviceworker"],
      // A page's fetch of what is a document elsewhere.
      ["cors", "document"],
    ] as const)
      expect(status(mode(value, destination)), destination).toBe(401);
    // A destination alone.
    expect(status({ "sec-fetch-dest": "iframe" }, "application/json")).toBe(302);
    for (const destination of ["empty", "script", "style", "image", "manifest", "worker", "webidentity"])
      expect(status({ "sec-fetch-dest": destination }), destination).toBe(401);
    // Before a person has asked for it, and where a library says that it is a script.
    for (const purpose of ["prefetch", "prefetch;prerender", "prefetch;anonymous-client-ip"])
      expect(status({ ...mode("navigate", "document"), "sec-purpose": purpose }), purpose).toBe(401);
    expect(status({ ...mode("navigate"), [script[0]]: script[1] })).toBe(401);
  });

  test("is told from a script by Accept where a browser says what nobody knows", () => {
    for (const value of ["", "Navigate", "navigat", "navigates", "?1", "\xff", " ", ",", "teleport", "n".repeat(9000)])
      for (const name of ["sec-fetch-mode", "sec-fetch-dest"]) {
        const status = (accept: string) =>
          answer("https://app.example.com/", {
            headers: [
              ["accept", accept],
              [name, value],
            ],
          }).status;
        expect([status(browser[1]), status("application/json")], `${name}: ${value}`).toEqual([302, 401]);
      }
    const modes = (...values: readonly string[]) =>
      answer("https://app.example.com/", { headers: values.map((value): Header => ["sec-fetch-mode", value]) }).status;
    expect([modes("navigate", "cors"), modes("cors", "navigate")]).toEqual([302, 401]);
    expect([modes("navigate, cors"), modes("cors,navigate"), modes("navigate;a=b")]).toEqual([302, 401, 302]);
  });

  test("gets no page that a script cannot show, whatever the status", () => {
    const type = (url: string, headers: readonly Header[]) => answer(url, { headers }).headers.get("content-type");
    const fetched: Header[] = [["accept", "*/*"], ["sec-fetch-mode", "cors"], bob];
    const opened: Header[] = [["accept", "*/*"], ["sec-fetch-mode", "navigate"], bob];
    for (const url of ["https://closed.example.com/", "https://app.example.com/%zz", "https://app.example.net/"]) {
      expect(type(url, fetched), url).toBe("application/json");
      expect(type(url, opened), url).toMatch(/^text\/html/);
    }
  });

  test("who sent a form comes back to its page, which the Referer names", () => {
    const sent = (referer: string, method = "POST", mode = "navigate") =>
      loginOf(
        answer("https://app.example.com:8443/save?x=1", {
          method,
          headers: [browser, ["sec-fetch-mode", mode], ["referer", referer]],
        }),
      );
    const page = "https://app.example.com:8443/edit/a%20b?c=d&rd=https://evil.example&rm=PUT";
    expect(sent(page)).toEqual({ rd: page, rm: "GET" });
    expect(sent("https://APP.example.com:8443/edit")).toEqual({ rd: "https://app.example.com:8443/edit", rm: "GET" });
    expect(sent("https://app.example.com:8443")).toEqual({ rd: "https://app.example.com:8443/", rm: "GET" });
    expect(sent("https://app.example.com:8443//evil.example/").rd).toBe("https://app.example.com:8443//evil.example/");
    expect(sent(`https://app.example.com:8443/${"a".repeat(9000)}`).rd).toBe("https://app.example.com:8443/");
    // A page that was asked for is what is come back to, wherever the link to it was.
    const target = "https://app.example.com:8443/save?x=1";
    for (const method of ["GET", "HEAD", "OPTIONS"]) expect(sent(page, method)).toEqual({ rd: target, rm: method });
    expect(sent(page, "POST", "cors")).toEqual({ rd: target, rm: "POST" });
  });

  test("somebody who is logged in, and not enough for a form, is asked for what the form needs, and comes back to its page", () => {
    const transfer = "https://two.example.com/transfer";
    const asked = (referer: string, url = transfer, method = "POST", mode = "navigate") => {
      const headers: Header[] = [browser, ["sec-fetch-mode", mode], ["referer", referer], alice];
      return loginOf(answer(url, { method, headers }));
    };
    const way = { rd: transfer, rm: "POST" };
    expect(asked("https://two.example.com/edit?a=b&rd=c")).toEqual({ ...way, back: "/edit?a=b&rd=c" });
    expect(asked("https://two.example.com")).toEqual({ ...way, back: "/" });
    expect(asked("https://two.example.com//evil.example/")).toEqual({ ...way, back: "//evil.example/" });
    for (const referer of ["", "https://other.example.com/edit", "https://two.example.com/a#b"])
      expect(asked(referer)).toEqual(way);
    expect(asked("https://two.example.com/edit", transfer, "GET")).toEqual({ ...way, rm: "GET" });
    expect(asked("https://two.example.com/edit", transfer, "POST", "cors")).toEqual(way);
    // Two that are too long for one Location.
    const long = `/${"a".repeat(1200)}`;
    expect(asked(`https://two.example.com${long}`)).toEqual({ ...way, back: long });
    expect(asked(`https://two.example.com${long}`, `https://two.example.com${long}`)).toEqual({
      ...{ rd: `https://two.example.com${long}`, rm: "POST" },
    });
  });

  test("who sent a form from elsewhere comes back to what it was sent to", () => {
    for (const referer of [
      "",
      "/",
      "about:blank",
      "https:",
      "https://",
      "https://app.example.com/edit",
      "https://app.example.com:8443.evil.example/",
      "https://app.example.com:84431/",
      "https://app.example.com:8443@evil.example/",
      "https://app.example.com:8443\\@evil.example/",
      "https://user@app.example.com:8443/",
      "http://app.example.com:8443/edit",
      "https://other.example.com:8443/",
      "https://evil.example/?https://app.example.com:8443/",
      "https://app.example.com:8443/a b",
      "https://app.example.com:8443/\xc3\xa4",
      "https://app.example.com:8443/a\\b",
      "https://app.example.com:8443/a#b",
      "https://app.example.com:8443?a",
      "https://app.example.com:8443/\x7f",
    ]) {
      const headers: Header[] = [browser, ["referer", referer]];
      const response = answer("https://app.example.com:8443/save", { method: "POST", headers });
      expect(response.status).toBe(303);
      expect(loginOf(response), referer).toEqual({ rd: "https://app.example.com:8443/save", rm: "POST" });
      expect(response.headers.get("location")).toMatch(/^[\x21-\x7e]+$/);
    }
  });

  test("comes back to the very target asked for, whatever bytes it has", () => {
    const target = "https://APP.example.com:8443/%C3%A9/a+b&rm=x?q='\"<>&rd=https://evil.example#".slice(0, -1);
    const response = answer(target, { headers: [browser] });
    expect(loginOf(response)).toEqual({ rd: target, rm: "GET" });
    expect(response.headers.get("location")).toMatch(/^[\x21-\x7e]+$/);
    expect(response.headers.get("location")!.slice(portal.length)).toMatch(/^\/\?rd=[\w.~%-]+&rm=GET$/);
  });

  test("comes back to the host alone when the target is too long for a Location", () => {
    const rd = (length: number) =>
      loginOf(answer(`https://app.example.com/${"a".repeat(length - 16)}`, { headers: [browser] })).rd!.length;
    expect(rd(2048)).toBe("https://".length + 2048);
    expect(rd(2049)).toBe("https://app.example.com/".length);
    expect(rd(60_000)).toBe("https://app.example.com/".length);
  });

  test("is asked to log in where a rule with a subject might refuse", () => {
    expect(answer("https://admin.example.com/", { headers: [browser] }).status).toBe(302);
  });

  test("is told 403 where nobody may go", () => {
    expect(answer("https://closed.example.com/", { headers: [browser] }).status).toBe(403);
    expect(answer("https://unknown.example.com/").status).toBe(403);
  });

  test("passes a bypass rule as nobody", () => {
    const { upstream } = ask("https://public.example.com/x?y");
    expect(upstream.get(":path")).toBe("/x?y");
    expect([...upstream].some(([name]) => name.startsWith("remote-"))).toBe(false);
  });

  test("passes a bypass rule for a network from inside it only", () => {
    const from = (source: string) => statusOf(ask("https://office.example.com/", { source }));
    expect(from("203.0.113.255:1")).toBe(200);
    expect(from("203.0.114.0:1")).toBe(403);
    expect(from("[::ffff:203.0.113.9]:1")).toBe(200);
    expect(from("[2001:db8::1]:1")).toBe(403);
  });

  test("is not believed about an address in X-Forwarded-For", () => {
    const headers: Header[] = [["x-forwarded-for", "203.0.113.1"]];
    expect(statusOf(ask("https://office.example.com/", { source: "198.51.100.1:1", headers }))).toBe(403);
  });

  test("is refused where a rule asks for an address that the proxy does not know", () => {
    const properties = { "source\0address": "pipe:/run/envoy.sock" };
    expect(gate.request({ url: "https://office.example.com/", properties }).answer.status).toBe(400);
    expect(statusOf(gate.request({ url: "https://public.example.com/", properties }))).toBe(200);
  });
});

describe("someone with a session", () => {
  test("passes, with a WebSocket upgrade too", () => {
    expect(userOf(ask("https://app.example.com/", { headers: [alice] }))).toBe("alice");
    const upgrade: Header[] = [alice, ["upgrade", "websocket"], ["connection", "Upgrade"]];
    expect(userOf(ask("wss://app.example.com/socket", { headers: upgrade }))).toBe("alice");
  });

  test("is known to the backend of a bypass rule as well", () => {
    expect(userOf(ask("https://public.example.com/", { headers: [alice] }))).toBe("alice");
  });

  test("is sent to the portal for the second factor that a rule wants", () => {
    expect(answer("https://two.example.com/", { headers: [alice, browser] }).status).toBe(302);
    expect(answer("https://two.example.com/", { headers: [alice, script] }).status).toBe(401);
    expect(userOf(ask("https://two.example.com/", { headers: [sessionCookie(token({ level: 2 }))] }))).toBe("alice");
  });

  test("is sent to the portal when the login is older than a rule's max_age", () => {
    const loggedIn = (auth_time: number) =>
      statusOf(ask("https://fresh.example.com/", { headers: [browser, sessionCookie(token({ auth_time }))] }));
    expect(loggedIn(NOW - 900)).toBe(200);
    expect(loggedIn(NOW - 901)).toBe(302);
  });

  test("is sent to the portal when none of a rule's methods was used", () => {
    const loggedIn = (amr: string[]) =>
      statusOf(ask("https://passkey.example.com/", { headers: [browser, sessionCookie(token({ amr }))] }));
    expect(loggedIn(["hwk", "user"])).toBe(200);
    expect(loggedIn(["pwd", "otp"])).toBe(302);
    expect(loggedIn([])).toBe(302);
  });

  test("gets 403 outside the group that a rule names", () => {
    expect(userOf(ask("https://admin.example.com/", { headers: [alice] }))).toBe("alice");
    expect(answer("https://admin.example.com/", { headers: [bob] }).status).toBe(403);
  });
});

describe("the portal's own host", () => {
  test("is let through undecided, whatever the path, the method or the port", () => {
    for (const path of ["/", "/login?rd=x", "/../%2f//;", "/\\"]) {
      for (const authority of ["auth.example.com", "auth.example.com:8443", "AUTH.EXAMPLE.COM:1"])
        expect(statusOf(ask(`https://${authority}${path}`, { method: "POST" })), authority + path).toBe(200);
    }
  });

  test("is not a host whose name only resembles it", () => {
    for (const host of ["auth.example.com.example.com", "xauth.example.com", "a.auth.example.com"])
      expect(statusOf(ask(`https://${host}/`)), host).toBe(403);
  });
});

describe("a request that nobody can read for sure", () => {
  const refused = (url: string, question: Question = {}) => answer(url, { headers: [alice], ...question });

  test.each([
    "http://app.example.com/",
    "ws://app.example.com/",
    "https://example.org/",
    "https://com/",
    "https://notexample.com/",
    "https://app.example.com.evil.org/",
    "https://app.example.com./",
    "https://app..example.com/",
    "https://user@app.example.com/",
    "https://app.example.com:/",
    "https://app.example.com:65536/",
    "https://app.example.com:8443:1/",
    "https://app.example.com,evil.org/",
    "https://app%2eexample.com/",
    "https://\xe4pp.example.com/",
    "https:///",
    `https://${"a".repeat(64)}.example.com/`,
    `https://${"a.".repeat(125)}example.com/`,
  ])("is refused with 400 for its scheme or host: %s", (url) => {
    expect(refused(url).status).toBe(400);
  });

  test.each([
    "/../",
    "/a/../b",
    "/%2e%2e/",
    "//",
    "/%2f",
    "/%5c",
    "/a%2f..%2fb",
    "/a/..%5cb",
    "/a//%2fb",
    "/a;b%2fc",
    "/\\",
    "/%00",
    "/%zz",
    "/%",
    "/%252f",
    "/a%252f..%252fb",
    "/;/a",
    "/\xff",
  ])("is refused with 400 for its path: %s", (path) => {
    expect(refused(`https://app.example.com${path}`).status).toBe(400);
  });

  test.each(["get", "GET1", "G ET", "", "A".repeat(33), "M-SEARCH", "G\xcb"])(
    "is refused with 400 for its method: %s",
    (method) => {
      expect(refused("https://app.example.com/", { method }).status).toBe(400);
    },
  );

  test("is refused where its two readings would be decided differently", () => {
    expect(statusOf(ask("https://files.example.com/open/a"))).toBe(200);
    expect(refused("https://files.example.com/open;x/a").status).toBe(400);
    // WebLogic and Fastify 4 serve `/private` for what ends like a style sheet, and whoever decodes first does for `/private%3F`.
    const rules = [
      { domain: "app.example.com", policy: "deny", resources: ["^/private$"] },
      { domain: "app.example.com", policy: "bypass" },
    ];
    const open = startWith({ bundle: bundle({ policy: { default_policy: "deny", rules } }) });
    for (const path of ["/private;/x.css", "/private%3B/x.css", "/private%3F", "/private%3f%23"])
      expect([path, open.request({ url: `https://app.example.com${path}` }).answer?.status]).toEqual([path, 400]);
  });

  test("passes as it came where an escaped slash, a backslash or a doubled escape makes no difference to the rules", () => {
    const paths = [
      ...["/api/v4/projects/group%2Fproject", "/api/queues/%2f/name", "/@scope%2fname", "/a%2F%2Fb?c=%2F", "/x%2F"],
      ...["/DOMAIN%5Cuser", "/proxy/https://example.org/a", "/My%2520File", "/C%23%2fx;y=1"],
      ...[
        "/job/app/job/feature%252Flogin/",
        "/job/a%2fb/c%252fd/1",
        "/;jsessionid=1?a",
        "/app/;jsessionid=1",
        "/a;b=1/c;d=2",
      ],
    ];
    for (const path of paths) {
      const exchange = ask(`https://app.example.com${path}`, { headers: [alice] });
      expect([path, exchange.upstream?.get(":path")]).toEqual([path, path]);
    }
  });

  test("with an escaped slash is refused where a reading of it is decided otherwise", () => {
    for (const path of [
      "/open%2fa",
      "/open/a%2f..%2fb",
      "/open%2F%2Fa",
      "/open%5ca",
      "/ope%256e/a",
      "/open%2F..%2Fa",
      "/x//open/",
    ])
      expect([path, statusOf(ask(`https://files.example.com${path}`))]).toEqual([
        path,
        path === "/x//open/" ? 403 : 400,
      ]);
    for (const path of ["/open/a%2Fb", "/open//a", "/open/%2F/a", "/open/a%5cb", "/open/a%2520b"])
      expect([path, statusOf(ask(`https://files.example.com${path}`))]).toEqual([path, 200]);
  });

  test("is told the rule of its plain reading where all its readings are decided alike", () => {
    const rules = [
      { domain: "app.example.com", policy: "deny", resources: ["^/a;x"] },
      { domain: "app.example.com", policy: "deny" },
    ];
    const strict = startWith({ bundle: bundle({ policy: { default_policy: "deny", rules } }) });
    const { answer: denied } = strict.request({ url: "https://app.example.com/a;x/b", headers: [browser] });
    expect(denied.status).toBe(403);
    expect(denied.body.toString()).toContain("<dd>rule 1</dd>");
  });

  test("is not sent to the portal, and not told what it sent", () => {
    const { headers, body } = refused("https://app.example.com/%00<script>", { headers: [browser] });
    expect(headers.get("location")).toBeUndefined();
    expect(body.toString()).toContain("the path has a control character");
    expect(body.toString()).toContain("Look for a mistake in the address.");
    expect(body.toString()).not.toContain("script>");
  });

  test("has not a header too many: 33 Cookie lines are refused, 32 are read", () => {
    const lines = (count: number): Header[] => [...Array<Header>(count - 1).fill(["cookie", "a=1"]), alice];
    expect(userOf(ask("https://app.example.com/", { headers: lines(32) }))).toBe("alice");
    expect(answer("https://app.example.com/", { headers: lines(33) }).status).toBe(400);
  });
});

describe("every answer", () => {
  const stale = startWith({ bundle: bundle({ iat: NOW - 61 }), max_stale: 60 });
  const answers = (headers: readonly Header[], method = "GET"): Response[] => [
    answer("https://app.example.com/", { method, headers }),
    answer("https://closed.example.com/", { method, headers: [alice, ...headers] }),
    answer("https://app.example.com/../", { method, headers }),
    stale.request({ url: "https://app.example.com/", method, headers }).answer,
  ];

  test("has its own status: 302 or 401, 403, 400, 503", () => {
    expect(answers([browser]).map(({ status }) => status)).toEqual([302, 403, 400, 503]);
    expect(answers([]).map(({ status }) => status)).toEqual([401, 403, 400, 503]);
  });

  test("may not be stored, sniffed, or given to a client that asks otherwise", () => {
    for (const { headers } of [...answers([browser]), ...answers([])]) {
      expect(headers.all("cache-control")).toEqual(["no-store"]);
      expect(headers.all("x-content-type-options")).toEqual(["nosniff"]);
      expect(headers.all("vary")).toEqual([
        "cookie, accept, x-requested-with, sec-fetch-mode, sec-fetch-dest, sec-purpose",
      ]);
    }
  });

  test("to a person is a page without script that may load nothing", () => {
    for (const { headers, body } of answers([browser])) {
      expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
      const csp = headers.get("content-security-policy")!;
      for (const directive of ["default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"])
        expect(csp.split("; ")).toContain(directive);
      expect(csp).not.toMatch(/unsafe|script-src/);
      expect(body.toString()).not.toMatch(/<script|style=|\son\w+=|https?:\/\/(?!auth\.example\.com:8443\/)/);
    }
  });

  test("to a person has one style, the one that its Content-Security-Policy names by hash, and ends where a page ends", () => {
    for (const { headers, body } of answers([browser]).slice(1)) {
      const styles = [...body.toString().matchAll(/<style>(.*?)<\/style>/gs)].map(([, style]) => style!);
      expect(styles).toHaveLength(1);
      const hash = createHash("sha256").update(styles[0]!).digest("base64");
      expect(headers.get("content-security-policy")).toContain(`style-src 'sha256-${hash}'`);
      expect(body.toString()).toMatch(/^<!doctype html>.*<\/html>$/s);
    }
  });

  test("to a script is JSON that repeats the status", () => {
    for (const { status, headers, body } of answers([script])) {
      expect(headers.get("content-type")).toBe("application/json");
      expect(JSON.parse(body.toString())).toMatchObject({ status, error: expect.stringMatching(/./) });
    }
  });

  test("to HEAD has no body", () => {
    for (const headers of [[browser], [script]])
      for (const response of answers(headers, "HEAD")) expect(response.body).toHaveLength(0);
  });

  test("names itself to the access log", () => {
    const details = (url: string) => {
      const { outcome } = ask(url);
      return outcome.kind === "answered" && outcome.details;
    };
    expect(details("https://app.example.com/")).toBe("zerohop_login");
    expect(details("https://closed.example.com/")).toBe("zerohop_deny");
    expect(details("https://app.example.com//")).toBe("zerohop_refuse");
  });

  test("asks to come back later when the gate, and not the request, is at fault", () => {
    const retries = answers([]).map(({ headers }) => headers.get("retry-after"));
    expect(retries).toEqual([undefined, undefined, undefined, "5"]);
  });
});

describe("the page of a denied request", () => {
  const page = (url: string, sub?: string) => {
    const headers = sub === undefined ? [browser] : [browser, sessionCookie(token({ sub, groups: [] }))];
    return answer(url, { headers }).body.toString();
  };

  test("says who is logged in, which rule refused, and offers another account on the way back", () => {
    const body = page("https://closed.example.com/a?b=c&d", "alice");
    expect(body).toContain("<bdi>alice</bdi>");
    expect(body).toContain("<dd>rule 5</dd>");
    const link = /<a href="([^"]*)">Switch account<\/a>/.exec(body)![1]!.replaceAll("&amp;", "&");
    const { origin, pathname, searchParams } = new URL(link);
    expect(origin + pathname).toBe(`${portal}/logout`);
    expect(searchParams.get("rd")).toBe("https://closed.example.com/a?b=c&d");
  });

  test("names the default policy where no rule matched", () => {
    expect(page("https://unknown.example.com/", "alice")).toContain("<dd>the default policy</dd>");
  });

  test("offers no other account to one who has none", () => {
    const body = page("https://closed.example.com/");
    expect(body).not.toContain("Logged in as");
    expect(body).not.toContain("<a ");
  });

  test("shows any user name as the text it is", () => {
    const body = page("https://closed.example.com/", `<b>"O'Hara" & \u202eé</b>`);
    expect(body).toContain("<bdi>&lt;b&gt;&quot;O&#39;Hara&quot; &amp; \u202eé&lt;/b&gt;</bdi>");
  });

  test("is whole with the longest user name there can be", () => {
    const body = page("https://closed.example.com/", "&".repeat(2000));
    expect(body).toContain("&amp;".repeat(2000));
    expect(body).toMatch(/<\/html>$/);
  });
});

describe("an allowed request", () => {
  const count = (headers: readonly Header[], url = "https://app.example.com/") => {
    const calls = new Map<string, number>();
    // The clock is looked at for one request in 32.
    const hostCalls = ask(url, { headers }).hostCalls.filter((name) => name !== "proxy_get_current_time_nanoseconds");
    for (const name of hostCalls) calls.set(name, (calls.get(name) ?? 0) + 1);
    return Object.fromEntries(calls);
  };

  test("costs six host calls: headers, cookie, and four headers of identity", () => {
    expect(count([["cookie", `a=1; ${alice[1]}; b=2`]])).toEqual({
      proxy_get_header_map_pairs: 1,
      proxy_replace_header_map_value: 1,
      proxy_add_header_map_value: 4,
    });
    expect(count([alice])).toEqual({
      proxy_get_header_map_pairs: 1,
      proxy_remove_header_map_value: 1,
      proxy_add_header_map_value: 4,
    });
  });

  test("costs one host call without a session, and one more where a rule asks for the network", () => {
    const one = { proxy_get_header_map_pairs: 1 };
    expect(count([["cookie", "a=1"]], "https://public.example.com/")).toEqual(one);
    expect(count([], "https://office.example.com/")).toEqual({ ...one, proxy_get_property: 1 });
  });
});
