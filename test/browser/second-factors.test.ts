// Second factors as people use them: a real browser with a virtual authenticator, a real Envoy, and the portal. Screenshots
// stay in artefacts/.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Browser, BrowserContext, BrowserContextOptions, CDPSession, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { chromiumProgram, launchChromium } from "../../workshop/browser/chromium.ts";
import { inspectPage } from "../../workshop/browser/inspect-page.ts";
import { describeWith, envoy } from "../../workshop/programs/needed.ts";
import { Stack } from "../../workshop/proxies/stack.ts";
import { App } from "../host/support/second-factor.ts";

describeWith(await envoy(), "behind Envoy", (envoyPath) => {
  describeWith(chromiumProgram, "second factors in Chromium", (chromiumPath) => {
    let stack: Stack;
    let browser: Browser;
    const contexts: BrowserContext[] = [];

    beforeAll(async () => {
      stack = await Stack.start({ envoy: envoyPath });
      browser = await launchChromium(chromiumPath);
    });
    afterEach(async () => {
      for (const context of contexts.splice(0)) await context.close();
      const database = new DatabaseSync(join(stack.folder, "zerohop.sqlite"), { timeout: 5000 });
      database.exec("DELETE FROM totp; DELETE FROM passkeys; DELETE FROM recovery_codes; DELETE FROM outbox");
      database.close();
    });
    afterAll(async () => {
      await browser?.close();
      await stack?.[Symbol.asyncDispose]();
    });

    async function open(options: BrowserContextOptions = {}): Promise<Page> {
      const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
      contexts.push(context);
      const page = await context.newPage();
      page.setDefaultTimeout(15_000);
      return page;
    }

    async function logIn(page: Page, username: string): Promise<void> {
      await page.locator("input[name=username]").fill(username);
      await page.locator("input[name=password]").fill("demo");
      await page.locator("form[action^='/login'] [type=submit]").click();
    }

    /** An authenticator inside the browser that asks its user for nothing. */
    async function plugIn(page: Page): Promise<{ session: CDPSession; authenticatorId: string }> {
      const session = await page.context().newCDPSession(page);
      await session.send("WebAuthn.enable", { enableUI: false });
      const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
        options: {
          ...{ protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true },
          ...{ isUserVerified: true, automaticPresenceSimulation: true },
        },
      });
      return { session, authenticatorId };
    }

    /** Confirms with the code of an e-mail, as an account without a second factor has to. */
    async function confirmByMail(page: Page, look = async (_name: string) => {}): Promise<void> {
      await page.getByRole("button", { name: "Send a code" }).waitFor();
      await look("elevation");
      const before = codes().length;
      await page.getByRole("button", { name: "Send a code" }).click();
      const field = page.getByLabel("Code from the e-mail");
      await field.waitFor();
      await expect.poll(() => codes().length).toBe(before + 1);
      expect(await field.getAttribute("autocomplete")).toBe("one-time-code");
      await look("elevation-sent");
      await field.fill(codes().at(-1)!);
      await page.getByRole("button", { name: "Confirm" }).click();
    }

    /** The codes in the mails so far. */
    function codes(): readonly string[] {
      const file = join(stack.folder, "mails.txt");
      const text = existsSync(file) ? readFileSync(file, "utf8") : "";
      return [...text.matchAll(/^ {4}([A-Z2-9]{4}-[A-Z2-9]{4})$/gm)].map(([, code]) => code!);
    }

    /** Sets an app up from the page that a refused target leads to, and goes on to the target. */
    async function setUpApp(page: Page, look = async (_name: string) => {}): Promise<{ app: App; codes: string[] }> {
      await page.goto(stack.url("admin", "/deep?x=1"));
      await look("second-factor-missing");
      await page.getByRole("link", { name: "Set up an authenticator app" }).click();
      await confirmByMail(page, look);
      await page.locator("svg.qr").waitFor();
      await look("totp-enrolment");
      const app = new App((await page.locator(".secret code").textContent())!.replaceAll(" ", ""));
      await page.getByLabel("Code that the app shows now").fill(app.code(Date.now() / 1000));
      await page.getByRole("button", { name: "Confirm" }).click();
      await look("recovery-codes");
      await page.getByRole("button", { name: "Make recovery codes" }).click();
      await look("recovery-codes-new");
      const codes = await page.locator(".codes code").allTextContents();
      await page.getByRole("link", { name: "I have kept them" }).click();
      await page.waitForURL(stack.url("admin", "/deep?x=1"));
      return { app, codes };
    }

    for (const javaScriptEnabled of [true, false]) {
      test(`an authenticator app opens what a password does not, and so does a recovery code, ${javaScriptEnabled ? "with" : "without"} JavaScript`, async () => {
        const page = await open({ javaScriptEnabled });
        await page.goto(stack.url("app"));
        await logIn(page, "alice");
        await page.waitForURL(stack.url("app"));
        const look = (name: string) => (javaScriptEnabled ? inspectPage(page, name) : Promise.resolve());
        const { app, codes } = await setUpApp(page, look);
        expect(await page.textContent("h1")).toBe("Hello, alice");

        // Elsewhere, later: the password leads to the question for the code.
        const other = await open({ javaScriptEnabled });
        // Without JavaScript the fragment is lost, and nothing else.
        const wanted = stack.url("admin", `/a${javaScriptEnabled ? "#/view/42" : ""}`);
        await other.goto(wanted);
        await logIn(other, "alice");
        await other.getByLabel("Code", { exact: true }).waitFor();
        if (javaScriptEnabled) await inspectPage(other, "second-factor-totp");
        await other.getByLabel("Code", { exact: true }).fill("000000");
        await other.getByRole("button", { name: "Continue" }).click();
        await other.locator("[role=alert]").waitFor();
        if (javaScriptEnabled) await inspectPage(other, "second-factor-wrong");
        // The code of the next step: the one of this step may have been used to set the app up.
        await other.getByLabel("Code", { exact: true }).fill(app.code(Date.now() / 1000 + 30));
        await other.getByRole("button", { name: "Continue" }).click();
        await other.waitForURL(wanted);

        const third = await open({ javaScriptEnabled });
        await third.goto(wanted);
        await logIn(third, "alice");
        await third.getByRole("link", { name: "Use a recovery code" }).click();
        await third.getByLabel("Recovery code").fill(codes[0]!.toUpperCase());
        if (javaScriptEnabled) await inspectPage(third, "second-factor-recovery");
        await third.getByRole("button", { name: "Continue" }).click();
        await third.waitForURL(wanted);
        await third.goto(stack.url("auth", "/account"));
        expect(await third.textContent("main")).toContain("9 of 10 left");
        if (javaScriptEnabled) await inspectPage(third, "account");
      });
    }

    test("a log-out on the account page locks the other browser out at the proxy", async () => {
      const [one, other] = [await open(), await open()];
      for (const page of [one, other]) {
        await page.goto(stack.url("app"));
        await logIn(page, "bob");
        await page.waitForURL(stack.url("app"));
      }
      await one.goto(stack.url("auth", "/account"));
      await one
        .getByRole("button", { name: /^Log out Chrome on/ })
        .first()
        .click();
      await one.waitForURL(stack.url("auth", "/account"));
      const whereItLeads = async () => {
        await other.goto(stack.url("app"));
        return other.url();
      };
      await expect.poll(whereItLeads, { timeout: 10_000 }).toContain(stack.url("auth"));
      await one.goto(stack.url("app"));
      expect(one.url()).toBe(stack.url("app"));
    });

    test("the other pages hold what axe asks for, too", async () => {
      const page = await open();
      await page.goto(stack.url("app"));
      await logIn(page, "bob");
      for (const [name, url] of [
        ["home", stack.url("auth")],
        ["denied", stack.url("admin")],
        ["logout", stack.url("auth", "/logout")],
        ["nothing", stack.url("auth", "/nothing")],
      ] as const) {
        await page.goto(url);
        await inspectPage(page, name);
      }
      await page.goto(stack.url("auth", "/account"));
      await page.getByRole("button", { name: "Log out", exact: true }).click();
      await page.getByRole("heading", { name: "You are logged out" }).waitFor();
      await inspectPage(page, "logged-out");
    });

    /** alice, logged in and with a passkey of the browser's own authenticator. */
    async function addPasskey(page: Page, look = async (_name: string) => {}): Promise<void> {
      await page.goto(stack.url("auth"));
      await logIn(page, "alice");
      await page.getByRole("link", { name: "Your account" }).click();
      await page.getByRole("link", { name: "Add a passkey or security key" }).click();
      await confirmByMail(page);
      await page.getByLabel("Name, to tell it from others").fill("Work laptop");
      await look("passkey-enrolment");
      await page.getByRole("button", { name: "Add passkey" }).click();
      await page.getByRole("link", { name: "Not now" }).click();
      await page.getByText("Work laptop").waitFor();
      await look("account-passkey");
    }

    async function logOut(page: Page): Promise<void> {
      await page.goto(stack.url("auth"));
      await page.getByRole("button", { name: "Log out" }).click();
      await page.getByRole("heading", { name: "You are logged out" }).waitFor();
    }

    test("a passkey is added by name, confirms a login, is renamed and removed", async () => {
      const page = await open();
      const { session, authenticatorId } = await plugIn(page);
      await addPasskey(page, (name) => inspectPage(page, name));

      await logOut(page);
      const present = (enabled: boolean) =>
        session.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled });
      await present(false);
      await page.goto(stack.url("admin"));
      await logIn(page, "alice");
      await page.getByRole("button", { name: "Use passkey" }).waitFor();
      await inspectPage(page, "second-factor-passkey");
      await present(true);
      await page.getByRole("button", { name: "Use passkey" }).click();
      await page.waitForURL(stack.url("admin"));

      await page.goto(stack.url("auth", "/account"));
      await page.getByRole("link", { name: "Rename Work laptop" }).click();
      await page.getByLabel("Name, to tell it from others").fill("Home laptop");
      await inspectPage(page, "passkey-rename");
      await page.getByRole("button", { name: "Rename" }).click();
      await page.getByRole("button", { name: "Remove Home laptop" }).click();
      await page.getByText("Home laptop").waitFor({ state: "detached" });
    });

    test("a passkey logs in by the button, without a name or a password", async () => {
      const page = await open();
      const { session, authenticatorId } = await plugIn(page);
      await addPasskey(page);
      await logOut(page);
      // Nobody touches it while it is only suggested.
      const present = (enabled: boolean) =>
        session.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled });
      await present(false);
      await page.goto(stack.url("admin", "/deep?x=1#/view/42"));
      await page.getByRole("button", { name: "Log in with a passkey" }).waitFor();
      await inspectPage(page, "login-passkey");
      await present(true);
      await page.waitForTimeout(500);
      expect(page.url()).toContain(stack.url("auth"));
      await page.getByRole("button", { name: "Log in with a passkey" }).click();
      await page.waitForURL(stack.url("admin", "/deep?x=1#/view/42"));
      expect(await page.textContent("h1")).toBe("Hello, alice");
    });

    test("a passkey logs in from the suggestions of the user name's field", async () => {
      const page = await open();
      await plugIn(page);
      await addPasskey(page);
      await logOut(page);
      // The virtual authenticator takes the first suggestion.
      await page.goto(stack.url("admin", "/deep?x=1#/view/42"));
      await page.waitForURL(stack.url("admin", "/deep?x=1#/view/42"));
      expect(await page.textContent("h1")).toBe("Hello, alice");
    });

    test("a passkey that nobody allows is complained about, in words, on the page", async () => {
      const page = await open();
      const { session, authenticatorId } = await plugIn(page);
      await page.goto(stack.url("auth"));
      await logIn(page, "alice");
      await page.goto(stack.url("auth", "/account/passkeys"));
      await confirmByMail(page);
      await page.getByLabel("Name, to tell it from others").fill("x");
      await session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
      await page.getByRole("button", { name: "Add passkey" }).click();
      await page.getByText("That did not work. Try again.").waitFor();
      await inspectPage(page, "passkey-refused");
    });
  });
});
