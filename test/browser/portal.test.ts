// The portal behind a real Envoy in Chromium, for people of any language, with a keyboard alone and with several tabs; and what
// its pages weigh, with an operator's logo and icons.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { languages } from "../../portal/languages/index.ts";
import { violationsOn } from "../../workshop/browser/axe.ts";
import { chromiumProgram, launchChromium } from "../../workshop/browser/chromium.ts";
import { describeWith, envoy } from "../../workshop/programs/needed.ts";
import { Stack } from "../../workshop/proxies/stack.ts";
import { pictures, scriptedSvg } from "../host/support/pictures.ts";

const artefacts = join(import.meta.dirname, "..", "..", "artefacts");

/** All told: the page, its stylesheet, its script and its pictures, with their headers. Bytes. */
const heaviestPage = 50_000;

describeWith(await envoy(), "behind Envoy", (envoyPath) => {
  describeWith(chromiumProgram, "the portal in Chromium", (chromiumPath) => {
    const folder = mkdtempSync(join(tmpdir(), "zerohop-branding-"));
    let stack: Stack;
    let browser: Browser;
    const contexts: BrowserContext[] = [];

    beforeAll(async () => {
      mkdirSync(artefacts, { recursive: true });
      writeFileSync(join(folder, "logo.svg"), scriptedSvg);
      writeFileSync(join(folder, "icon.png"), pictures.png);
      stack = await Stack.start({
        envoy: envoyPath,
        configureHost: (config) => {
          const url = `https://app.zerohop.localhost:${new URL(config.session.cookies[0].portal_url).port}/reports`;
          const applications = [{ name: "Reports", url, icon: join(folder, "icon.png") }];
          config.portal = { name: "Wonderland", logo: join(folder, "logo.svg"), accent_color: "#ff7a00", applications };
          const { rules } = config.access_control;
          rules[1].subject = "group:admins";
          rules.push({ domain: rules[1].domain, policy: "deny" });
        },
      });
      browser = await launchChromium(chromiumPath);
    });
    afterEach(async () => {
      for (const context of contexts.splice(0)) await context.close();
    });
    afterAll(async () => {
      await browser?.close();
      await stack?.[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    });

    /** With a context of its own, which whoever opens it closes. */
    async function newPage(options: BrowserContextOptions): Promise<Page> {
      const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(15_000);
      return page;
    }

    /** The page is closed after the test. */
    async function open(options: BrowserContextOptions = {}): Promise<Page> {
      const page = await newPage(options);
      contexts.push(page.context());
      return page;
    }

    async function logIn(page: Page, username: string): Promise<void> {
      await page.locator("input[name=username]").fill(username);
      await page.locator("input[name=password]").fill("demo");
      await page.locator("form[action='/login'] [type=submit]").click();
    }

    /** Presses Tab until a control with this name has the focus. */
    async function tabTo(page: Page, name: string): Promise<void> {
      for (let presses = 0; presses < 40; presses++) {
        await page.keyboard.press("Tab");
        const focused = "document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent";
        if ((await page.evaluate<string>(focused))?.trim() === name) return;
      }
      throw new Error(`Tab does not lead to ${name}`);
    }

    test("can be used with a keyboard alone: to log in, choose a language, open an application and log out", async () => {
      const page = await open();
      await page.goto(stack.url("app", "/reports?x=1"));
      await page.keyboard.type("alice");
      await page.keyboard.press("Tab");
      await page.keyboard.type("demo");
      await page.keyboard.press("Enter");
      await page.waitForURL(stack.url("app", "/reports?x=1"));

      await page.goto(stack.url("auth"));
      await tabTo(page, "Español");
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Sus aplicaciones" }).waitFor();
      await tabTo(page, "English");
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Your applications" }).waitFor();
      await tabTo(page, `Reports${new URL(stack.url("app")).host}`);
      await page.keyboard.press("Enter");
      await page.waitForURL(stack.url("app", "/reports"));

      await page.goto(stack.url("auth"));
      await tabTo(page, "Log out");
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "You are logged out" }).waitFor();
    });

    test("keeps apart where two tabs were going", async () => {
      const first = await open();
      const second = await first.context().newPage();
      await first.goto(stack.url("app", "/one?a=1"));
      await second.goto(stack.url("app", "/two?b=2"));
      await logIn(second, "alice");
      await second.waitForURL(stack.url("app", "/two?b=2"));
      // The first tab still shows the login page that it was sent to before.
      await logIn(first, "alice");
      await first.waitForURL(stack.url("app", "/one?a=1"));
    });

    for (const javaScriptEnabled of [true, false]) {
      const how = javaScriptEnabled ? "with JavaScript" : "without JavaScript";

      test(`leads whom the gate refuses to the target as somebody else, ${how}`, async () => {
        const page = await open({ javaScriptEnabled });
        const target = stack.url("app", "/deep?x=1");
        await page.goto(target);
        await logIn(page, "bob");
        // The portal knows that it would be in vain, and says so itself.
        await page.getByRole("heading", { name: "No access" }).waitFor();
        const [main, status] = [await page.textContent("main"), await page.locator("dl").textContent()];
        for (const words of ["Bob Dodgson", "app.zerohop.localhost", "/deep?x=1"]) expect(main).toContain(words);
        expect(status).toMatch(/Rule 4\s*Request\s*[0-9a-f-]{36}/);

        const refused = await page.goto(target);
        expect(refused?.status()).toBe(403);
        await page.getByRole("link", { name: "Switch account" }).click();
        await page.getByRole("button", { name: "Switch account" }).click();
        await logIn(page, "alice");
        await page.waitForURL(target);
        expect(await page.textContent("h1")).toBe("Hello, alice");
      });

      test(`switches account from its own page of a refusal too, ${how}`, async () => {
        const page = await open({ javaScriptEnabled });
        const target = stack.url("app", "/deep?x=1");
        await page.goto(target);
        await logIn(page, "bob");
        await page.getByRole("button", { name: "Switch account" }).click();
        await logIn(page, "alice");
        await page.waitForURL(target);
      });

      test(`speaks the browser's language, and the visitor's choice from then on, ${how}`, async () => {
        const page = await open({ javaScriptEnabled, locale: "de-CH" });
        const target = stack.url("app", "/x?y=1");
        await page.goto(target);
        await page.getByRole("heading", { name: "Anmelden" }).waitFor();
        await page.getByRole("button", { name: "日本語" }).click();
        await page.getByRole("heading", { name: "ログイン" }).waitFor();
        await logIn(page, "alice");
        await page.waitForURL(target);
        await page.goto(stack.url("auth"));
        expect(await page.textContent("h1")).toBe("アプリケーション");
      });
    }

    test("lists for each person what they may open, and only that", async () => {
      const list = async (username: string) => {
        const page = await open();
        await page.goto(stack.url("auth"));
        await logIn(page, username);
        await page.getByRole("heading", { name: "Your applications" }).waitFor();
        await page.screenshot({ path: join(artefacts, `home-${username}.png`), fullPage: true });
        return page.locator(".applications strong").allTextContents();
      };
      expect(await list("alice")).toEqual(["admin.zerohop.localhost", "public.zerohop.localhost", "Reports"]);
      expect(await list("bob")).toEqual(["public.zerohop.localhost"]);
    });

    test("runs no script of the operator's logo, neither in the page nor opened by itself", async () => {
      const page = await open();
      await page.goto(stack.url("auth"));
      const logo = await page.locator("img.logo").getAttribute("src");
      expect(await page.evaluate<number>("document.querySelector('img.logo').naturalWidth")).toBeGreaterThan(0);
      expect(await page.title()).toBe("Log in \u00B7 Wonderland");
      await page.goto(stack.url("auth", logo!));
      expect(await page.locator("circle").count()).toBe(1);
      expect(await page.title()).not.toBe("run");
    });

    test("keeps its contrast in the operator's colour, light and dark", async () => {
      for (const colorScheme of ["light", "dark"] as const) {
        const page = await open({ colorScheme });
        await page.goto(stack.url("app"));
        expect(await violationsOn(page)).toEqual([]);
        await page.screenshot({ path: join(artefacts, `branded-${colorScheme}.png`) });
      }
    });

    /** What loading a page costs and does. */
    async function weigh(page: Page, path: string) {
      const session = await page.context().newCDPSession(page);
      await session.send("Network.enable");
      await session.send("Network.setCacheDisabled", { cacheDisabled: true });
      let bytes = 0;
      const hosts = new Set<string>();
      session.on("Network.loadingFinished", ({ encodedDataLength }) => {
        bytes += encodedDataLength;
      });
      session.on("Network.requestWillBeSent", ({ request }) => {
        if (!request.url.startsWith("data:")) hosts.add(new URL(request.url).host);
      });
      await page.goto(stack.url("auth", path), { waitUntil: "networkidle" });
      const shift = await page.evaluate<number>(layoutShift);
      await session.detach();
      return { bytes, hosts: [...hosts], shift, language: await page.getAttribute("html", "lang") };
    }

    test("moves nothing when its script comes late, and keeps no place for a button that cannot be used", async () => {
      const page = await open({});
      await page.route("**/assets/*.js", async (route) => {
        await page.locator("#password").waitFor();
        await new Promise((resolve) => setTimeout(resolve, 500));
        await route.continue();
      });
      const { shift } = await weigh(page, "/");
      const button = page.locator("[data-passkey=login] button");
      expect([shift, await button.isVisible()]).toEqual([0, true]);
      await page.addInitScript("delete window.PublicKeyCredential");
      await page.reload({ waitUntil: "networkidle" });
      expect(await page.locator("[data-passkey=login]").boundingBox()).toBeNull();
    });

    // Side by side: a page is looked at once it has been still for a while.
    test.concurrent.for(languages.map(({ tag }) => tag))(
      "weighs little, moves nothing and asks nobody else: %s",
      async (tag, { onTestFinished }) => {
        const page = await newPage({ locale: tag });
        onTestFinished(() => page.context().close());
        const target = (name: string) => `?${new URLSearchParams({ rd: stack.url(name, "/deep/page?x=1") })}`;
        const visited: [string, Awaited<ReturnType<typeof weigh>>][] = [];
        const visit = async (path: string) => visited.push([path, await weigh(page, path)]);
        await visit(`/${target("app")}`);
        await visit("/logout");
        await visit("/nothing");
        await page.goto(stack.url("auth"));
        await logIn(page, "bob");
        await page.locator(".applications").waitFor();
        for (const path of ["/", `/${target("app")}`, "/account", "/account/totp", "/account/passkeys", "/logout"])
          await visit(path);
        await page.locator("form[action='/logout'] [type=submit]").click();
        await page.goto(stack.url("auth"));
        await logIn(page, "alice");
        await page.locator(".applications").waitFor();
        await visit("/");
        await visit(`/${target("admin")}`);

        const host = new URL(stack.url("auth")).host;
        for (const [path, { bytes, ...rest }] of visited) {
          expect([path, rest]).toEqual([path, { hosts: [host], shift: 0, language: tag }]);
          expect(bytes, path).toBeGreaterThan(5000);
          expect(bytes, path).toBeLessThan(heaviestPage);
        }
      },
    );
  });
});

/** Runs in the page: the sum of its layout shifts (https://web.dev/articles/cls), once it has been still for a while. */
const layoutShift = `new Promise((resolve) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const { value } of list.getEntries()) sum += value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(sum), 300);
})`;
