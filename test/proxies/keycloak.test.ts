// A real Keycloak, a real Envoy, in fact two of them, and Chromium: signing in, and what reaches the gates of what happens at the provider.
// ZEROHOP_KEYCLOAK_LOGOUTS says how many log-outs are timed.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumProgram, launchChromium } from "../../workshop/browser/chromium.ts";
import { domain } from "../../workshop/host/site.ts";
import { describeWith, envoy, keycloak } from "../../workshop/programs/needed.ts";
import { Stack } from "../../workshop/proxies/stack.ts";
import { type Keycloak, keycloakClient, keycloakPassword, startKeycloak } from "../../workshop/servers/keycloak.ts";

const logouts = Number(process.env.ZEROHOP_KEYCLOAK_LOGOUTS ?? 3);

/** Seconds. */
const refreshInterval = 10;

const keycloakProgram = await keycloak();

describeWith(await envoy(), "behind Envoy", (envoyPath) => {
  describeWith(chromiumProgram, "a person in Chromium", (chromiumPath) => {
    describeWith(keycloakProgram, "with an account at Keycloak", (installation) => {
      let stack: Stack;
      let provider: Keycloak;
      let browser: Browser;
      let secondPort: number;

      beforeAll(async () => {
        // Keycloak is told of the portal, and the portal of Keycloak.
        stack = await Stack.start({ envoy: envoyPath, withHost: false });
        const back = `${stack.url("auth", "")}/login/provider/company`;
        provider = await startKeycloak(installation, {
          redirectUris: [`${back}/callback`],
          logoutRedirectUris: [`${back}/logged-out`],
          backChannelLogoutUri: `${stack.hostUrl}/login/provider/company/back-channel-logout`,
        });
        stack.editConfig((config) => {
          config.session.inactivity = "10s";
          config.authentication_backend.providers = [
            {
              ...{ id: "company", name: "Keycloak", preset: "keycloak", issuer: provider.issuer },
              ...{ client_id: keycloakClient.id, client_secret: keycloakClient.secret, logout: true },
              ...{ networks: ["127.0.0.1", "::1"], ca_file: provider.authorityFile },
              refresh_interval: `${refreshInterval}s`,
            },
          ];
          config.access_control.rules.unshift({
            ...{ domain: `app.${domain}`, resources: "^/admins", policy: "one_factor", subject: "group:admins" },
          });
          config.access_control.rules.splice(1, 0, { domain: `app.${domain}`, resources: "^/admins", policy: "deny" });
        });
        stack.startHost();
        await stack.hostListens();
        await stack.isOpen(stack.proxy);
        secondPort = await stack.startSecondProxy();
        browser = await launchChromium(chromiumPath);
      }, 360_000);
      afterAll(async () => {
        await browser?.close();
        await provider?.end();
        await stack?.[Symbol.asyncDispose]();
      }, 60_000);

      /** A page of a browser of its own, in which somebody has signed in on the way to an address. */
      async function signIn(username: string, target = stack.url("app", "/reports#view")): Promise<Page> {
        const context = await browser.newContext({ ignoreHTTPSErrors: true });
        const page = await context.newPage();
        page.setDefaultTimeout(60_000);
        await page.goto(target);
        await page.locator("a[href^='/login/provider/']").click();
        await page.locator("#username").fill(username);
        await page.locator("#password").fill(keycloakPassword);
        await page.locator("#kc-login").click();
        await page.waitForURL((url) => url.hostname === `app.${domain}`);
        return page;
      }

      const sessionOf = async (page: Page) =>
        (await page.context().cookies(stack.url("app"))).find(({ name }) => name === "zerohop_session")!.value;

      /** What the application of a page answers to a script of the page. */
      const statusIn = (page: Page, path: string) =>
        page.evaluate((address) => fetch(address).then(({ status }) => status), path);

      /** What an application answers to a session, or where its visitor is sent. */
      async function statusOf(token: string, port = stack.httpsPort, path = "/"): Promise<number> {
        const headers = [["cookie", `zerohop_session=${token}`]] as const;
        return (await stack.client.get(stack.url("app", path, port), { headers })).status;
      }

      test("comes back to where they were going, fragment and all, and their groups decide", async () => {
        const alice = await signIn("alice");
        expect(alice.url()).toBe(stack.url("app", "/reports#view"));
        expect(await alice.textContent("h1")).toBe("Hello, alice@company");
        const bob = await signIn("bob");
        const [one, other] = [await sessionOf(alice), await sessionOf(bob)];
        expect([
          await statusOf(one, stack.httpsPort, "/admins"),
          await statusOf(other, stack.httpsPort, "/admins"),
        ]).toEqual([200, 403]);
        await alice.context().close();
        await bob.context().close();
      });

      test("is refused at two Envoys as soon as their sessions are ended in the console", async () => {
        const delays: number[] = [];
        for (let count = 0; count < logouts; count++) {
          const page = await signIn("alice");
          const token = await sessionOf(page);
          expect([await statusOf(token), await statusOf(token, secondPort)]).toEqual([200, 200]);
          const started = await provider.logOut("alice");
          await expect
            .poll(async () => [await statusOf(token), await statusOf(token, secondPort)], { interval: 5 })
            .toEqual([401, 401]);
          delays.push(performance.now() - started);
          await page.context().close();
        }
        const sorted = delays.toSorted((a, b) => a - b);
        const at = (share: number) => Math.round(sorted[Math.ceil(share * sorted.length) - 1]!);
        console.log(
          `from the console to the last refusal: ${sorted.length} tries, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`,
        );
      });

      test("loses a group, and the session with the account, at a renewal", async () => {
        const page = await signIn("alice");
        const status = (path: string) => statusIn(page, path);
        expect(await status("/admins")).toBe(200);
        await provider.leave("alice", "admins");
        await expect.poll(() => status("/admins"), { timeout: 60_000, interval: 500 }).toBe(403);
        expect(await status("/")).toBe(200);
        await provider.join("alice", "admins");
        await expect.poll(() => status("/admins"), { timeout: 60_000, interval: 500 }).toBe(200);
        await provider.setEnabled("alice", false);
        await expect.poll(() => status("/"), { timeout: 60_000, interval: 500 }).toBe(401);
        await provider.setEnabled("alice", true);
        await page.context().close();
      });

      test("is logged out of Keycloak too by the portal, which asks for a login there afterwards", async () => {
        const page = await signIn("bob");
        await page.goto(stack.url("auth", "/logout"));
        await page.locator("form[action='/logout'] button").click();
        await page.waitForURL((url) => url.pathname === "/logout" && url.hostname === `auth.${domain}`);
        await page.goto(stack.url("app"));
        await page.locator("a[href^='/login/provider/']").click();
        await page.locator("#username").waitFor();
        await page.context().close();
      });

      test("signs in after Keycloak has changed its keys", async () => {
        await provider.rotateKeys();
        const page = await signIn("bob");
        expect(await page.textContent("h1")).toBe("Hello, bob@company");
        await page.context().close();
      });

      test("goes on for five leases after Keycloak was killed", async () => {
        const page = await signIn("bob");
        await provider.kill();
        const tokens = new Set<string>();
        await expect
          .poll(
            async () => {
              expect(await statusIn(page, "/")).toBe(200);
              tokens.add(await sessionOf(page));
              return tokens.size;
            },
            { timeout: 60_000, interval: 200 },
          )
          .toBeGreaterThan(5);
        await page.context().close();
      });
    });
  });
});
