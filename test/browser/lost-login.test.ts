// A real browser that keeps no cookies, or not the session's, tells its user so after the login.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumProgram, launchChromium, launchProfile } from "../../workshop/browser/chromium.ts";
import { inspectPage } from "../../workshop/browser/inspect-page.ts";
import { temporaryFolder } from "../../workshop/host/files.ts";
import { describeWith, envoy } from "../../workshop/programs/needed.ts";
import { Stack } from "../../workshop/proxies/stack.ts";

describeWith(await envoy(), "behind Envoy", (envoyPath) => {
  describeWith(chromiumProgram, "after the login Chromium", (chromiumPath) => {
    let stack: Stack;
    let browser: Browser;

    beforeAll(async () => {
      stack = await Stack.start({ envoy: envoyPath });
      browser = await launchChromium(chromiumPath);
    });
    afterAll(async () => {
      await browser?.close();
      await stack?.[Symbol.asyncDispose]();
    });

    async function logIn(page: Page): Promise<void> {
      await page.goto(stack.url("app", "/reports"));
      await page.locator("input[name=username]").fill("alice");
      await page.locator("input[name=password]").fill("demo");
      await page.locator("form[action='/login'] [type=submit]").click();
    }

    async function isTold(page: Page, what: string): Promise<void> {
      await page.getByRole("heading", { name: "Your browser did not keep the login" }).waitFor();
      expect(await page.textContent("body")).toContain(what);
    }

    async function launchWithoutCookies(): Promise<BrowserContext> {
      const folder = temporaryFolder();
      await mkdir(join(folder, "Default"));
      const preferences = { profile: { default_content_setting_values: { cookies: 2 } } };
      await writeFile(join(folder, "Default", "Preferences"), JSON.stringify(preferences));
      return launchProfile(chromiumPath, folder);
    }

    test("that blocks all cookies says so, and leads to the login once more", async () => {
      const context = await launchWithoutCookies();
      try {
        const page = await context.newPage();
        await logIn(page);
        await isTold(page, "keeps no cookies of this site");
        await inspectPage(page, "lost-login");
        await page.getByRole("link", { name: "Log in again" }).click();
        await page.locator("form[action='/login']").waitFor();
      } finally {
        await context.close();
      }
    });

    test("that blocks all cookies says so to whoever logs in with a passkey", async () => {
      const context = await launchWithoutCookies();
      try {
        const page = await context.newPage();
        // Where the page offers passkeys by itself too, the virtual authenticator takes the offer, before the button or after.
        await page.addInitScript("PublicKeyCredential.isConditionalMediationAvailable = async () => false");
        await page.goto(stack.url("app", "/reports"));
        const { hostname } = new URL(stack.url("auth"));
        const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
        const session = await context.newCDPSession(page);
        await session.send("WebAuthn.enable", { enableUI: false });
        const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
          options: {
            ...{ protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true },
            ...{ isUserVerified: true, automaticPresenceSimulation: true },
          },
        });
        await session.send("WebAuthn.addCredential", {
          authenticatorId,
          credential: {
            ...{ credentialId: randomBytes(16).toString("base64"), isResidentCredential: true, rpId: hostname },
            privateKey: privateKey.export({ format: "der", type: "pkcs8" }).toString("base64"),
            ...{ userHandle: randomBytes(16).toString("base64"), signCount: 0 },
          },
        });
        await page.locator("[data-passkey=login] button").click();
        await isTold(page, "keeps no cookies of this site");
      } finally {
        await context.close();
      }
    });

    /** A page whose session cookie comes otherwise than the portal sends it. */
    async function pageWith(context: BrowserContext, change: (cookie: string) => string): Promise<Page> {
      const page = await context.newPage();
      await page.route(`${stack.url("auth")}login`, async (route) => {
        const { host, port } = new URL(stack.url("auth"));
        const headersOf = { ...(await route.request().allHeaders()), host };
        const response = await route.fetch({
          url: `https://127.0.0.1:${port}/login`,
          headers: headersOf,
          maxRedirects: 0,
        });
        const headers = response.headersArray().map(({ name, value }) => [name.toLowerCase(), value] as const);
        const cookies = headers.filter(([name]) => name === "set-cookie").map(([, value]) => value);
        const changed = cookies.map((cookie) => (cookie.startsWith("zerohop_session=") ? change(cookie) : cookie));
        await route.fulfill({
          status: response.status(),
          headers: { ...Object.fromEntries(headers), "set-cookie": changed.join("\n") },
        });
      });
      return page;
    }

    for (const [why, change] of [
      ["is too large", (cookie: string) => cookie.replace("=", `=${"x".repeat(4096)}`)],
      ["is for a public suffix", (cookie: string) => cookie.replace("zerohop.localhost", "github.io")],
      ["never arrives", () => "other=1"],
    ] as const)
      test(`that does not keep the session's cookie because it ${why} says so`, async () => {
        const context = await browser.newContext({ ignoreHTTPSErrors: true });
        const page = await pageWith(context, change);
        await logIn(page);
        await isTold(page, "keeps other cookies of this site, but not this one");
        await page.getByRole("link", { name: "Log in again" }).click();
        await page.locator("form[action='/login']").waitFor();
        await context.close();
      });

    test("that keeps the cookie, though it came through the same hands, says nothing of it", async () => {
      const context = await browser.newContext({ ignoreHTTPSErrors: true });
      const page = await pageWith(context, (cookie) => cookie);
      await logIn(page);
      await page.waitForURL(stack.url("app", "/reports"));
      expect(await page.textContent("h1")).toBe("Hello, alice");
      await context.close();
    });
  });
});
