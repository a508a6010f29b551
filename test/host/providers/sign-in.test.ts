// Signing in with an OpenID provider: oidc-provider, a real one, over HTTPS.
import { describe, expect, test } from "vitest";
import {
  type Answer,
  cookieOf,
  logIn,
  payloadOf,
  startHost,
  type TestHost,
} from "../../../workshop/host/in-process.ts";
import { Browser, configWith, openIdServer, portal, providerText } from "../support/sign-in.ts";

const rd = "https://app.example.com/reports?a=1#view";
const back = `?rd=${encodeURIComponent(rd)}`;

async function start({ more = "", alone = false } = {}) {
  const server = await openIdServer();
  const host = await startHost({ text: configWith(providerText(server, more), alone) });
  return { server, host, browser: new Browser(host, server) };
}

/** Who a browser is logged in as. */
function whoIs(browser: Browser): unknown {
  const cookies = browser.cookies();
  return cookies.includes("zerohop_session=") ? payloadOf(cookies).sub : undefined;
}

/** What forward-auth says to a request of a browser's. */
function authorize(host: TestHost, browser: Browser, url: string): Promise<Answer> {
  return host.get("/api/verify", { host: "zerohop_host", "x-original-url": url, cookie: browser.cookies() });
}

describe("somebody who signs in with a provider", () => {
  test("comes back to where they were going, fragment and all, and has an account of that provider's", async () => {
    const { browser } = await start();
    const { url } = await browser.signIn("alice", { query: back });
    expect(url).toBe(rd);
    expect(payloadOf(browser.cookies())).toMatchObject({
      ...{ sub: "alice@company", name: "Alice Liddell", email: "alice@example.com", level: 1, amr: ["fed"] },
      groups: ["admins", "dev", "source:company"],
    });
  });

  test("keeps their account when the provider calls them otherwise, and what it says of them is in force", async () => {
    const { server, host, browser } = await start();
    await browser.signIn("alice");
    server.people.set("alice", { preferred_username: "queen", name: "The Queen", groups: ["court"] });
    const other = new Browser(host, server);
    await other.signIn("alice");
    expect(payloadOf(other.cookies())).toMatchObject({ sub: "alice@company", name: "The Queen" });
    expect(payloadOf(other.cookies()).groups).toEqual(["court", "source:company"]);
    expect(payloadOf(other.cookies()).email).toBeUndefined();
  });

  test("never becomes somebody else who is called the same there, or in the users file", async () => {
    const { server, host, browser } = await start();
    await browser.signIn("alice");
    server.people.set("mallory", { ...server.people.get("alice"), preferred_username: "Alice" });
    const other = new Browser(host, server);
    await other.signIn("mallory");
    expect([whoIs(browser), whoIs(other)]).toEqual(["alice@company", "Alice.2@company"]);
    expect(payloadOf(await logIn(host)).sub).toBe("alice");
    // Passwords are for the users file alone.
    const answer = await host.postJson("/api/firstfactor", { username: "alice@company", password: "demo" });
    expect(answer.status).toBe(401);
  });

  test("never has a name that an application may take for somebody else's, who is called so in other characters", async () => {
    const { server, host, browser } = await start();
    await browser.signIn("alice");
    const names = ["\uff21lice", "al\u200bice", "\ud835\udc4elice"];
    for (const [index, preferred_username] of names.entries()) {
      server.people.set(`mallory${index}`, { ...server.people.get("alice"), preferred_username });
      const other = new Browser(host, server);
      await other.signIn(`mallory${index}`);
      expect(whoIs(other)).toBe(`${preferred_username}.${index + 2}@company`);
    }
  });

  test("has a name of their own where names are plain, and another one where somebody has had it", async () => {
    const { server, host, browser } = await start({ more: "usernames: plain", alone: true });
    await browser.signIn("alice");
    server.people.set("mallory", { ...server.people.get("alice") });
    const other = new Browser(host, server);
    await other.signIn("mallory");
    expect([whoIs(browser), whoIs(other)]).toEqual(["alice", "alice@company"]);
  });

  test("gets in by rules about groups and about the provider, which applications are not told of", async () => {
    const server = await openIdServer();
    const rules = `    - domain: company.example.com
      policy: one_factor
      subject: source:company
    - domain: other.example.com
      policy: one_factor
      subject: source:other
`;
    const host = await startHost({ text: configWith(providerText(server)) + rules });
    const browser = new Browser(host, server);
    await browser.signIn("bob");
    const answers = await Promise.all(
      ["dev", "company", "other", "admin"].map((name) => authorize(host, browser, `https://${name}.example.com/`)),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 403, 403]);
    expect(answers[0]!.headers).toMatchObject({ "remote-user": "bob@company", "remote-groups": "dev" });
    // Somebody of the users file has signed in with none.
    const cookie = await logIn(host, "bob");
    const headers = { host: "zerohop_host", "x-original-url": "https://company.example.com/", cookie };
    expect((await host.get("/api/verify", headers)).status).toBe(403);
  });

  test("begins in several tabs at a time, and comes back to each tab's own target, in whatever order", async () => {
    const { browser } = await start();
    const targets = ["one", "two", "three"].map((path) => `https://app.example.com/${path}`);
    const ways: string[] = [];
    for (const target of targets) {
      const way = await browser.get(`${portal}/login/provider/company?rd=${encodeURIComponent(target)}`);
      ways.push(way.headers.location!);
    }
    const [first, ...others] = ways.toReversed();
    const { url: page } = await browser.follow(first!);
    const found = [(await browser.follow(page, await browser.submit(page, { login: "alice" }))).url];
    // The provider knows who it is from the second on.
    for (const way of others) found.push((await browser.follow(way)).url);
    expect(found.toReversed()).toEqual(targets);
  });

  test("is level 2 by the acr or amr that the configuration names, and by no other", async () => {
    const more = "second_factor:\n  acr: [two]\n  amr: [otp]\n";
    const { server, host } = await start({ more });
    const levels: unknown[] = [];
    for (const proof of [{}, { acr: "one" }, { acr: "two" }, { amr: ["pwd"] }, { amr: ["pwd", "otp"] }]) {
      server.proof = proof;
      const browser = new Browser(host, server);
      await browser.signIn("alice");
      const { level, amr } = payloadOf(browser.cookies());
      levels.push([level, amr]);
    }
    expect(levels).toEqual([
      [1, ["fed"]],
      [1, ["fed"]],
      [2, ["fed", "mfa"]],
      [1, ["fed"]],
      [2, ["fed", "otp", "mfa"]],
    ]);
  });

  test("has the groups and claims of the configured paths, by the names that the map gives", async () => {
    const more = `claims:
  groups: realm_access.roles
  username: https://example.com/login
groups:
  map: { "8a1c": [admins, dev], tabs: "a,b" }
  only_mapped: true
`.replace(', tabs: "a,b"', "");
    const server = await openIdServer({
      configuration: {
        claims: {
          openid: ["sub", "realm_access", "https://example.com/login"],
          profile: ["name"],
          email: ["email"],
          groups: [],
        },
      },
    });
    server.people.set("carol", {
      realm_access: { roles: ["8a1c", "staff"] },
      "https://example.com/login": "cc",
      name: "Carol",
    });
    const host = await startHost({ text: configWith(providerText(server, more)) });
    const browser = new Browser(host, server);
    await browser.signIn("carol");
    expect(payloadOf(browser.cookies())).toMatchObject({
      sub: "cc@company",
      groups: ["admins", "dev", "source:company"],
    });
  });

  test("has no address that the provider has not verified, and no group that could not be told", async () => {
    const { server, browser } = await start();
    const groups = ["a,b", " c", "source:file", "", "ok"];
    server.people.set("dave", {
      preferred_username: "dave",
      email: "alice@example.com",
      email_verified: false,
      groups,
    });
    await browser.signIn("dave");
    const claims = payloadOf(browser.cookies());
    expect([claims.email, claims.groups]).toEqual([undefined, ["ok", "source:company"]]);
  });

  test.each([
    ["allow: { groups: [admins] }", "alice"],
    ["allow: { domains: [example.com] }", "alice"],
    ["allow: { claims: { name: [Alice Liddell, Somebody] } }", "alice"],
  ])("is let in by %s, and nobody else is", async (more, let_in) => {
    const { server, host } = await start({ more });
    server.people.set("eve", { preferred_username: "eve", email: "eve@example.com", name: "Eve", groups: ["dev"] });
    for (const [who, status] of [
      [let_in, "in"],
      ["eve", 403],
    ] as const) {
      const browser = new Browser(host, server);
      const { answer } = await browser.signIn(who, { query: back });
      expect([who, answer ? answer.status : "in"]).toEqual([who, status]);
      if (answer) expect(answer.body).toContain("you may not log in here");
    }
  });
});

describe("the login page", () => {
  test("has a button for each provider, which keeps the way back", async () => {
    const { browser } = await start();
    const { body } = await browser.get(`${portal}/${back}&rm=POST`);
    expect(body).toContain("Log in with Company");
    expect(body).toContain('action="/login"');
    expect(body).toContain(`href="/login/provider/company?rd=${encodeURIComponent(rd)}&amp;rm=POST"`);
  });

  test("asks for no password and takes the visitor on where there is one provider alone, but not after a log-out", async () => {
    const { host, browser } = await start({ alone: true });
    const first = await browser.get(`${portal}/${back}`);
    expect(first.body).toContain("data-onward");
    expect(first.body).toContain(`content="0; url=/login/provider/company?rd=${encodeURIComponent(rd)}"`);
    await browser.signIn("alice");
    expect(whoIs(browser)).toBe("alice@company");
    await browser.submit(`${portal}/logout`, { rd });
    expect(whoIs(browser)).toBeUndefined();
    const after = await browser.get(`${portal}/${back}`);
    expect(after.body).not.toContain("data-onward");
    expect(after.body).not.toContain('name="password"');
    expect(after.body).toContain("Log in with Company");
    // The provider is asked to ask: it would log them in again without a word.
    const { url } = await browser.follow(`${portal}/login/provider/company${back}`);
    expect(new URL(url).pathname).toMatch(/^\/interaction\//);
    await browser.signIn("alice");
    expect((await browser.get(`${portal}/account`)).status).toBe(200);
    expect(browser.cookies()).not.toContain("logged_out");
    expect((await host.postJson("/api/firstfactor", { username: "alice", password: "demo" })).status).toBe(401);
  });

  test("asks Google for no prompt that it does not know, but to choose the account again", async () => {
    const features = { devInteractions: { enabled: false }, pushedAuthorizationRequests: { enabled: false } };
    const server = await openIdServer({ configuration: { features } });
    const browser = new Browser(await startHost({ text: configWith(providerText(server, "preset: google")) }), server);
    browser.setCookie("__Host-zerohop_logged_out", "1");
    const { searchParams } = new URL((await browser.get(`${portal}/login/provider/company`)).headers.location!);
    expect([searchParams.get("prompt"), searchParams.get("max_age")]).toEqual(["select_account", null]);
  });

  test("of a provider that says no leads to a page with its reason and the way to begin again", async () => {
    const { browser } = await start();
    const { answer } = await browser.signIn("nobody", { query: back });
    expect(answer!.status).toBe(403);
    expect(answer!.body).toContain("says that the login was cancelled");
    expect(answer!.body).toContain(`href="/login/provider/company?rd=${encodeURIComponent(rd)}"`);
    expect(whoIs(browser)).toBeUndefined();
  });
});

describe("a provider that is down or slow", () => {
  test("is told of on a page with 503, and passwords work as ever", async () => {
    const { server, host, browser } = await start({ more: "timeout: 1s" });
    await server.stop();
    const down = await browser.get(`${portal}/login/provider/company`);
    expect([down.status, down.headers["retry-after"]]).toEqual([503, "60"]);
    expect(down.body).toContain("cannot be reached just now");
    await server.start();
    // Some seconds after a failure it is asked again.
    await expect.poll(async () => (await browser.get(`${portal}/login/provider/company`)).status).toBe(302);
    server.intercept = () => true;
    const slow = new Browser(await startHost({ text: configWith(providerText(server, "timeout: 1s")) }), server);
    const asked = slow.get(`${portal}/login/provider/company`);
    expect(cookieOf(await host.postJson("/api/firstfactor", { username: "alice", password: "demo" }))).toBeDefined();
    expect((await asked).status).toBe(503);
  });

  test("is told of also where it was known to be there, and nobody is sent to it, to log in or out", async () => {
    const configuration = {
      features: { devInteractions: { enabled: false }, pushedAuthorizationRequests: { enabled: false } },
    };
    const server = await openIdServer({ configuration });
    const host = await startHost({ text: configWith(providerText(server, "logout: true")) });
    const browser = new Browser(host, server);
    const way = () => browser.get(`${portal}/login/provider/company${back}`);
    await browser.signIn("alice");
    await server.stop();
    await expect.poll(async () => (await way()).status, { timeout: 20_000 }).toBe(503);
    const { body, headers } = await way();
    expect([body.includes("cannot be reached just now"), headers["retry-after"]]).toEqual([true, "60"]);
    expect((await browser.submit(`${portal}/logout`, {})).body).not.toContain(server.issuer);
    await server.start();
    await expect.poll(async () => (await way()).status, { timeout: 20_000 }).toBe(302);
    // A gateway in front of it that has nothing behind it is no provider either: Traefik's knows of nothing there.
    for (const status of [502, 404]) {
      server.intercept = (_, response) => Boolean(response.writeHead(status).end());
      await expect.poll(async () => (await way()).status, { timeout: 20_000 }).toBe(503);
      server.intercept = undefined;
      await expect.poll(async () => (await way()).status, { timeout: 20_000 }).toBe(302);
    }
  });

  test("that has changed its keys is believed at once, and not by the keys of before", async () => {
    const { server, host, browser } = await start();
    await browser.signIn("alice");
    await server.rotateKeys();
    const other = new Browser(host, server);
    // A set of keys that was read within the last seconds is not read again.
    await expect
      .poll(async () => {
        await other.signIn("alice");
        return whoIs(other);
      })
      .toBe("alice@company");
  });
});
