// A page of an application on another host of the cookie domain sets the session's cookie for the whole domain, in a real browser: the
// portal must not show the visitor the attacker's account, and their log-out must end their own session.
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { chromiumProgram, launchChromium } from "../../workshop/browser/chromium.ts";
import { logIn } from "../../workshop/clients/portal-login.ts";
import { describeWith, envoy } from "../../workshop/programs/needed.ts";
import { Stack } from "../../workshop/proxies/stack.ts";

describeWith(await envoy(), "behind Envoy", (envoyPath) => {
  describeWith(chromiumProgram, "in Chromium, a page of a neighbouring host", (chromiumPath) => {
    let stack: Stack;
    let browser: Browser;
    let context: BrowserContext;
    let page: Page;

    beforeAll(async () => {
      stack = await Stack.start({ envoy: envoyPath });
      browser = await launchChromium(chromiumPath);
    });
    afterAll(async () => {
      await browser?.close();
      await stack?.[Symbol.asyncDispose]();
    });
    beforeEach(async () => {
      context = await browser.newContext({ ignoreHTTPSErrors: true });
      page = await context.newPage();
      page.setDefaultTimeout(15_000);
    });
    afterEach(() => context.close());

    /** What the page does: it gives the browser a cookie for the whole domain. */
    async function toss(pair: string, path = "/"): Promise<void> {
      await page.goto(stack.url("public"));
      const cookie = `${pair}; domain=zerohop.localhost; path=${path}; secure`;
      await page.evaluate(`document.cookie = ${JSON.stringify(cookie)}`);
    }

    async function logInHere(username: string): Promise<void> {
      await page.goto(stack.url("auth"));
      await page.locator("input[name=username]").fill(username);
      await page.locator("input[name=password]").fill("demo");
      await page.locator("form[action='/login'] [type=submit]").click();
      await page.waitForURL(stack.url("auth"));
    }

    const ownSession = async () =>
      (await context.cookies()).find(({ name, httpOnly }) => name === "zerohop_session" && httpOnly)!.value;
    /** Who an application takes the holder of a session for. */
    const userOf = async (token: string) => {
      const { status, body } = await stack.client.get(stack.url("app"), {
        headers: [["cookie", `zerohop_session=${token}`]],
      });
      return status === 200 ? JSON.parse(body).headers["remote-user"] : status;
    };

    test("cannot log its visitor in to the portal as somebody else", async () => {
      await toss(await logIn(stack, "bob"));
      for (const path of ["/", "/account"]) {
        await page.goto(stack.url("auth", path));
        expect(await page.locator("form[action='/login']").count()).toBe(1);
        expect(await page.textContent("body")).not.toContain("Bob");
      }
    });

    test("cannot put another account into single pages of the portal, nor keep a session alive over a log-out", async () => {
      await logInHere("alice");
      const own = await ownSession();
      const bob = await logIn(stack, "bob");
      await toss(bob, "/account");
      await page.goto(stack.url("auth", "/account"));
      expect(await page.textContent("body")).not.toContain("Bob");
      await page.goto(stack.url("auth"));
      expect(await page.textContent("body")).toContain("Alice");

      await toss(bob, "/logout");
      await page.goto(stack.url("auth", "/logout"));
      await page.locator("form[action='/logout'] [type=submit]").click();
      // The page that asks has the same address.
      await page.getByRole("heading", { name: "You are logged out" }).waitFor();
      await expect.poll(() => userOf(own)).toBe(401);
      await expect.poll(() => userOf(bob.split("=")[1]!)).toBe(401);
    });

    test("cannot hide a session from the portal behind cookies that prove nothing", async () => {
      await logInHere("alice");
      for (const [index, path] of ["/account", "/account/", "/account/totp"].entries())
        await toss(`zerohop_session=junk${index}`, path);
      await page.goto(stack.url("auth", "/account/totp"));
      expect(await page.locator("form[action='/login']").count()).toBe(0);
      await page.goto(stack.url("auth", "/account"));
      expect(await page.textContent("body")).toContain("Alice Liddell");
    });

    test("cannot set the cookie that binds a session to the browser", async () => {
      await toss(await logIn(stack, "bob"));
      await toss(`__Host-zerohop_session=${"a".repeat(43)}`);
      expect((await context.cookies()).map(({ name }) => name)).not.toContain("__Host-zerohop_session");
    });
  });
});
