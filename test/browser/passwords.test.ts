import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { chromiumProgram, launchChromium } from "../../workshop/browser/chromium.ts";
import { inspectPage } from "../../workshop/browser/inspect-page.ts";
import { describeWith, envoy } from "../../workshop/programs/needed.ts";
import { Stack } from "../../workshop/proxies/stack.ts";
import { login, type MailServer, serverName, startMailServer } from "../../workshop/servers/mail-server.ts";
import { linksIn } from "../host/support/password-reset.ts";

const good = "purple walrus counts nine moons";

describeWith(await envoy(), "behind Envoy", (envoyPath) => {
  describeWith(chromiumProgram, "passwords in Chromium", (chromiumPath) => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launchChromium(chromiumPath);
    });
    afterAll(() => browser?.close());

    async function startAll(): Promise<{ stack: Stack; mails: MailServer }> {
      const mails = await startMailServer();
      const stack = await Stack.start({
        envoy: envoyPath,
        configureHost: (config) => {
          config.notifier = {
            smtp: {
              ...{ address: `submission://127.0.0.1:${mails.port}`, ...login, sender: "zerohop@mail.test" },
              tls: { ca_file: mails.authorityFile, server_name: serverName },
            },
          };
        },
      });
      onTestFinished(() => stack[Symbol.asyncDispose]());
      return { stack, mails };
    }

    async function open(options: BrowserContextOptions = {}): Promise<Page> {
      const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
      onTestFinished(() => context.close());
      const page = await context.newPage();
      page.setDefaultTimeout(30_000);
      return page;
    }

    async function logIn(page: Page, username: string, password: string): Promise<void> {
      await page.locator("input[name=username]").fill(username);
      await page.locator("input[name=password]").fill(password);
      await page.locator("form[action='/login'] [type=submit]").click();
    }

    async function enterTwice(page: Page, password: string): Promise<void> {
      await page.getByLabel("New password", { exact: true }).fill(password);
      await page.getByLabel("New password, once more").fill(password);
    }

    /** A mail program on the web: another site, with the mail's link on its page. */
    async function webmail(link: URL): Promise<string> {
      const server = createServer((_, response) => {
        response.setHeader("content-type", "text/html");
        response.end(`<!doctype html><title>Mail</title><a href="${link.href}">Set a new password</a>`);
      });
      await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
      onTestFinished(() => void server.close());
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    }

    test("a change logs the other browser out at the proxy, and this one goes on", async () => {
      const { stack } = await startAll();
      const other = await open();
      await other.goto(stack.url("app"));
      await logIn(other, "alice", "demo");
      await other.waitForURL(stack.url("app"));

      const page = await open();
      await page.goto(stack.url("auth", "/account"));
      await logIn(page, "alice", "demo");
      await page.getByRole("link", { name: "Change the password" }).click();
      await inspectPage(page, "password-change");
      await page.getByLabel("Current password").fill("demo");
      // What the browser itself would hold back is for the host to judge as well.
      await page.evaluate("document.querySelector('form[action=\"/account/password\"]').noValidate = true");
      await enterTwice(page, "alice");
      await page.getByRole("button", { name: "Change password" }).click();
      await page.locator("[role=alert]").waitFor();
      await inspectPage(page, "password-change-weak");
      expect(await page.getByLabel("New password", { exact: true }).getAttribute("aria-invalid")).toBe("true");
      await page.getByLabel("Current password").fill("demo");
      await enterTwice(page, good);
      await page.getByRole("button", { name: "Change password" }).click();
      await page.waitForURL(stack.url("auth", "/account/password/changed"));
      await inspectPage(page, "password-changed");

      await page.goto(stack.url("app"));
      expect(page.url()).toBe(stack.url("app"));
      await expect
        .poll(async () => {
          await other.goto(stack.url("app"));
          return new URL(other.url()).hostname;
        })
        .toBe("auth.zerohop.localhost");
      await logIn(other, "alice", "demo");
      await other.locator("[role=alert]").waitFor();
      await logIn(other, "alice", good);
      await other.waitForURL(stack.url("app"));
    }, 240_000);

    for (const javaScriptEnabled of [true, false])
      test(`a link from an e-mail sets a new password in the browser that asked for it alone, ${javaScriptEnabled ? "with" : "without"} JavaScript`, async () => {
        const look = (page: Page, name: string) => (javaScriptEnabled ? inspectPage(page, name) : Promise.resolve());
        const { stack, mails } = await startAll();
        const session = await stack.login("alice");
        const page = await open({ javaScriptEnabled });
        await page.goto(stack.url("app"));
        await look(page, "login-forgotten");
        await page.getByRole("link", { name: "Forgot your password?" }).click();
        await look(page, "password-forgotten");
        await page.getByLabel("User name or e-mail address").fill("alice@example.com");
        await page.getByRole("button", { name: "Send the link" }).click();
        await page.getByRole("heading", { name: "Look into your e-mail" }).waitFor();
        await look(page, "password-link-sent");

        // Others tell of logins.
        const withLink = () => mails.received.filter(({ bodies }) => linksIn(bodies["text/plain"]!).length > 0);
        await expect.poll(() => withLink().length).toBe(1);
        const [mail] = withLink();
        expect([mail!.to, mail!.secure, mail!.user]).toEqual([["alice@example.com"], true, login.username]);
        const [link] = linksIn(mail!.bodies["text/plain"]!);
        expect(link!.origin).toBe(new URL(stack.url("auth")).origin);
        expect(mail!.bodies["text/html"]).toContain(link!.href);

        const thief = await open({ javaScriptEnabled });
        await thief.goto(await webmail(link!));
        await thief.getByRole("link").click();
        await thief.getByRole("heading", { name: "Open this link in the other browser" }).waitFor();
        await look(thief, "password-link-elsewhere");

        await page.goto(await webmail(link!));
        await page.getByRole("link").click();
        await page.getByRole("heading", { name: "Set a new password" }).waitFor();
        await look(page, "password-new");
        await enterTwice(page, "computer1234");
        await page.getByRole("button", { name: "Set password" }).click();
        await page.locator("[role=alert]").waitFor();
        await look(page, "password-new-weak");
        await enterTwice(page, good);
        await page.getByRole("button", { name: "Set password" }).click();
        await page.waitForURL(stack.url("auth", "/reset-password/done"));
        await look(page, "password-set");

        const headers = [["cookie", session]] as const;
        await expect.poll(async () => (await stack.client.get(stack.url("app"), { headers })).status).toBe(401);
        await page.goto(link!.href);
        await page.getByRole("heading", { name: "This link does not work any more" }).waitFor();
        await look(page, "password-link-void");
        await page.goto(stack.url("app"));
        await logIn(page, "alice", good);
        await page.waitForURL(stack.url("app"));
      }, 240_000);
  });
});
