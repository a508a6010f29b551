// The way of a person: a real browser, a real Envoy, the portal and back. Screenshots stay in artefacts/.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { chromiumProgram, launchChromium } from "../../workshop/browser/chromium.ts";
import { describeWith, envoy } from "../../workshop/programs/needed.ts";
import { Stack } from "../../workshop/proxies/stack.ts";

const artefacts = join(import.meta.dirname, "..", "..", "artefacts");

describeWith(await envoy(), "behind Envoy", (envoyPath) => {
  describeWith(chromiumProgram, "a person in Chromium", (chromiumPath) => {
    let stack: Stack;
    let browser: Browser;
    let context: BrowserContext;
    let page: Page;

    beforeAll(async () => {
      mkdirSync(artefacts, { recursive: true });
      stack = await Stack.start({ envoy: envoyPath });
      browser = await launchChromium(chromiumPath);
    });
    afterAll(async () => {
      await browser?.close();
      await stack?.[Symbol.asyncDispose]();
    });

    const screenshot = (name: string) => page.screenshot({ path: join(artefacts, `${name}.png`), fullPage: true });

    async function logIn(username: string, password: string): Promise<void> {
      await page.locator("input[name=username]").fill(username);
      await page.locator("input[name=password]").fill(password);
      await page.locator("form[action='/login'] [type=submit]").click();
    }

    for (const javaScriptEnabled of [true, false]) {
      describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
        const kind = javaScriptEnabled ? "" : "-no-javascript";

        beforeEach(async () => {
          context = await browser.newContext({ ignoreHTTPSErrors: true, javaScriptEnabled });
          page = await context.newPage();
          page.setDefaultTimeout(10_000);
        });
        afterEach(() => context.close());

        test("is sent to the portal, logs in, and is back where they were going", async () => {
          const target = stack.url("app", "/reports?year=2026&q=a%20b");
          await page.goto(target);
          expect(page.url()).toBe(`${stack.url("auth")}?rd=${encodeURIComponent(target)}&rm=GET`);
          expect(await page.textContent("body")).toContain("app.zerohop.localhost");
          await screenshot(`login${kind}`);

          await logIn("alice", "demo");
          await page.waitForURL(target);
          expect(await page.textContent("h1")).toBe("Hello, alice");
          expect(await page.textContent("table")).not.toContain("zerohop_session");
          await screenshot(`application${kind}`);
        });

        test("with a wrong password stays, is told so, and can try again", async () => {
          await page.goto(stack.url("app", "/x"));
          await logIn("alice", "wrong");
          await page.locator("[role=alert]").waitFor();
          expect(new URL(page.url()).host).toBe(new URL(stack.url("auth")).host);
          expect(await page.inputValue("input[name=username]")).toBe("alice");
          expect(await page.inputValue("input[name=password]")).toBe("");
          await screenshot(`wrong-password${kind}`);

          await logIn("alice", "demo");
          await page.waitForURL(stack.url("app", "/x"));
        });

        test("who is unknown is told the same as with a wrong password", async () => {
          const complaint = async (username: string) => {
            await page.goto(stack.url("app"));
            await logIn(username, "wrong");
            return page.locator("[role=alert]").textContent();
          };
          expect(await complaint(`nobody${kind}`)).toBe(await complaint("alice"));
        });

        test("outside the group is denied, is told who they are, and can switch account", async () => {
          await page.goto(stack.url("app"));
          await logIn("bob", "demo");
          await page.waitForURL(stack.url("app"));
          const response = await page.goto(stack.url("admin"));
          expect(response?.status()).toBe(403);
          expect(await page.textContent("main")).toContain("bob");
          await screenshot(`denied${kind}`);

          await page.getByText("Switch account").click();
          await page.locator("form[action='/logout'] [type=submit]").click();
          await logIn("alice", "demo");
          await page.locator("text=Alice Liddell").waitFor();
        });

        test("who has no second factor is told that one is needed, at the end of one redirect", async () => {
          await page.goto(stack.url("app"));
          await logIn("alice", "demo");
          await page.waitForURL(stack.url("app"));
          await page.goto(stack.url("admin"));
          expect(page.url()).toContain(stack.url("auth"));
          expect(await page.textContent("h1")).toBe("Second factor needed");
          await screenshot(`second-factor${kind}`);
        });

        test("logs out and is asked to log in again", async () => {
          await page.goto(stack.url("app"));
          await logIn("alice", "demo");
          await page.waitForURL(stack.url("app"));
          await page.goto(stack.url("auth"));
          expect(await page.textContent("body")).toContain("Alice Liddell");
          await page.locator("form[action='/logout'] [type=submit]").click();
          await page.waitForLoadState();
          await screenshot(`logged-out${kind}`);
          const whereAppLeads = async () => {
            await page.goto(stack.url("app"));
            return page.url();
          };
          await expect.poll(whereAppLeads, { timeout: 10_000 }).toContain(stack.url("auth"));
        });
      });
    }

    test("gets no complaint from the content security policy, and nothing from elsewhere", async () => {
      context = await browser.newContext({ ignoreHTTPSErrors: true });
      page = await context.newPage();
      const complaints: string[] = [];
      const hosts = new Set<string>();
      page.on("console", (message) => {
        if (message.type() === "error") complaints.push(message.text());
      });
      page.on("request", (request) => hosts.add(new URL(request.url()).hostname));
      await page.goto(stack.url("app"));
      await page.waitForLoadState("networkidle");
      await context.close();
      expect(complaints).toEqual([]);
      expect([...hosts].sort()).toEqual(["app.zerohop.localhost", "auth.zerohop.localhost"]);
    });

    test("can use a WebSocket of the application after the login", async () => {
      context = await browser.newContext({ ignoreHTTPSErrors: true });
      page = await context.newPage();
      await page.goto(stack.url("app"));
      await logIn("bob", "demo");
      await page.waitForURL(stack.url("app"));
      const script = `new Promise((resolve, reject) => {
        const socket = new WebSocket("/socket");
        socket.onopen = () => socket.send("hello");
        socket.onmessage = ({ data }) => resolve(data);
        socket.onerror = () => reject(new Error("refused"));
      })`;
      expect(await page.evaluate(script)).toBe("hello");
      await context.close();
    });
  });
});
