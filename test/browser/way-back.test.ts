// The way back of pages that live by scripts: their fragments, what their fetches see when the session is over, and forms that are sent then.
// A real browser, real proxies, the portal.
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { chromiumProgram, launchChromium } from "../../workshop/browser/chromium.ts";
import { describeWith, envoy, caddy as locateCaddy } from "../../workshop/programs/needed.ts";
import { ForwardAuthStack } from "../../workshop/proxies/forward-auth-stack.ts";
import { caddy } from "../../workshop/proxies/kinds.ts";
import type { Site } from "../../workshop/proxies/site.ts";
import { Stack } from "../../workshop/proxies/stack.ts";

const fragment = "#/view/42?a=b&c=%20d";

/** What a page's script sees of an address of its own host: a status, or that it is not told. */
const seen = {
  fetch: (address: string) => `fetch("${address}").then(({ status, headers }) =>
    status + (headers.has("location") ? " with Location" : ""), ({ message }) => message)`,
  xhr: (address: string) => `new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.onload = () => resolve(request.status);
    request.onerror = () => resolve("error");
    request.open("GET", "${address}");
    request.send();
  })`,
  // One that is closed does not ask again; one that failed on the way does, for ever.
  eventSource: (address: string) => `new Promise((resolve) => {
    const source = new EventSource("${address}");
    source.onerror = () => resolve(source.readyState === EventSource.CLOSED ? "closed" : "asks again");
    source.onopen = () => resolve("open");
  })`,
};

const proxies: readonly (readonly [string, Awaited<ReturnType<typeof envoy>>, (path: string) => Promise<Site>])[] = [
  ["Envoy", await envoy(), (path) => Stack.start({ envoy: path })],
  [
    "Caddy with forward_auth",
    await locateCaddy(),
    (path) => ForwardAuthStack.start({ ...caddy, inactivity: 600 }, path),
  ],
];

for (const [name, program, start] of proxies)
  describeWith(program, `behind ${name}`, (path) => {
    describeWith(chromiumProgram, "a page in Chromium", (chromiumPath) => {
      let stack: Site;
      let browser: Browser;
      let context: BrowserContext;
      let page: Page;

      beforeAll(async () => {
        stack = await start(path);
        browser = await launchChromium(chromiumPath);
      });
      afterAll(async () => {
        await browser?.close();
        await stack?.[Symbol.asyncDispose]();
      });
      beforeEach(async () => {
        context = await browser.newContext({ ignoreHTTPSErrors: true, locale: "en" });
        page = await context.newPage();
        page.setDefaultTimeout(20_000);
      });
      afterEach(() => context.close());

      async function logIn(password = "demo"): Promise<void> {
        await page.locator("input[name=username]").fill("alice");
        await page.locator("input[name=password]").fill(password);
        await page.locator("form[action^='/login'] [type=submit]").click();
      }
      const logOut = () => context.clearCookies();

      test("keeps its fragment through the login, a wrong password and another language", async () => {
        const target = stack.url("app", `/reports?year=2026${fragment}`);
        await page.goto(target);
        await logIn("wrong");
        await page.locator("[role=alert]").waitFor();
        await page.getByRole("button", { name: "Deutsch" }).click();
        await page.locator("html[lang=de]").waitFor();
        await logIn();
        await page.waitForURL(target);
        expect(await page.evaluate("location.hash")).toBe(fragment);
      });

      test("keeps its target, whatever its fragment says", async () => {
        const hostile = '#@evil.example/?rd=https://evil.example"><script>x';
        await page.goto(stack.url("app", `/a${hostile}`));
        await logIn();
        await page.waitForURL((url) => url.hostname.startsWith("app."));
        expect(await page.evaluate("location.pathname")).toBe("/a");
      });

      test("is told by its fetches that the session is over, and has it back by loading anew", async () => {
        await page.goto(stack.url("app", "/"));
        await logIn();
        await page.waitForURL(stack.url("app", "/"));
        expect(await page.evaluate(seen.fetch("/data"))).toBe("200");
        await logOut();
        expect(await page.evaluate(seen.fetch("/data"))).toBe("401 with Location");
        expect(await page.evaluate(seen.xhr("/data"))).toBe(401);
        expect(await page.evaluate(seen.eventSource("/events"))).toBe("closed");
        await page.reload();
        await logIn();
        await page.waitForURL(stack.url("app", "/"));
        expect(await page.evaluate(seen.fetch("/data"))).toBe("200");
      });

      test("with a form that is sent too late is where the visitor comes back to", async () => {
        const form = stack.url("app", "/form?of=orders");
        await page.goto(form);
        await logIn();
        await page.waitForURL(form);
        await logOut();
        await page.evaluate(`
          document.body.innerHTML = '<form method="post" action="/orders/new"><input name="what" value="x"></form>';
          document.forms[0].submit();
        `);
        await page.locator("input[name=password]").waitFor();
        await logIn();
        await page.waitForURL(form);
      });
    });
  });
