// The forward-auth endpoints of a host that really listens, asked as proxies ask: Authelia's contract, and where it is weak
// something stronger.
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Shell } from "../../../../host/core/shell.ts";
import { configText } from "../../../../workshop/host/files.ts";
import {
  type Answer,
  ask,
  cookieOf,
  logIn,
  movableClock,
  payloadOf,
  sharedHost,
  startHost,
  type TestHost,
} from "../../../../workshop/host/in-process.ts";
import { fromOutside } from "../../support/edge.ts";

type Headers = Readonly<Record<string, string>>;

const browser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
const portal = "https://auth.example.com/";

/** How one endpoint is told of a request. */
interface Kind {
  readonly name: string;
  readonly refusal: number;
  ask(host: TestHost, url: string, method?: string, headers?: Headers, query?: string): Promise<Answer>;
}

function forwardedHeaders(url: string): Record<string, string> {
  const [, scheme, authority, uri] = /^([a-z]+):\/\/([^/?]*)(.*)$/.exec(url)!;
  return { "X-Forwarded-Proto": scheme!, "X-Forwarded-Host": authority!, "X-Forwarded-URI": uri! };
}

const forwardAuth: Kind = {
  name: "forward-auth",
  refusal: 400,
  ask: (host, url, method = "GET", headers = {}, query = "") =>
    host.get(`/api/authz/forward-auth${query}`, {
      "X-Forwarded-Method": method,
      ...forwardedHeaders(url),
      ...headers,
    }),
};
const authRequest: Kind = {
  name: "auth-request",
  refusal: 400,
  ask: (host, url, method = "GET", headers = {}, query = "") =>
    host.get(`/api/authz/auth-request${query}`, { "X-Original-Method": method, "X-Original-URL": url, ...headers }),
};
const extAuthz: Kind = {
  name: "ext-authz",
  refusal: 400,
  ask(host, url, method = "GET", headers = {}) {
    const [, scheme, authority, uri] = /^([a-z]+):\/\/([^/?]*)(.*)$/.exec(url)!;
    return ask(`${host.url}/api/authz/ext-authz${uri}`, {
      method,
      headers: { host: authority!, "X-Forwarded-Proto": scheme!, ...headers },
    });
  },
};
const verify: Kind = {
  name: "verify",
  refusal: 401,
  ask: (host, url, method = "GET", headers = {}, query = `?rd=${encodeURIComponent(portal)}`) =>
    host.get(`/api/verify${query}`, { "X-Forwarded-Method": method, ...forwardedHeaders(url), ...headers }),
};
const kinds = [forwardAuth, authRequest, extAuthz, verify];

const loginAt = (url: string, method = "GET") => `${portal}?rd=${encodeURIComponent(url)}&rm=${method}`;
const basic = (name: string, password: string) => `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;
const remote = ({ headers }: Answer) => Object.keys(headers).filter((name) => name.startsWith("remote-"));

/** Of the tests that leave nothing there which another one would meet. */
const shared = sharedHost();

for (const kind of kinds)
  describe(`/api/.../${kind.name}`, () => {
    test("lets a user in and says who it is", async () => {
      const host = shared();
      const answer = await kind.ask(host, "https://app.example.com/a?b=c", "GET", { cookie: await logIn(host) });
      expect(answer.status).toBe(200);
      expect(answer.headers).toMatchObject({
        "remote-user": "alice",
        "remote-groups": "admins,dev",
        "remote-name": "Alice Liddell",
        "remote-email": "alice@example.com",
      });
      expect(answer.headers["set-cookie"]).toBeUndefined();
    });

    test("says of a user without groups and address that there are none, in empty headers", async () => {
      const host = shared();
      const cookie = await logIn(host, "bob");
      const answer = await kind.ask(host, "https://app.example.com/", "GET", { ...browser, cookie });
      expect(answer.status).toBe(200);
      expect(answer.headers).toMatchObject({
        "remote-user": "bob",
        "remote-groups": "",
        "remote-name": "Bob",
        "remote-email": "",
      });
    });

    test("lets anybody in where the policy is bypass, without Remote-*", async () => {
      const host = shared();
      for (const headers of [{}, { authorization: "Basic bm86bm8=" }, { authorization: "Digest x" }]) {
        const answer = await kind.ask(host, "https://public.example.com/", "GET", headers);
        expect([answer.status, remote(answer)]).toEqual([200, []]);
      }
    });

    test("lets everybody through to the portal's own host, as nobody", async () => {
      const host = shared();
      for (const headers of [{}, { cookie: await logIn(host) }]) {
        const answer = await kind.ask(host, "https://auth.example.com/account", "GET", headers);
        expect([answer.status, remote(answer)]).toEqual([200, []]);
      }
    });

    test("denies with 403, and sends nobody anywhere", async () => {
      const host = shared();
      const cookie = await logIn(host, "bob");
      for (const [url, headers] of [
        ["https://admin.example.com/", { cookie }],
        ["https://other.example.com/", { cookie }],
        ["https://other.example.com/", {}],
      ] as const) {
        const { status, headers: got } = await kind.ask(host, url, "GET", { ...browser, ...headers });
        expect([status, got.location, got["set-cookie"]]).toEqual([403, undefined, undefined]);
      }
    });

    test("asks for a login by method, script and Accept", async () => {
      const host = shared();
      const url = "https://app.example.com/a/b?c=d&e=%20f";
      const expectLogin = async (status: number, method: string, headers: Headers) => {
        const answer = await kind.ask(host, url, method, headers);
        expect([method, headers, answer.status]).toEqual([method, headers, kind === authRequest ? 401 : status]);
        expect(answer.headers.location).toBe(loginAt(url, method));
      };
      for (const method of ["GET", "OPTIONS"]) await expectLogin(302, method, browser);
      for (const method of ["POST", "PUT", "DELETE", "PATCH"]) await expectLogin(303, method, browser);
      await expectLogin(302, "GET", { accept: "*/*" });
      await expectLogin(302, "GET", { accept: "application/json, text/html;q=0" });
      // As a gate reads them.
      await expectLogin(302, "GET", { accept: ", */*" });
      await expectLogin(302, "GET", { ...browser, "X-Requested-With": "xmlhttprequest" });
      for (const headers of [
        {},
        { accept: "application/json" },
        { accept: "application/json, */*" },
        { accept: "text/*" },
        { ...browser, "X-Requested-With": "XMLHttpRequest" },
      ] as Headers[])
        await expectLogin(401, "GET", headers);
    });

    test("sends a user who needs a second factor to the portal", async () => {
      const host = shared();
      const answer = await kind.ask(host, "https://admin.example.com/", "GET", {
        ...browser,
        cookie: await logIn(host),
      });
      expect(answer.status).toBe(kind === authRequest ? 401 : 302);
      expect(answer.headers.location).toBe(loginAt("https://admin.example.com/"));
    });

    test("refuses a target that it cannot be sure of, without sending anybody anywhere", async () => {
      const host = shared();
      for (const [url, method] of [
        ["http://app.example.com/", "GET"],
        ["ftp://app.example.com/", "GET"],
        ["https://app.example.net/", "GET"],
        ["https://notexample.com/", "GET"],
        ["https://app.example.com./", "GET"],
        ["https://app.example.com:port/", "GET"],
        ["https://app.example.com:99999/", "GET"],
        ["https://a@app.example.com/", "GET"],
        ["https://public.example.com/../app", "GET"],
        ["https://app.example.com/a%2f..%2fb", "GET"],
        ["https://app.example.com/%zz", "GET"],
        ["https://app.example.com//a", "GET"],
        ["https:///", "GET"],
        ...(kind === extAuthz ? [] : [["https://app.example.com/", "get"] as const]),
        ...(kind === extAuthz ? [] : [["https://app.example.com/", "G3T"] as const]),
      ] as const) {
        // For ext-authz the test's own client would resolve or refuse these; `//a` may be the prefix's slash and `/a`.
        if (kind === extAuthz && /\.\.|\/\/a$|:\/\/\/|@/.test(url)) continue;
        const { status, headers, body } = await kind.ask(host, url, method, browser);
        expect([url, method, status, headers.location]).toEqual([url, method, kind.refusal, undefined]);
        expect(headers["content-type"]).toBe("text/html; charset=utf-8");
        expect(body).toContain("<h1>Bad request</h1>");
      }
    });

    test("tells a program of a target that is not protected in plain text, as Authelia does, and of other refusals in JSON", async () => {
      const host = shared();
      const cookie = `${await logIn(host)}; ${await logIn(host, "bob")}`;
      for (const url of ["http://app.example.com/", "https://app.example.net/", "https://app.example.com./"]) {
        const { status, headers, body } = await kind.ask(host, url, "GET", { accept: "application/json" });
        expect([status, headers["content-type"]], url).toEqual([kind.refusal, "text/plain; charset=utf-8"]);
        expect(body).toMatch(/^[a-z ]+\n$/);
      }
      for (const [path, more] of [
        ["/a%2f..%2fb", {}],
        ["/%zz", {}],
        ["/", { cookie }],
      ] as const) {
        const answer = await kind.ask(host, `https://app.example.com${path}`, "GET", {
          accept: "application/json",
          ...more,
        });
        expect([answer.status, answer.headers["content-type"]], path).toEqual([kind.refusal, "application/json"]);
        expect(JSON.parse(answer.body)).toEqual({
          status: kind.refusal,
          error: expect.stringMatching(/^the (path|request) /),
        });
      }
    });

    test("tells who is denied, or who sends two sessions, by a gate's page; to the page's own fetch in JSON", async () => {
      const host = shared();
      const [alice, bob] = [await logIn(host), await logIn(host, "bob")];
      const two = `${alice}; ${bob}`;
      for (const [url, cookie, status, says] of [
        ["https://admin.example.com/", bob, 403, "<h1>Access denied</h1>"],
        ["https://app.example.com/", two, kind.refusal, "the request has several session cookies"],
      ] as const) {
        const page = await kind.ask(host, url, "GET", { ...browser, cookie });
        expect([page.status, page.headers["content-type"]]).toEqual([status, "text/html; charset=utf-8"]);
        expect(page.headers["content-security-policy"]).toMatch(/^default-src 'none'; style-src 'sha256-/);
        expect(page.body).toContain(says);
        expect(page.body).toMatch(/<\/html>$/);
        const fetched = await kind.ask(host, url, "GET", { ...browser, cookie, "sec-fetch-mode": "cors" });
        expect([fetched.status, JSON.parse(fetched.body)]).toEqual([status, { status, error: expect.any(String) }]);
      }
    });

    test("tells a person by a page what the host refuses before it decides", async () => {
      const host = shared();
      const answer = await kind.ask(host, "https://app.example.com/", "GET", {
        ...browser,
        "X-Original-URL": "https://app.example.com/a",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "admin.example.com",
      });
      if (kind === extAuthz) return expect(answer.status).toBe(302);
      expect([answer.status, answer.headers["content-type"]]).toEqual([kind.refusal, "text/html; charset=utf-8"]);
      expect(answer.body).toContain("<h1>Bad request</h1>");
    });

    test("refuses a portal that is not https inside the cookie domain", async () => {
      const host = shared();
      const url = "https://app.example.com/";
      const key = kind === verify ? "rd" : "authelia_url";
      for (const [named, expected] of [
        ["https://login.example.com/base", "https://login.example.com/base"],
        ["https://evil.example.net/", undefined],
        ["https://example.com.evil.net/", undefined],
        ["https://auth.example.com@evil.net/", undefined],
        ["http://auth.example.com/", undefined],
        ["javascript:alert(1)//auth.example.com", undefined],
        ["auth.example.com", undefined],
      ] as const) {
        const byHeader = kind === extAuthz;
        const answer = byHeader
          ? await kind.ask(host, url, "GET", { ...browser, "X-Authelia-URL": named })
          : await kind.ask(host, url, "GET", browser, `?${key}=${encodeURIComponent(named)}`);
        const location = expected && `${expected}?rd=${encodeURIComponent(url)}&rm=GET`;
        expect([named, answer.headers.location]).toEqual([named, location]);
        if (!expected) expect(answer.status).toBe(kind.refusal);
      }
    });

    test("knows a revoked session no more", async () => {
      const host = await startHost();
      const cookie = await logIn(host);
      const url = "https://app.example.com/";
      expect((await kind.ask(host, url, "GET", { cookie })).status).toBe(200);
      await host.postJson("/api/logout", {}, { cookie });
      const answer = await kind.ask(host, url, "GET", { cookie });
      expect([answer.status, remote(answer)]).toEqual([401, []]);
    });

    test("leases a session anew whose lease has run out, and no other", async () => {
      const { clock, advance } = movableClock();
      const host = await startHost({ clock });
      const cookie = await logIn(host);
      const url = "https://app.example.com/";
      advance(61);
      const answers = await Promise.all([1, 2, 3].map(() => kind.ask(host, url, "GET", { cookie })));
      expect(answers.map(({ status, headers }) => [status, headers["remote-user"]])).toEqual(
        answers.map(() => [200, "alice"]),
      );
      const fresh = cookieOf(answers[0]!);
      expect(fresh).not.toBe(cookie);
      expect(new Set(answers.map(cookieOf))).toEqual(new Set([fresh]));
      const next = await kind.ask(host, url, "GET", { cookie: fresh });
      expect([next.status, next.headers["set-cookie"]]).toEqual([200, undefined]);

      await host.postJson("/api/logout", {}, { cookie: fresh });
      for (const ended of [cookie, fresh])
        expect((await kind.ask(host, url, "GET", { cookie: ended })).status, ended).toBe(401);
    });

    test("never sets a cookie with a denial", async () => {
      const { clock, advance } = movableClock();
      const host = await startHost({ clock });
      const cookie = await logIn(host, "bob");
      advance(61);
      const answer = await kind.ask(host, "https://admin.example.com/", "GET", { cookie });
      expect([answer.status, answer.headers["set-cookie"]]).toEqual([403, undefined]);
    });

    test("gives a new lease also where a second factor is asked for", async () => {
      const { clock, advance } = movableClock();
      const host = await startHost({ clock });
      const cookie = await logIn(host);
      advance(61);
      const answer = await kind.ask(host, "https://admin.example.com/", "GET", { ...browser, cookie });
      expect([302, 401]).toContain(answer.status);
      expect(cookieOf(answer)).not.toBe(cookie);
    });

    test("takes a session past its inactivity limit for none", async () => {
      const { clock, advance } = movableClock();
      const host = await startHost({ clock });
      const cookie = await logIn(host);
      advance(60 + 300);
      expect((await kind.ask(host, "https://app.example.com/", "GET", { cookie })).status).toBe(401);
    });

    test("refuses a request whose cookies prove two sessions", async () => {
      const host = shared();
      const cookie = `${await logIn(host)}; ${await logIn(host, "bob")}`;
      expect((await kind.ask(host, "https://app.example.com/", "GET", { cookie })).status).toBe(kind.refusal);
    });

    test("is not deceived by forged or altered cookies", async () => {
      const host = shared();
      const cookie = await logIn(host);
      const [header, payload, signature] = cookie.split(".");
      const bob = Buffer.from(Buffer.from(payload!, "base64url").toString().replace('"alice"', '"admin"')).toString(
        "base64url",
      );
      for (const forged of [`${header}.${bob}.${signature}`, `${header}.${payload}.`, `${cookie}A`, "zerohop_session="])
        expect((await kind.ask(host, "https://app.example.com/", "GET", { cookie: forged })).status).toBe(401);
      const beside = await kind.ask(host, "https://app.example.com/", "GET", {
        cookie: `zerohop_session=junk; ${cookie}`,
      });
      expect(beside.headers["remote-user"]).toBe("alice");
    });

    test("answers nobody but a trusted proxy", async () => {
      const host = await startHost({ text: configText.replace("[127.0.0.1]", "[10.0.0.0/8]") });
      const answer = await kind.ask(host, "https://public.example.com/");
      const error = "127.0.0.1 is not in server.trusted_proxies";
      expect([answer.status, JSON.parse(answer.body)]).toEqual([400, { status: 400, error }]);
      const page = await kind.ask(host, "https://public.example.com/", "GET", browser);
      expect([page.status, page.body]).toEqual([400, expect.stringContaining("missing under trusted_proxies?")]);
      const told = host.log.filter(({ msg }) => String(msg).includes("not in server.trusted_proxies"));
      expect(told).toHaveLength(1);
    });

    test("answers a proxy on the same machine when none is configured", async () => {
      const host = await startHost({ text: configText.replace("  trusted_proxies: [127.0.0.1]\n", "") });
      expect((await kind.ask(host, "https://public.example.com/")).status).toBe(200);
    });
  });

describe("a host with two cookie domains", () => {
  const two = configText
    .replace(
      "      portal_url: https://auth.example.com\n",
      "      portal_url: https://auth.example.com\n    - domain: example.org\n      portal_url: https://login.example.org\n",
    )
    .replace("    - domain: app.example.com\n", "    - domain: [app.example.com, app.example.org]\n");

  for (const kind of [forwardAuth, authRequest, extAuthz])
    test(`sends visitors to the portal of the application's own domain, and looks at no other's session, by ${kind.name}`, async () => {
      const host = await startHost({ text: two });
      const url = "https://app.example.org/a";
      const expected = `https://login.example.org/?rd=${encodeURIComponent(url)}&rm=GET`;
      expect((await kind.ask(host, url, "GET", browser)).headers.location).toBe(expected);
      const cookie = await logIn(host);
      expect((await kind.ask(host, "https://app.example.com/a", "GET", { ...browser, cookie })).status).toBe(200);
      expect((await kind.ask(host, url, "GET", { ...browser, cookie })).headers.location).toBe(expected);
      const known = await kind.ask(host, url, "GET", { authorization: basic("alice", "demo") });
      expect([known.status, known.headers["remote-user"]]).toEqual([200, "alice"]);
    });
});

describe("Basic credentials", () => {
  const right = { authorization: basic("alice", "demo") };
  const wrong = { authorization: basic("alice", "no") };
  const challenge = 'Basic realm="Authorization Required"';
  const app = "https://app.example.com/";

  for (const kind of [forwardAuth, authRequest, extAuthz])
    test(`of ${kind.name}: right ones let in, others are asked for again`, async () => {
      const host = await startHost();
      const allowed = await kind.ask(host, app, "GET", right);
      expect([allowed.status, allowed.headers["remote-user"]]).toEqual([200, "alice"]);
      for (const headers of [
        wrong,
        { authorization: basic("nobody", "demo") },
        { authorization: basic("carol", "demo") },
        { authorization: "Basic !" },
        { authorization: "Basic" },
        { authorization: "Digest username=alice" },
      ]) {
        const answer = await kind.ask(host, app, "GET", { ...browser, ...headers });
        expect([answer.status, answer.headers["www-authenticate"], answer.headers.location]).toEqual([
          401,
          challenge,
          undefined,
        ]);
      }
      const secondFactor = await kind.ask(host, "https://admin.example.com/", "GET", { ...browser, ...right });
      expect([secondFactor.status, secondFactor.headers["www-authenticate"]]).toEqual([401, challenge]);
      const denied = await kind.ask(host, "https://other.example.com/", "GET", right);
      expect([denied.status, denied.headers["www-authenticate"]]).toEqual([403, undefined]);
    });

  test("outrank the cookie; a Bearer token is left to the backend", async () => {
    const host = await startHost();
    const cookie = await logIn(host, "bob");
    const user = async (headers: Headers) => {
      const answer = await forwardAuth.ask(host, app, "GET", { cookie, ...headers });
      return answer.headers["remote-user"] ?? answer.status;
    };
    expect(await user(right)).toBe("alice");
    expect(await user(wrong)).toBe(401);
    expect(await user({ authorization: "Bearer of.another.kind" })).toBe("bob");
  });

  test("in Proxy-Authorization are challenged by 407, but for auth-request", async () => {
    const host = await startHost();
    const proxy = (value: string) => ({ "proxy-authorization": value });
    expect((await forwardAuth.ask(host, app, "GET", proxy(right.authorization))).status).toBe(200);
    const refused = await forwardAuth.ask(host, app, "GET", proxy(wrong.authorization));
    expect([refused.status, refused.headers["proxy-authenticate"]]).toEqual([407, challenge]);
    const nginx = await authRequest.ask(host, app, "GET", proxy(wrong.authorization));
    expect([nginx.status, nginx.headers["www-authenticate"]]).toEqual([401, challenge]);
  });

  test("are taken by /api/verify only with auth=basic, which also asks for them", async () => {
    const host = await startHost();
    expect((await verify.ask(host, app, "GET", right, "")).status).toBe(401);
    expect((await verify.ask(host, app, "GET", right, "?auth=basic")).status).toBe(200);
    // A session counts only without it.
    const session = { cookie: await logIn(host) };
    expect((await verify.ask(host, app, "GET", session, "")).status).toBe(200);
    for (const headers of [wrong, {}, session] as Headers[]) {
      const answer = await verify.ask(host, app, "GET", headers, "?auth=basic");
      expect([answer.status, answer.headers["www-authenticate"]]).toEqual([401, challenge]);
    }
  });
});

describe("an endpoint", () => {
  test("takes only GET and HEAD where the proxy sends no others", async () => {
    const host = shared();
    for (const path of ["/api/authz/forward-auth", "/api/authz/auth-request"]) {
      const { status, headers } = await ask(host.url + path, { method: "POST", headers: { host: "x" } });
      expect([path, status, headers.allow]).toEqual([path, 405, "GET, HEAD"]);
    }
  });

  test("takes a portal from X-Authelia-URL only where that is the proxy's own", async () => {
    const host = shared();
    const headers = { ...browser, "X-Authelia-URL": "https://login.example.com/" };
    const locations = await Promise.all(
      kinds.map(async (kind) => {
        const { location } = (await kind.ask(host, "https://app.example.com/", "GET", headers, "")).headers;
        return [kind.name, location?.split("?", 1)[0]];
      }),
    );
    expect(Object.fromEntries(locations)).toEqual({
      "forward-auth": portal,
      "auth-request": portal,
      "ext-authz": "https://login.example.com/",
      verify: "https://login.example.com/",
    });
  });

  test("gives no body for HEAD", async () => {
    const host = shared();
    const headers = { "X-Original-Method": "HEAD", "X-Original-URL": "https://app.example.com/", ...browser };
    const answer = await ask(`${host.url}/api/authz/auth-request`, { method: "HEAD", headers });
    expect([answer.status, answer.body]).toEqual([401, ""]);
  });

  test("needs each header of its contract", async () => {
    const host = shared();
    const status = async (path: string, headers: Headers) => (await host.get(path, headers)).status;
    const url = { "X-Original-URL": "https://public.example.com/" };
    const forwarded = { "X-Forwarded-Proto": "https", "X-Forwarded-Host": "public.example.com" };
    const method = { "X-Forwarded-Method": "GET" };
    expect(await status("/api/authz/auth-request", { ...url, "X-Original-Method": "GET" })).toBe(200);
    expect(await status("/api/authz/auth-request", url)).toBe(400);
    expect(await status("/api/authz/auth-request", { "X-Original-Method": "GET" })).toBe(400);
    expect(await status("/api/authz/auth-request", { ...method, ...forwarded })).toBe(400);
    expect(await status("/api/authz/forward-auth", { ...method, ...forwarded })).toBe(200);
    expect(await status("/api/authz/forward-auth", forwarded)).toBe(400);
    expect(await status("/api/authz/forward-auth", { ...method, "X-Forwarded-Proto": "https" })).toBe(400);
    expect(await status("/api/authz/forward-auth", { ...method, "X-Forwarded-Host": "public.example.com" })).toBe(400);
    expect(await status("/api/verify", url)).toBe(200);
    expect(await status("/api/verify", forwarded)).toBe(200);
    expect(await status("/api/verify", {})).toBe(401);
  });

  test("sends nobody anywhere from /api/verify without rd", async () => {
    const host = shared();
    const answer = await verify.ask(host, "https://app.example.com/", "GET", browser, "");
    expect([answer.status, answer.headers.location]).toEqual([401, undefined]);
  });

  test("decides ext-authz by the query too, behind a prefix with a final slash or without", async () => {
    const text = configText.replace(
      "    - domain: public",
      '    - domain: app.example.com\n      policy: bypass\n      query: [[{ key: open, value: "1" }]]\n    - domain: public',
    );
    const host = await startHost({ text });
    expect((await extAuthz.ask(host, "https://app.example.com/a?open=1")).status).toBe(200);
    expect((await extAuthz.ask(host, "https://app.example.com//a?open=1")).status).toBe(200);
    expect((await extAuthz.ask(host, "https://app.example.com///a?open=1")).status).toBe(400);
    expect((await extAuthz.ask(host, "https://app.example.com/a?open=2")).status).toBe(401);
  });

  test("takes the last address of X-Forwarded-For that no trusted proxy wrote, and none for unknown", async () => {
    const text = configText.replace(
      "    - domain: public",
      "    - domain: app.example.com\n      policy: bypass\n      networks: [192.0.2.0/24, 127.0.0.0/8]\n    - domain: public",
    );
    const host = await startHost({ text });
    const status = async (value?: string) =>
      (await forwardAuth.ask(host, "https://app.example.com/", "GET", value ? { "X-Forwarded-For": value } : {}))
        .status;
    expect(await status("192.0.2.1")).toBe(200);
    expect(await status("192.0.2.1, 198.51.100.7")).toBe(401);
    expect(await status("198.51.100.7, 192.0.2.1, 127.0.0.1")).toBe(200);
    expect(await status("192.0.2.1, unknown")).toBe(400);
    expect(await status()).toBe(400);
  });

  test("tells in the log, once, what a proxy has to be set up with for rules that have networks", async () => {
    const text = configText.replace(
      "    - domain: public",
      "    - domain: '*.example.com'\n      policy: bypass\n      networks: [192.0.2.0/24]\n    - domain: public",
    );
    const host = await startHost({ text });
    const hints: Readonly<Record<string, string>> = {
      ...Object.fromEntries(kinds.map((kind) => [kind.name, "have the proxy set X-Forwarded-For"])),
      "ext-authz": "add X-Forwarded-For with the value %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% to headers_to_add",
    };
    for (const kind of kinds) {
      const before = host.log.length;
      for (let time = 0; time < 2; time++)
        expect((await kind.ask(host, "https://app.example.com/")).status).toBe(kind.refusal);
      const told = host.log
        .slice(before)
        .map(({ msg }) => String(msg))
        .filter((msg) => msg.includes("networks"));
      expect([kind.name, told.length, told[0]?.includes(hints[kind.name]!) ?? true]).toEqual([
        kind.name,
        kind === forwardAuth || kind === extAuthz ? 1 : 0,
        true,
      ]);
      expect((await kind.ask(host, "https://app.example.com/", "GET", { "X-Forwarded-For": "192.0.2.7" })).status).toBe(
        200,
      );
    }
  });

  test("has Envoy remove what a client sends in the place of the identity, or in a spelling of it", async () => {
    const host = shared();
    const removed = async (url: string, headers: Headers) => {
      const answer = await extAuthz.ask(host, url, "GET", headers);
      expect(answer.status).toBe(200);
      return String(answer.headers["x-envoy-auth-headers-to-remove"]).split(",");
    };
    const names = ["remote-user", "remote-groups", "remote-name", "remote-email"];
    const aliases = [..."!#$%&'*+.^_`|~"].flatMap((separator) => names.map((name) => name.replace("-", separator)));
    expect((await removed("https://public.example.com/", {})).sort()).toEqual([...names, ...aliases].sort());
    expect((await removed("https://app.example.com/", { cookie: await logIn(host) })).sort()).toEqual(aliases.sort());
    const elsewhere = await forwardAuth.ask(host, "https://public.example.com/");
    expect(elsewhere.headers).not.toHaveProperty("x-envoy-auth-headers-to-remove");
  });

  test("loses the path of a target that is too long to come back to", async () => {
    const host = shared();
    const answer = await forwardAuth.ask(host, `https://app.example.com/${"a".repeat(3000)}`, "GET", browser);
    expect(answer.headers.location).toBe(loginAt("https://app.example.com/"));
  });

  test("writes names beyond ASCII as UTF-8, and reads such paths", async () => {
    const { usersText } = await import("../../../../workshop/host/files.ts");
    const host = await startHost({ users: (await usersText()).replace("Alice Liddell", "Ålice Ω") });
    const answer = await authRequest.ask(host, "https://app.example.com/", "GET", { cookie: await logIn(host) });
    expect(Buffer.from(answer.headers["remote-name"] as string, "latin1").toString()).toBe("Ålice Ω");
    const utf8 = Buffer.from("https://public.example.com/ä").toString("latin1");
    expect((await authRequest.ask(host, utf8)).status).toBe(200);
    expect((await authRequest.ask(host, "https://public.example.com/\xe4")).status).toBe(400);
  });

  test("answers 503 and not an allowance when the database fails", async () => {
    const { clock, advance } = movableClock();
    const host = await startHost({ clock });
    const cookie = await logIn(host);
    advance(61);
    const { DatabaseSync } = await import("node:sqlite");
    const database = new DatabaseSync(`${host.folder}/db.sqlite3`);
    onTestFinished(() => database.close());
    database.exec("ALTER TABLE sessions RENAME TO gone");
    expect((await authRequest.ask(host, "https://app.example.com/", "GET", { cookie })).status).toBe(503);
  });
});

describe("a request that a proxy and its client tell of in different ways", () => {
  const bypass = "https://public.example.com/";
  const guarded = "https://admin.example.com/secret?x=1";

  /** Asks an endpoint with both kinds of headers. */
  const tell = (host: TestHost, path: string, told: Headers, originalUrl: string, forwardedUrl: string) =>
    host.get(path, { "X-Original-URL": originalUrl, ...forwardedHeaders(forwardedUrl), ...told });
  const endpoints = [
    ["/api/verify", 401],
    ["/api/authz/forward-auth", 400],
    ["/api/authz/auth-request", 400],
  ] as const;
  const methods = { "X-Forwarded-Method": "GET", "X-Original-Method": "GET" };

  test.each(endpoints)("%s is refused: the client names another target than the one it gets", async (path, refusal) => {
    const host = shared();
    for (const [original, forwarded] of [
      [bypass, guarded],
      [guarded, bypass],
      [bypass, "https://public.example.com/other"],
      [bypass, "https://public.example.com/?"],
      ["https://public.example.com/?x=1", "https://public.example.com/?x=2"],
      [bypass, "https://public.example.com:8443/"],
      ["https://public.example.com:8443/", "https://public.example.com:443/"],
      ["https://public.example.com:8443/", "https://public.example.com:/"],
      ["https://public.example.com:8443/", "https://admin.example.com/"],
      [bypass, "http://public.example.com/"],
      ["", bypass],
      ["junk", bypass],
      [`${bypass}, ${bypass}`, bypass],
    ] as const) {
      const answer = await tell(host, path, methods, original, forwarded);
      expect([original, forwarded, answer.status]).toEqual([original, forwarded, refusal]);
      expect([answer.headers.location, remote(answer)]).toEqual([undefined, []]);
    }
  });

  test.each(endpoints)("%s is refused: the client names another method", async (path, refusal) => {
    const host = shared();
    for (const [original, forwarded] of [
      ["GET", "POST"],
      ["OPTIONS", "GET"],
      ["GET", "get"],
    ] as const) {
      const told = { "X-Original-Method": original, "X-Forwarded-Method": forwarded };
      expect((await tell(host, path, told, bypass, bypass)).status).toBe(refusal);
    }
  });

  test.each(endpoints)("%s is decided where both say the same, in whatever words", async (path) => {
    const host = shared();
    for (const [original, forwarded] of [
      [bypass, bypass],
      ["https://public.example.com", bypass],
      ["HTTPS://Public.Example.com:443/a?b", "https://public.example.com/a?b"],
      ["wss://public.example.com/", bypass],
      [bypass, "wss://public.example.com/"],
      // nginx's $http_host, and its $host.
      ["https://public.example.com:8443/a?b", "https://public.example.com/a?b"],
      [bypass, "https://public.example.com:443/"],
    ] as const) {
      const answer = await tell(host, path, methods, original, forwarded);
      expect([original, forwarded, answer.status]).toEqual([original, forwarded, 200]);
    }
    const { "X-Forwarded-Proto": proto } = forwardedHeaders(bypass);
    const some = await host.get(path, {
      ...methods,
      ...forwardedHeaders(bypass),
      "X-Original-URL": bypass,
      "X-Forwarded-Proto": proto!,
    });
    expect(some.status).toBe(200);
  });

  test("is decided by X-Original-* alone where a front proxy adds some of X-Forwarded-*", async () => {
    const host = shared();
    const told = { "X-Original-Method": "GET", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "public.example.com" };
    const status = async (url: string) =>
      (await host.get("/api/authz/auth-request", { ...told, "X-Original-URL": url })).status;
    expect([await status("https://public.example.com/a"), await status("https://admin.example.com/a")]).toEqual([
      200, 400,
    ]);
  });

  test("is told in the log, once for a proxy", async () => {
    const host = await startHost();
    for (let time = 0; time < 3; time++) await tell(host, "/api/verify", methods, bypass, guarded);
    const told = host.log.map(({ msg }) => String(msg)).filter((msg) => msg.includes("tell different things"));
    expect(told).toHaveLength(1);
  });

  test("at /api/verify has the method that comes with its X-Original-URL, and never one of an override header", async () => {
    const text = configText.replace(
      "    - domain: public",
      "    - domain: app.example.com\n      methods: [GET]\n      policy: bypass\n    - domain: public",
    );
    const host = await startHost({ text });
    const app = "https://app.example.com/";
    const status = async (headers: Headers) => (await host.get("/api/verify", headers)).status;
    expect(await status({ "X-Original-URL": app, "X-Original-Method": "POST" })).toBe(401);
    expect(await status({ "X-Original-URL": app, "X-Original-Method": "GET" })).toBe(200);
    expect(await status({ "X-Original-URL": app, "X-Original-Method": "POST", "X-Forwarded-Method": "GET" })).toBe(401);
    const posted = { ...forwardedHeaders(app), "X-Forwarded-Method": "POST" };
    for (const header of ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"])
      expect(await status({ ...posted, [header]: "GET" })).toBe(401);
  });

  test.each([
    ["X-Rewrite-URL", "/"],
    ["X-Forwarded-Path", "/"],
    ["X-Original-URI", "/"],
    ["X-Original-Host", "public.example.com"],
    ["Forwarded", "host=public.example.com;proto=https"],
    ["X-Host", "public.example.com"],
  ])("has no target by %s", async (name, value) => {
    const host = shared();
    for (const kind of kinds) {
      const answer = await kind.ask(host, guarded, "GET", { [name]: value });
      expect([kind.name, answer.status]).toEqual([kind.name, 401]);
    }
  });

  test("in two lines of one header is refused", async () => {
    const host = shared();
    for (const [path, refusal] of endpoints)
      for (const name of [
        "X-Forwarded-Method",
        "X-Forwarded-Proto",
        "X-Forwarded-Host",
        "X-Forwarded-Uri",
        "X-Original-URL",
        "X-Original-Method",
      ]) {
        const told = { ...methods, ...forwardedHeaders(bypass), "X-Original-URL": bypass } as Record<string, string>;
        const key = Object.keys(told).find((known) => known.toLowerCase() === name.toLowerCase())!;
        const { status } = await host.get(path, { ...told, [key]: [told[key], told[key]] as unknown as string });
        expect([path, name, status]).toEqual([path, name, refusal]);
      }
  });
});

test("a log-out, here or by another process, is in force at once and compiles the policy no more", async () => {
  const host = await startHost();
  const url = "https://app.example.com/";
  const statusOf = async (cookie: string) => (await forwardAuth.ask(host, url, "GET", { cookie })).status;
  const staying = await logIn(host, "bob");
  expect(await statusOf(staying)).toBe(200);
  const load = vi.spyOn(Shell.prototype, "load");
  onTestFinished(() => load.mockRestore());
  for (let i = 0; i < 50; i++) {
    const cookie = await logIn(host);
    expect(await statusOf(cookie)).toBe(200);
    await host.postJson("/api/logout", {}, { cookie });
    expect([await statusOf(cookie), await statusOf(staying)]).toEqual([401, 200]);
  }
  const revocation = { at: Math.floor(Date.now() / 1000), longestLease: 300, grace: 960 };
  const ended = await logIn(host);
  expect(await statusOf(ended)).toBe(200);
  await fromOutside(host, (store) => store.sessions.revokeSession(payloadOf(ended).sid as string, revocation));
  await expect.poll(() => statusOf(ended), { timeout: 10_000 }).toBe(401);
  await fromOutside(host, (store) => store.sessions.revokeUser("bob", { ...revocation, at: revocation.at + 1 }));
  await expect.poll(() => statusOf(staying), { timeout: 10_000 }).toBe(401);
  expect(load).not.toHaveBeenCalled();
});
