// Showing two factors at the provider, where a rule wants them of somebody whose session has one.
import { describe, expect, test } from "vitest";
import { logIn, payloadOf, startHost } from "../../../workshop/host/in-process.ts";
import { fromOutside } from "../support/edge.ts";
import { Browser, configWith, openIdServer, portal, providerText } from "../support/sign-in.ts";

/** Open to two factors alone. */
const target = "https://admin.example.com/";
const wanted = `rd=${encodeURIComponent(target)}`;
const twoByAcr = "second_factor:\n  acr: [two]\n";

async function start(more: string, features = {}) {
  // What the provider is asked for stands in the address then.
  const pushedAuthorizationRequests = { enabled: false };
  const configuration = { features: { devInteractions: { enabled: false }, pushedAuthorizationRequests, ...features } };
  const server = await openIdServer({ configuration });
  const host = await startHost({ text: configWith(providerText(server, more)) });
  return { server, host, browser: new Browser(host, server) };
}

/** The address that a page has for showing two factors at the provider. */
const stepUpIn = (body: string) => {
  const found = /href="(\/login\/provider\/company\?second_factor=[^"]+)"/.exec(body)?.[1];
  return found && portal + found.replaceAll("&amp;", "&");
};

/** Follows a way to the provider, logs in there when it asks, and comes back. */
async function confirm(browser: Browser, way: string, login: string) {
  const there = await browser.follow(way);
  if (!new URL(there.url).pathname.startsWith("/interaction/")) return { ...there, asked: false };
  const back = await browser.submit(there.url, { login });
  return { ...(await browser.follow(there.url, back)), asked: true };
}

const levelOf = (browser: Browser) => payloadOf(browser.cookies()).level;

describe("somebody of one factor whose target wants two", () => {
  test.each([
    ["by the claim acr that it must give", twoByAcr, { claimsParameter: { enabled: true } }, undefined],
    ["by another login where it cannot be told so", twoByAcr, {}, "login"],
    ["by another login where amr tells of it", "second_factor:\n  amr: [otp]\n", {}, "login"],
  ])(
    "is led to the provider that can confirm two, which is asked %s, and goes on",
    async (_, more, features, prompt) => {
      const { server, browser } = await start(more, features);
      await browser.signIn("alice");
      expect(levelOf(browser)).toBe(1);
      const { body } = await browser.get(`${portal}/?${wanted}`);
      expect(body).toContain("Confirm at Company");
      server.proof = { acr: "two", amr: ["otp"] };
      const { url, asked } = await confirm(browser, stepUpIn(body)!, "alice");
      expect([url, asked, levelOf(browser)]).toEqual([target, true, 2]);
      const way = new URL(browser.visited.filter((one) => one.startsWith(`${server.issuer}/auth?`)).at(-1)!);
      expect(way.searchParams.get("prompt") ?? undefined).toBe(prompt);
      expect(/acr.*two/.test(way.search)).toBe(more === twoByAcr);
    },
  );

  test("stays logged in with one where the provider confirms no more, on a page with the way to show them anew", async () => {
    const { browser } = await start(twoByAcr);
    await browser.signIn("alice");
    const { sid } = payloadOf(browser.cookies());
    const { answer } = await confirm(browser, stepUpIn((await browser.get(`${portal}/?${wanted}`)).body)!, "alice");
    expect(answer!.status).toBe(403);
    expect(answer!.body).toContain("Company did not confirm a second factor");
    expect(answer!.body).toContain(`/login/provider/company?second_factor=anew&amp;${wanted}`);
    expect(payloadOf(browser.cookies())).toMatchObject({ sid, level: 1 });
  });

  test("is told when they cannot be asked for two there, which is no mistake in the portal's configuration", async () => {
    const { server, browser } = await start(twoByAcr);
    await browser.signIn("alice");
    const { sid } = payloadOf(browser.cookies());
    const way = stepUpIn((await browser.get(`${portal}/?${wanted}`)).body)!;
    const { searchParams } = new URL((await browser.get(way)).headers.location!);
    const error = "unmet_authentication_requirements";
    const answer = new URLSearchParams({ error, state: searchParams.get("state")!, iss: server.issuer });
    const { status } = await browser.get(`${portal}/login/provider/company/callback?${answer}`);
    expect([status, payloadOf(browser.cookies())]).toMatchObject([403, { sid, level: 1 }]);
  });

  test("gets no session of somebody else's by it", async () => {
    const { server, host, browser } = await start(twoByAcr);
    await browser.signIn("alice");
    const { sid } = payloadOf(browser.cookies());
    server.proof = { acr: "two" };
    const way = stepUpIn((await browser.get(`${portal}/?${wanted}`)).body)!;
    // At the provider nobody is logged in any more.
    const other = new Browser(host, server);
    for (const pair of browser.cookies().split("; "))
      other.setCookie(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
    const { answer } = await confirm(other, way, "bob");
    expect([answer!.status, answer!.body.includes("somebody else")]).toEqual([403, true]);
    expect(payloadOf(other.cookies())).toMatchObject({ sid, level: 1 });
    expect(await fromOutside(host, ({ providerLogins }) => providerLogins.all())).toHaveLength(1);
  });

  test("is not led to a provider that can confirm no more than one, nor to one that does not know them", async () => {
    const one = await start("");
    await one.browser.signIn("alice");
    expect(stepUpIn((await one.browser.get(`${portal}/?${wanted}`)).body)).toBeUndefined();
    const { host } = await start(twoByAcr);
    const page = await host.get(`/?${wanted}`, { accept: "text/html", cookie: await logIn(host) });
    expect(page.body).toContain("Second factor needed");
    expect(stepUpIn(page.body)).toBeUndefined();
  });
});

test("the account page offers it while the session has one factor", async () => {
  const { server, browser } = await start(twoByAcr);
  await browser.signIn("alice");
  const way = stepUpIn((await browser.get(`${portal}/account`)).body)!;
  server.proof = { acr: "two" };
  expect((await confirm(browser, way, "alice")).url).toBe(`${portal}/account`);
  expect(levelOf(browser)).toBe(2);
  expect(stepUpIn((await browser.get(`${portal}/account`)).body)).toBeUndefined();
});
