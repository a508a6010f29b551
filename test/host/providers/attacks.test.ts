// Attacks on signing in with a provider. Each is tried for real against a host; the provider is a real one that misbehaves on purpose.
import type { IncomingMessage, ServerResponse } from "node:http";
import { SignJWT, UnsecuredJWT } from "jose";
import { describe, expect, test } from "vitest";
import { payloadOf, startHost, type TestHost } from "../../../workshop/host/in-process.ts";
import { clientId, clientSecret, type OpenIdServer } from "../../../workshop/servers/openid-provider.ts";
import { Browser, configWith, openIdServer, portal, providerText } from "../support/sign-in.ts";

const tokenRequests = ({ requests }: OpenIdServer) => requests.filter((one) => one === "POST /token").length;

async function start(more = "", { configuration = {}, ids = ["company"] } = {}) {
  const redirectUris = ids.map((id) => `${portal}/login/provider/${id}/callback`);
  const server = await openIdServer({ redirectUris, configuration });
  const host = await startHost({ text: configWith(ids.map((id) => providerText(server, more, id)).join("")) });
  return { server, host, browser: new Browser(host, server) };
}

/** A provider whose token endpoint answers with what `answer` makes of the nonce of the request. */
async function lying(answer: (about: { nonce: string; server: OpenIdServer; now: number }) => unknown, more = "") {
  const { server, host, browser } = await start(more, { configuration: { features: plain } });
  const reply = (response: ServerResponse, body: unknown) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(body));
    return true;
  };
  let nonce = "";
  server.intercept = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url!, server.issuer);
    if (url.pathname === "/auth" && url.searchParams.has("nonce")) nonce = url.searchParams.get("nonce")!;
    if (url.pathname !== "/token") return false;
    return reply(response, await answer({ nonce, server, now: Math.floor(Date.now() / 1000) }));
  };
  return { server, host, browser };
}

/** The nonce stands in the address of the request, and all claims in the ID token. */
const plain = {
  devInteractions: { enabled: false },
  pushedAuthorizationRequests: { enabled: false },
  userinfo: { enabled: false },
};

interface About {
  readonly nonce: string;
  readonly server: OpenIdServer;
  readonly now: number;
}

const honest = ({ nonce, server, now }: About) => ({
  ...{ iss: server.issuer, aud: clientId, sub: "alice", nonce, iat: now, exp: now + 60 },
  ...{ preferred_username: "alice", name: "Alice", email: "alice@example.com", groups: [] as string[] },
});

const tokens = (idToken: string) => ({ access_token: "a", token_type: "Bearer", expires_in: 60, id_token: idToken });

const isLoggedIn = (browser: Browser) => browser.cookies().includes("zerohop_session=");

describe("an answer of the provider's", () => {
  test("counts in the browser that it was asked for in and in no other (login CSRF)", async () => {
    const { server, host, browser } = await start();
    const { url } = await browser.signIn("alice", { stops: true });
    const victim = new Browser(host, server);
    await victim.follow(`${portal}/login/provider/company`);
    const { answer } = await victim.follow(url);
    expect([answer!.status, tokenRequests(server), isLoggedIn(victim)]).toEqual([400, 0, false]);
    expect(answer!.body).toContain("begun in another browser");
  });

  test("counts once (replay)", async () => {
    const { server, browser } = await start();
    const { url } = await browser.signIn("alice", { stops: true });
    const kept = browser.cookies();
    await browser.follow(url);
    expect(isLoggedIn(browser)).toBe(true);
    expect((await browser.get(url)).status).toBe(400);
    // Nor in a browser that has put its cookies back.
    for (const pair of kept.split("; ")) browser.setCookie(...(pair.split("=") as [string, string]));
    const again = await browser.get(url);
    expect([again.status, tokenRequests(server)]).toEqual([403, 2]);
  });

  test("with the code of somebody else's login is refused (code injection)", async () => {
    const { server, host, browser } = await start();
    const attacker = await browser.signIn("bob", { stops: true });
    const code = new URL(attacker.url).searchParams.get("code")!;
    const victim = new Browser(host, server);
    const own = new URL((await victim.signIn("alice", { stops: true })).url);
    own.searchParams.set("code", code);
    const { answer } = await victim.follow(own.href);
    expect([answer!.status, isLoggedIn(victim)]).toEqual([403, false]);
  });

  test("at the address of another provider is refused, and so is one that another issuer says it is from (mix-up)", async () => {
    const { server, host } = await start("", { ids: ["company", "other"] });
    const alterations: readonly (readonly [(url: URL) => void, number])[] = [
      [(url) => (url.pathname = url.pathname.replace("/company/", "/other/")), 400],
      [(url) => url.searchParams.set("iss", "https://evil.example.com"), 403],
      [(url) => url.searchParams.delete("iss"), 403],
    ];
    for (const [alter, status] of alterations) {
      const browser = new Browser(host, server);
      const url = new URL((await browser.signIn("alice", { stops: true })).url);
      alter(url);
      expect([(await browser.get(url.href)).status, isLoggedIn(browser)]).toEqual([status, false]);
    }
    expect(tokenRequests(server)).toBe(0);
  });

  test("with a state that was altered, or given twice, is refused", async () => {
    const { browser } = await start();
    const { url } = await browser.signIn("alice", { stops: true });
    const state = new URL(url).searchParams.get("state")!;
    const last = state.at(-2) === "A" ? "B" : "A";
    const altered = `${state.slice(0, -2)}${last}${state.at(-1)}`;
    expect((await browser.get(url.replace(state, altered))).status).toBe(400);
    expect((await browser.get(`${url}&state=${state}`)).status).toBe(403);
    expect(isLoggedIn(browser)).toBe(false);
  });

  test("leads to no address outside the cookie domain (open redirect)", async () => {
    const { browser } = await start();
    for (const rd of [
      "https://evil.example.org/",
      "//evil.example.org",
      "https://example.com@evil.example.org/",
      "javascript:alert(1)",
    ]) {
      const { url } = await browser.signIn("alice", { query: `?rd=${encodeURIComponent(rd)}` });
      expect(url).toBe(`${portal}/`);
    }
    const { url } = await browser.signIn("alice", { query: `?next=${encodeURIComponent("//evil.example.org")}` });
    expect(url).toBe(`${portal}/`);
  });
});

describe("a link of somebody else's", () => {
  const followed: readonly Readonly<Record<string, string>>[] = [
    ...["cross-site", "same-site", "none"].map((site) => ({ "sec-fetch-site": site })),
    { referer: "https://evil.example.org/" },
  ];
  const raised = async () => {
    const { server, host, browser } = await start("second_factor: { acr: [two] }\nfirst_login: create");
    server.proof = { acr: "two" };
    await browser.signIn("alice");
    server.proof = {};
    // The same browser, which has logged in at the provider by one factor meanwhile.
    const later = new Browser(host, server);
    for (const pair of browser.cookies().split("; "))
      later.setCookie(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
    return { server, host, browser: later };
  };

  test("takes nobody to the provider who is logged in, but to the page that it names", async () => {
    const { server, host, browser } = await raised();
    const app = encodeURIComponent("https://app.example.com/");
    const asked = server.requests.length;
    const before = browser.cookies();
    for (const headers of followed)
      for (const [query, location] of [
        ["", "/"],
        [`?rd=${app}&rm=GET`, `/?rd=${app}`],
        ["?next=%2Faccount", "/account"],
        ["?second_factor=anew", "/"],
        [`?invitation=${"a".repeat(32)}`, "/"],
      ]) {
        const answer = await browser.get(`${portal}/login/provider/company${query}`, headers);
        expect([query, answer.status, answer.headers.location]).toEqual([query, 302, location]);
      }
    expect([server.requests.length, browser.cookies()]).toEqual([asked, before]);
    // Whoever is not logged in is taken there, as by a provider's own list of applications.
    const other = new Browser(host, server);
    const there = await other.get(`${portal}/login/provider/company`, followed[0]);
    expect(there.headers.location).toMatch(server.issuer);
    // And so is whoever asks for it on a page of the portal's.
    const asks = await browser.get(`${portal}/login/provider/company`, { "sec-fetch-site": "same-origin" });
    expect(asks.headers.location).toMatch(server.issuer);
  });

  test("lowers no session, whatever browser it is followed in: two factors that were shown stay", async () => {
    const { browser } = await raised();
    const { sid } = payloadOf(browser.cookies());
    const app = "https://app.example.com/";
    const { url } = await browser.signIn("alice", { query: `?rd=${encodeURIComponent(app)}` });
    expect([url, payloadOf(browser.cookies())]).toMatchObject([app, { sid, level: 2 }]);
  });
});

describe("a flood of logins that are begun", () => {
  const begin = (host: TestHost, from: string) =>
    host.get("/login/provider/company", { accept: "text/html", "x-forwarded-for": from });
  const pushes = ({ requests }: OpenIdServer) => requests.filter((one) => one === "POST /request").length;

  test("costs the provider few requests, and refuses nobody", async () => {
    const { server, host } = await start();
    const began = performance.now();
    for (let sent = 0; sent < 130; sent += 10) {
      const answers = await Promise.all(Array.from({ length: 10 }, () => begin(host, "203.0.113.9")));
      for (const { status, headers } of answers) {
        const { origin, searchParams } = new URL(headers.location!);
        // What was not sent ahead the browser brings.
        const isWhole = searchParams.has("request_uri") || searchParams.get("code_challenge_method") === "S256";
        expect([status, origin, isWhole]).toEqual([302, server.issuer, true]);
      }
    }
    const seconds = (performance.now() - began) / 1000;
    expect(pushes(server)).toBeGreaterThanOrEqual(100);
    expect(pushes(server)).toBeLessThanOrEqual(100 + 2 * seconds);
    const other = new URL((await begin(host, "198.51.100.7")).headers.location!);
    expect(other.searchParams.has("request_uri")).toBe(true);
  });

  test("is told to wait where the provider takes no others", async () => {
    const pushedAuthorizationRequests = { enabled: true, requirePushedAuthorizationRequests: true };
    const features = { devInteractions: { enabled: false }, pushedAuthorizationRequests };
    const { host } = await start("", { configuration: { features } });
    const statuses = new Set<number>();
    // A customer of IPv6 has as many networks as they like.
    for (let sent = 0; sent < 300 && !statuses.has(503); sent += 10)
      for (const { status } of await Promise.all(
        Array.from({ length: 10 }, (_, index) => begin(host, `2001:db8:0:${index}::1`)),
      ))
        statuses.add(status);
    expect([...statuses].sort()).toEqual([302, 503]);
    expect((await begin(host, "2001:db8:1::1")).status).toBe(302);
  });
});

describe("a rule that wants a new login", () => {
  test("does not take one for new whose browser has not told the provider, nor one without a time", async () => {
    const server = await openIdServer({ configuration: { features: plain } });
    const rule = "    - domain: app.example.com\n      policy: one_factor\n";
    const text = configWith(providerText(server, "clock_skew: 0s")).replace(rule, `${rule}      max_age: 1s\n`);
    const host = await startHost({ text });
    const browser = new Browser(host, server);
    await browser.signIn("alice");
    const { auth_time: first } = payloadOf(browser.cookies()) as { auth_time: number };
    await expect.poll(() => Date.now() / 1000 - first, { timeout: 5000 }).toBeGreaterThan(2);
    const start = `${portal}/login/provider/company?rd=${encodeURIComponent("https://app.example.com/")}`;
    const there = new URL((await browser.get(start)).headers.location!);
    expect([there.searchParams.get("prompt"), there.searchParams.get("max_age")]).toEqual(["login", "0"]);
    for (const maxAge of ["3600", undefined]) {
      const address = new URL((await browser.get(start)).headers.location!);
      address.searchParams.delete("prompt");
      address.searchParams.delete("max_age");
      if (maxAge !== undefined) address.searchParams.set("max_age", maxAge);
      const { answer } = await browser.follow(address.href);
      expect([answer!.status, payloadOf(browser.cookies()).auth_time]).toEqual([403, first]);
    }
    // Nor one that the provider makes without a word, of somebody who was going nowhere.
    for (const asks of [true, false]) {
      const address = new URL((await browser.get(`${portal}/login/provider/company`)).headers.location!);
      if (!asks) address.searchParams.delete("max_age");
      expect((await browser.follow(address.href)).url).toBe(`${portal}/`);
      expect([asks, payloadOf(browser.cookies()).auth_time]).toEqual([asks, asks ? first : 0]);
    }
    const { url } = await browser.signIn("alice", { query: new URL(start).search });
    expect(url).toBe("https://app.example.com/");
    expect(payloadOf(browser.cookies()).auth_time).toBeGreaterThan(first);
  });
});

test("a flood of worthless codes from one address reaches the provider until thirty of them have counted", async () => {
  const { server, host } = await start("", { configuration: { features: plain } });
  const from = { "x-forwarded-for": "203.0.113.9" };
  const begun = await Promise.all(
    Array.from({ length: 120 }, () => host.get("/login/provider/company", { accept: "text/html", ...from })),
  );
  const held = Promise.withResolvers<void>();
  server.intercept = async ({ url }) => {
    if (url === "/token") await held.promise;
    return false;
  };
  const answers = begun.map(({ headers }) => {
    const query = {
      code: "worthless",
      state: new URL(headers.location!).searchParams.get("state")!,
      iss: server.issuer,
    };
    const cookie = headers["set-cookie"]![0]!.split(";")[0]!;
    return host.get(`/login/provider/company/callback?${new URLSearchParams(query)}`, { ...from, cookie });
  });
  await expect.poll(() => tokenRequests(server), { timeout: 20_000 }).toBe(32);
  held.resolve();
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([403, 429]));
  expect(tokenRequests(server)).toBeLessThan(30 + 32);
});

describe("a provider that is slow", () => {
  test("keeps no password waiting that comes from the same address", async () => {
    const { server, host } = await start("timeout: 30s");
    const from = { "x-forwarded-for": "203.0.113.9" };
    const near = { ...host, get: (path: string, headers = {}) => host.get(path, { ...headers, ...from }) };
    const browsers = Array.from({ length: 31 }, () => new Browser(near, server));
    const urls = await Promise.all(
      browsers.map(async (browser) => (await browser.signIn("alice", { stops: true })).url),
    );
    const held = Promise.withResolvers<void>();
    server.intercept = async ({ url }) => {
      if (url === "/token") await held.promise;
      return false;
    };
    const answers = browsers.map((browser, index) => browser.get(urls[index]!));
    await expect.poll(() => tokenRequests(server), { timeout: 20_000 }).toBeGreaterThanOrEqual(30);
    const loggedIn = host.postJson("/api/firstfactor", { username: "alice", password: "demo" }, from);
    const late = new Promise((resolve) => setTimeout(resolve, 10_000, "late"));
    const first = await Promise.race([loggedIn.then(({ status }) => status), late]);
    held.resolve();
    expect(first).toBe(200);
    await Promise.all(answers);
  });
});

describe("an ID token", () => {
  test("as it has to be is taken, so that what follows is refused for its one fault", async () => {
    const { browser } = await lying(async (about) => tokens(await about.server.sign(honest(about))));
    await browser.signIn("alice");
    expect(isLoggedIn(browser)).toBe(true);
  });

  test("may have a long user name, which is cut between characters", async () => {
    const name = `${"a".repeat(199)}\u{1F600}`;
    const { browser } = await lying(async (about) =>
      tokens(await about.server.sign({ ...honest(about), preferred_username: name })),
    );
    await browser.signIn("alice");
    expect(payloadOf(browser.cookies()).sub).toBe(`${"a".repeat(199)}@company`);
  });

  const faults: Readonly<Record<string, (about: About) => Promise<string> | string>> = {
    "without a signature (alg none)": (about) => new UnsecuredJWT(honest(about)).encode(),
    "signed with the client's secret (HS256)": (about) =>
      new SignJWT(honest(about)).setProtectedHeader({ alg: "HS256" }).sign(Buffer.from(clientSecret)),
    "signed with a key that is not the provider's": async (about) => {
      const { privateKey } = await globalThis.crypto.subtle.generateKey(
        { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" },
        true,
        ["sign", "verify"],
      );
      return new SignJWT(honest(about)).setProtectedHeader({ alg: "RS256" }).sign(privateKey);
    },
    "for another client (aud)": (about) => about.server.sign({ ...honest(about), aud: "another" }),
    "for several clients without azp": (about) => about.server.sign({ ...honest(about), aud: [clientId, "another"] }),
    "issued to another client (azp)": (about) => about.server.sign({ ...honest(about), azp: "another" }),
    "of another issuer": (about) => about.server.sign({ ...honest(about), iss: "https://evil.example.com" }),
    "with another nonce": (about) => about.server.sign({ ...honest(about), nonce: "another" }),
    "without a nonce": (about) => about.server.sign({ ...honest(about), nonce: undefined }),
    "that has run out": (about) => about.server.sign({ ...honest(about), iat: about.now - 600, exp: about.now - 300 }),
    "without a sub": (about) => about.server.sign({ ...honest(about), sub: undefined }),
    "with a sub that is no text": (about) => about.server.sign({ ...honest(about), sub: 17 }),
    "with a sub that databases do not keep apart from others": (about) =>
      about.server.sign({ ...honest(about), sub: "a\ud800" }),
    "with a control character in its sub": (about) => about.server.sign({ ...honest(about), sub: "a\0b" }),
    "with an overlong sub": (about) => about.server.sign({ ...honest(about), sub: "a".repeat(256) }),
  };

  test.each(Object.entries(faults))("%s is refused", async (_, make) => {
    const { browser } = await lying(async (about) => tokens(await make(about)));
    const { answer } = await browser.signIn("alice");
    expect([answer!.status, isLoggedIn(browser)]).toEqual([403, false]);
    expect(answer!.body).toContain("could not be used");
  });

  test("alone says how somebody has logged in: what stands beside it counts for no second factor", async () => {
    const { server, browser } = await start("second_factor: { acr: [two], amr: [mfa] }", {
      configuration: { features: { ...plain, userinfo: { enabled: true } } },
    });
    let nonce = "";
    server.intercept = async (request, response) => {
      const url = new URL(request.url!, server.issuer);
      nonce = url.searchParams.get("nonce") ?? nonce;
      const about = { nonce, server, now: Math.floor(Date.now() / 1000) };
      const answers: Readonly<Record<string, () => Promise<unknown>>> = {
        "/token": async () => tokens(await server.sign({ ...honest(about), groups: undefined })),
        "/me": async () => ({ sub: "alice", groups: ["dev"], acr: "two", amr: ["mfa"], auth_time: 5 }),
      };
      const answer = answers[url.pathname];
      if (!answer) return false;
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(await answer()));
      return true;
    };
    await browser.signIn("alice");
    const { level, amr, groups } = payloadOf(browser.cookies());
    expect({ level, amr, groups }).toEqual({ level: 1, amr: ["fed"], groups: ["dev", "source:company"] });
  });

  test("signed by an algorithm that is not on the list is refused", async () => {
    const { browser } = await lying(
      async (about) => tokens(await about.server.sign(honest(about))),
      "algorithms: [ES256]",
    );
    await browser.signIn("alice");
    expect(isLoggedIn(browser)).toBe(false);
  });

  test("with more groups than anybody has is refused on a page, and one that is larger than an answer may be", async () => {
    for (const [count, status] of [
      [10_001, 403],
      [5_000, 422],
      [200_000, 503],
    ] as const) {
      const groups = Array.from({ length: count }, (_, index) => `group-number-${index}`);
      const { browser } = await lying(async (about) => tokens(await about.server.sign({ ...honest(about), groups })));
      const { answer } = await browser.signIn("alice");
      expect([count, answer!.status, isLoggedIn(browser)]).toEqual([count, status, false]);
    }
  });

  test("that leaves the groups out for their number (Entra) is refused with the reason", async () => {
    const overage = {
      groups: undefined,
      _claim_names: { groups: "src1" },
      _claim_sources: { src1: { endpoint: "https://evil.example.com" } },
    };
    const answering = async (about: About) => tokens(await about.server.sign({ ...honest(about), ...overage }));
    for (const more of ["", "allow: { groups: [dev] }"]) {
      const { browser } = await lying(answering, more);
      const { answer } = await browser.signIn("alice");
      expect([more, answer!.status]).toEqual([more, 403]);
      expect(answer!.body).toContain("too many of them");
    }
  });
});

describe("the host asks nobody but the provider (SSRF)", () => {
  test("an address that is not public is not asked unless the configuration names its network", async () => {
    const server = await openIdServer();
    for (const networks of ["[]", "[10.0.0.0/8]"]) {
      const text = configWith(providerText(server)).replace('networks: [127.0.0.1, "::1"]', `networks: ${networks}`);
      const host = await startHost({ text });
      const answer = await new Browser(host, server).get(`${portal}/login/provider/company`);
      expect([answer.status, server.requests]).toEqual([502, []]);
      expect(host.log.some(({ reason }) => String(reason).includes("not public"))).toBe(true);
    }
  });

  test("an answer that changes to another protocol is none", async () => {
    const { server, browser } = await start();
    const { url } = await browser.signIn("alice", { stops: true });
    server.intercept = (request, response) => {
      if (request.url !== "/token") return false;
      response.socket!.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n");
      return true;
    };
    expect((await browser.get(url)).status).toBe(503);
  });

  test("no redirect is followed, and no endpoint by http", async () => {
    const { server, browser } = await start();
    server.intercept = (_, response) => {
      response.writeHead(302, { location: `${server.issuer}/elsewhere` }).end();
      return true;
    };
    expect((await browser.get(`${portal}/login/provider/company`)).status).toBeGreaterThanOrEqual(502);
    expect(server.requests.filter((one) => one.includes("elsewhere"))).toEqual([]);
  });

  test.each([
    ["another issuer", { issuer: "https://evil.example.com" }],
    ["a login page by http", { authorization_endpoint: "http://localhost/auth" }],
    ["no keys", { jwks_uri: undefined }],
  ])("a discovery document with %s is refused", async (_, lie) => {
    const { server, browser } = await start();
    server.intercept = (request, response) => {
      if (request.url !== "/.well-known/openid-configuration") return false;
      const { issuer } = server;
      const document = {
        ...{
          issuer,
          authorization_endpoint: `${issuer}/auth`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/jwks`,
        },
        ...{ response_types_supported: ["code"], subject_types_supported: ["public"] },
        ...lie,
      };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(document));
      return true;
    };
    expect((await browser.get(`${portal}/login/provider/company`)).status).toBe(502);
  });
});
