// What has to hold with every provider, through two real Envoys and in Chromium: signing in, and what reaches the gates of what happens at the
// provider. ZEROHOP_KEYCLOAK_LOGOUTS says how many log-outs are timed.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { en } from "../../../host/features/login/texts/en.ts";
import { chromiumProgram, launchChromium } from "../../../workshop/browser/chromium.ts";
import { domain } from "../../../workshop/host/site.ts";
import { describeWith, envoy } from "../../../workshop/programs/needed.ts";
import type { Tree } from "../../../workshop/proxies/site.ts";
import { Stack } from "../../../workshop/proxies/stack.ts";

import type { AdministeredProvider } from "../../../workshop/servers/administered-provider.ts";

const logouts = Number(process.env.ZEROHOP_KEYCLOAK_LOGOUTS ?? 3);

/** As short as the configuration allows. Seconds. */
const refreshInterval = 10;
/** Of this the lease is two seconds, and nobody is logged out for a machine that is busy. */
const inactivity = "14s";

/** Milliseconds. */
const patience = 60_000;

/** A provider with three people: alice, who is in the group admins, bob and carol; and what its administrators do. */
export interface ProviderAtWork extends AdministeredProvider {
  /** As the login page calls it. */
  readonly name: string;
  /** What the configuration has of it beside this, by the ids of two: a client with a secret, which is told of log-outs, and one with a key. */
  readonly clients: { readonly company: Tree; readonly signed: Tree };
  /** Logs in on its page. */
  fillIn(page: Page, username: string): Promise<void>;
  /** Shows a second factor on its page, also to somebody whom it knows already. */
  confirm(page: Page, username: string): Promise<void>;
  /** Answers what its page asks of somebody whom the portal sends there to log out. */
  confirmLogOut(page: Page): Promise<void>;
}

export interface Parts {
  readonly stack: Stack;
  readonly provider: ProviderAtWork;
  /** A page of a browser of its own, in which somebody has signed in on the way to an address. */
  signIn(username: string, options?: { readonly target?: string; readonly id?: string }): Promise<Page>;
  sessionOf(page: Page): Promise<string>;
  /** What an application answers at each Envoy to a session. */
  statuses(token: string): Promise<readonly number[]>;
}

const envoyProgram = await envoy();

/** `more`: what holds with this provider besides, before it is killed. */
export function providerScenarios(
  start: (stack: Stack) => Promise<ProviderAtWork>,
  more: (parts: () => Parts) => void,
): void {
  describeWith(envoyProgram, "behind two Envoys", (envoyPath) => {
    describeWith(chromiumProgram, "a person in Chromium", (chromiumPath) => {
      let stack: Stack;
      let provider: ProviderAtWork;
      let browser: Browser;
      let secondPort: number;

      beforeAll(async () => {
        stack = await Stack.start({ envoy: envoyPath, withHost: false });
        provider = await start(stack);
        // All of this goes on while the provider starts.
        stack.editConfig((config) => {
          config.session.inactivity = inactivity;
          config.authentication_backend.providers = Object.entries(provider.clients).map(([id, keys]) => ({
            ...{ id, name: id === "company" ? provider.name : `${provider.name} by a key`, issuer: provider.issuer },
            ...{ networks: ["127.0.0.1", "::1"], ca_file: provider.authorityFile },
            ...{ refresh_interval: `${refreshInterval}s`, ...keys },
          }));
          config.access_control.rules.unshift(
            { domain: `app.${domain}`, resources: "^/admins", policy: "one_factor", subject: "group:admins" },
            { domain: `app.${domain}`, resources: "^/admins", policy: "deny" },
            { domain: `app.${domain}`, resources: "^/company", policy: "one_factor", subject: "source:company" },
            { domain: `app.${domain}`, resources: "^/company", policy: "deny" },
          );
        });
        stack.startHost();
        await stack.hostListens();
        [secondPort, browser] = await Promise.all([
          stack.startSecondProxy(),
          launchChromium(chromiumPath),
          stack.isOpen(stack.proxy),
          provider.ready,
        ]);
      }, 360_000);
      afterAll(async () => {
        await browser?.close();
        await provider?.end();
        await stack?.[Symbol.asyncDispose]();
      }, 60_000);

      const signIn: Parts["signIn"] = async (username, { target = stack.url("app"), id = "company" } = {}) => {
        const context = await browser.newContext({ ignoreHTTPSErrors: true });
        const page = await context.newPage();
        page.setDefaultTimeout(patience);
        await page.goto(target);
        await page.locator(`a[href*='/login/provider/${id}']`).click();
        await provider.fillIn(page, username);
        await page.waitForURL((url) => url.hostname === `app.${domain}`);
        return page;
      };

      const sessionOf = async (page: Page) =>
        (await page.context().cookies(stack.url("app"))).find(({ name }) => name === "zerohop_session")!.value;

      /** What an application answers to a session, or where its visitor is sent. */
      const statusOf = async (token: string, port = stack.httpsPort, path = "/"): Promise<number> => {
        const headers = [["cookie", `zerohop_session=${token}`]] as const;
        return (await stack.client.get(stack.url("app", path, port), { headers })).status;
      };
      const statuses = (token: string) => Promise.all([statusOf(token), statusOf(token, secondPort)]);

      /** What the application of a page answers to a script of the page. */
      const statusIn = (page: Page, path: string) =>
        page.evaluate((address) => fetch(address).then(({ status }) => status), path);

      const turns = (page: Page, path: string, status: number) =>
        expect.poll(() => statusIn(page, path), { timeout: patience, interval: 500 }).toBe(status);

      const close = (...pages: readonly Page[]) => Promise.all(pages.map((page) => page.context().close()));

      test("comes back to where they were going, fragment and all, and their groups and provider decide", async () => {
        const target = stack.url("app", "/reports#view");
        const pages = [await signIn("alice", { target }), await signIn("bob"), await signIn("bob", { id: "signed" })];
        const [alice, bob, signed] = pages as [Page, Page, Page];
        expect(alice.url()).toBe(target);
        expect(await alice.textContent("h1")).toBe("Hello, alice@company");
        // The client that has a key in place of a secret (private_key_jwt).
        expect(await signed.textContent("h1")).toBe("Hello, bob@signed");
        const answers = (page: Page) => Promise.all(["/admins", "/company"].map((path) => statusIn(page, path)));
        expect([await answers(alice), await answers(bob), await answers(signed)]).toEqual([
          [200, 200],
          [403, 200],
          [403, 403],
        ]);
        await close(...pages);
      });

      test("shows two factors at the provider where an application wants them, and comes back to it", async () => {
        const page = await signIn("alice");
        const target = stack.url("admin", "/deep?x=1#view");
        await page.goto(target);
        await page.getByRole("link", { name: `Confirm at ${provider.name}`, exact: true }).click();
        await provider.confirm(page, "alice");
        await page.waitForURL(target);
        expect(await page.textContent("h1")).toBe("Hello, alice@company");
        await close(page);
      });

      test(
        "is refused at two Envoys as soon as an administrator has ended their sessions",
        async () => {
          const delays: number[] = [];
          for (let count = 0; count < logouts; count++) {
            const page = await signIn("alice");
            const token = await sessionOf(page);
            expect(await statuses(token)).toEqual([200, 200]);
            const started = await provider.logOut("alice");
            await expect.poll(() => statuses(token), { interval: 5, timeout: 10_000 }).toEqual([401, 401]);
            delays.push(performance.now() - started);
            await close(page);
          }
          const sorted = delays.toSorted((a, b) => a - b);
          const at = (share: number) => Math.round(sorted[Math.ceil(share * sorted.length) - 1]!);
          const figures = `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`;
          console.log(`from ${provider.name}'s console to the last refusal: ${sorted.length} tries, ${figures}`);
        },
        // A try takes a second or two on a quiet machine; fifty of them end within seven minutes in any case.
        Math.max(patience, logouts * 8_000),
      );

      test("has the groups of the provider, and no session without an account there, from a renewal on", async () => {
        const pages = [await signIn("alice"), await signIn("bob"), await signIn("carol")];
        const [alice, bob, carol] = pages as [Page, Page, Page];
        expect(await Promise.all([statusIn(alice, "/admins"), statusIn(bob, "/admins"), statusIn(carol, "/")])).toEqual(
          [200, 403, 200],
        );
        await provider.leave("alice", "admins");
        await provider.join("bob", "admins");
        await provider.setEnabled("carol", false);
        await Promise.all([turns(alice, "/admins", 403), turns(bob, "/admins", 200), turns(carol, "/", 401)]);
        expect(await statusIn(alice, "/")).toBe(200);
        await close(...pages);
      });

      test("is logged out there too by the portal, and asked to log in there afterwards", async () => {
        const page = await signIn("bob");
        await page.goto(stack.url("auth", "/logout"));
        await page.locator("form[action='/logout'] button").click();
        await provider.confirmLogOut(page);
        await page.getByRole("heading", { name: en.logout.doneHeading }).waitFor();
        // The portal's note of it has the provider ask who they are in any case.
        await page.context().clearCookies({ domain: `auth.${domain}` });
        await page.goto(stack.url("app"));
        await page.locator("a[href*='/login/provider/company']").click();
        await provider.fillIn(page, "bob");
        await page.waitForURL((url) => url.hostname === `app.${domain}`);
        await close(page);
      });

      test("signs in after the provider has changed its keys", async () => {
        await provider.rotateKeys();
        const page = await signIn("bob");
        expect(await page.textContent("h1")).toBe("Hello, bob@company");
        await close(page);
      });

      more(() => ({ stack, provider, signIn, sessionOf, statuses }));

      test("goes on for five leases after the provider was killed", async () => {
        const page = await signIn("bob");
        await provider.kill();
        const tokens = new Set<string>();
        const lives = async () => {
          expect(await statusIn(page, "/")).toBe(200);
          tokens.add(await sessionOf(page));
          return tokens.size;
        };
        await expect.poll(lives, { timeout: patience, interval: 200 }).toBeGreaterThan(5);
        // Whoever would log in is told so by the portal, and not left with an error of the browser's.
        await page.context().clearCookies();
        await expect
          .poll(async () => (await page.goto(stack.url("auth", "/login/provider/company")))?.status(), {
            timeout: patience,
          })
          .toBe(503);
        expect(await page.textContent("h1")).toBe(`No login with ${provider.name}`);
        await close(page);
      });
    });
  });
}
