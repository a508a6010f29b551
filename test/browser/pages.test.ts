// The portal's pages in a real browser, under the Content-Security-Policy that the host sends: what the script adds, and
// that nothing overflows, moves or is refused.
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deniedPage } from "../../host/features/login/pages/denied.ts";
import { loginPage } from "../../host/features/login/pages/login.ts";
import { english } from "../../portal/languages/index.ts";
import { chromiumProgram, launchChromium } from "../../workshop/browser/chromium.ts";
import { PortalPages } from "../../workshop/browser/portal-pages.ts";
import { describeWith } from "../../workshop/programs/needed.ts";
import { siteIn } from "../portal/site.ts";

const site = siteIn(english);
const target = {
  url: `https://app.zerohop.localhost/${"long/".repeat(380)}`,
  host: `${"label.".repeat(38)}zerohop.localhost`,
};
const documents: Readonly<Record<string, string>> = {
  "/": loginPage({ site, target, method: "GET", username: "", rememberMe: true }),
  "/denied": deniedPage({
    site,
    user: { name: "n".repeat(300), displayName: "N".repeat(300) },
    target,
    rule: 3,
    requestId: "r".repeat(300),
  }),
};

describeWith(chromiumProgram, "the portal in Chromium", (chromiumPath) => {
  let pages: PortalPages;
  let browser: Browser;

  beforeAll(async () => {
    pages = await PortalPages.serve(documents);
    browser = await launchChromium(chromiumPath);
  });

  afterAll(async () => {
    await browser?.close();
    await pages?.[Symbol.asyncDispose]();
  });

  /** Runs in the page: the layout shifts from its start until it has been still for a while. */
  const countLayoutShifts = `new Promise((resolve) => {
  new PerformanceObserver((list) => resolve(list.getEntries().length)).observe({ type: "layout-shift", buffered: true });
  setTimeout(resolve, 300, 0);
})`;

  async function visit(path: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    pages.forms = 0;
    await page.goto(pages.url(path));
    return page;
  }

  /** A key press that reports the state of Caps Lock, as a keyboard does; a headless browser has no keyboard to ask. */
  function press(page: Page, key: string, capsLock: boolean): Promise<void> {
    return page.locator("#password").dispatchEvent("keydown", { key, modifierCapsLock: capsLock, bubbles: true });
  }

  describe("the login page in a browser", () => {
    it("shows and hides the password, and hides it before it is sent", async () => {
      const page = await visit("/");
      await page.getByLabel("User name").fill("alice");
      await page.getByLabel("Password", { exact: true }).fill("demo");
      await page.getByRole("button", { name: "Show password" }).click();
      expect(await page.locator("#password").getAttribute("type")).toBe("text");
      await page.getByRole("button", { name: "Hide password" }).click();
      expect(await page.locator("#password").getAttribute("type")).toBe("password");
      await page.getByRole("button", { name: "Show password" }).click();
      await page.locator("#password").press("Enter");
      await expect.poll(() => pages.forms).toBe(1);
      expect(await page.locator("#password").getAttribute("type")).toBe("password");
      await page.context().close();
    });

    it("says that Caps Lock is on while the password is typed, and moves nothing", async () => {
      const page = await visit("/");
      const place = () => page.locator("main form").boundingBox();
      const before = await place();
      await press(page, "A", true);
      expect(await page.getByRole("status").textContent()).toBe("Caps Lock is on");
      expect(await place()).toEqual(before);
      await press(page, "a", false);
      expect(await page.getByRole("status").textContent()).toBe("");
      await page.context().close();
    });

    it("sends the form once, however often the button is pressed", async () => {
      const page = await visit("/");
      await page.getByLabel("User name").fill("alice");
      await page.getByLabel("Password", { exact: true }).fill("demo");
      const button = page.locator("main button[type=submit]");
      for (let times = 0; times < 3; times++) await button.click({ force: true });
      expect(await button.textContent()).toBe("Logging in\u2026");
      await expect.poll(() => pages.forms).toBe(1);
      await page.context().close();
    });

    it("can be used by keyboard alone, from the user name to the button", async () => {
      const page = await visit("/");
      const visited: string[] = [];
      for (let step = 0; step < 5; step++) {
        visited.push(await page.evaluate<string>("document.activeElement.name || document.activeElement.textContent"));
        await page.keyboard.press("Tab");
      }
      expect(visited).toEqual(["username", "password", "Show", "keep_me_logged_in", "Log in"]);
      await page.context().close();
    });

    it("works without JavaScript", async () => {
      const page = await visit("/", { javaScriptEnabled: false });
      await page.getByLabel("User name").fill("alice");
      await page.getByLabel("Password", { exact: true }).fill("demo");
      expect(await page.getByRole("button", { name: "Show password" }).isVisible()).toBe(false);
      await page.locator("main button[type=submit]").click();
      await expect.poll(() => pages.forms).toBe(1);
      await page.context().close();
    });
  });

  describe.each(Object.keys(documents))("the page at %s", (path) => {
    it.each([320, 360, 1280])("fits a window %i px wide, whatever the length of names and addresses", async (width) => {
      const page = await visit(path, { viewport: { width, height: 720 } });
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
      await page.context().close();
    });

    it("shifts nothing while it loads, and breaks no rule of the policy", async () => {
      const context = await browser.newContext();
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on("console", (message) => complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(error.message));
      await page.goto(pages.url(path), { waitUntil: "load" });
      const shifts = await page.evaluate<number>(countLayoutShifts);
      expect(shifts).toBe(0);
      expect(complaints).toEqual([]);
      await context.close();
    });
  });

  describe("going back", () => {
    it("leads from the denied page to the page before it", async () => {
      const page = await visit("/");
      await page.goto(pages.url("/denied"));
      await page.getByRole("link", { name: "Go back" }).click();
      await page.waitForURL(pages.url("/"));
      expect(await page.getByRole("heading").textContent()).toBe("Log in");
      await page.context().close();
    });
  });
});
