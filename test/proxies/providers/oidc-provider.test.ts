// oidc-provider, a second implementation that has nothing of Keycloak's: all that holds with every provider, and the second factors of the
// portal's own on the accounts that come of it.
import { generateKeyPairSync } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { clientId, clientSecret, startOpenIdServer } from "../../../workshop/servers/openid-provider.ts";
import { App } from "../../host/support/second-factor.ts";
import { providerScenarios } from "./scenarios.ts";

const scopes = ["openid", "profile", "email", "groups"];

providerScenarios(
  async (stack) => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const back = (id: string) => `${stack.url("auth", "")}/login/provider/${id}`;
    const server = await startOpenIdServer({
      redirectUris: [`${back("company")}/callback`],
      logoutRedirectUris: [`${back("company")}/logged-out`],
      backChannelLogoutUri: `${stack.hostUrl}/login/provider/company/back-channel-logout`,
      moreClients: [
        {
          ...{ client_id: "by-key", grant_types: ["authorization_code", "refresh_token"] },
          redirect_uris: [`${back("signed")}/callback`],
          ...{ token_endpoint_auth_method: "private_key_jwt", token_endpoint_auth_signing_alg: "ES256" },
          jwks: { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "one", use: "sig", alg: "ES256" }] },
        },
      ],
    });
    server.people.set("carol", { ...server.people.get("bob"), preferred_username: "carol", groups: [] });
    const groupsOf = (username: string) => server.people.get(username)!.groups as readonly string[];
    const setGroups = (username: string, groups: readonly string[]) =>
      void server.people.set(username, { ...server.people.get(username), groups });
    const fillIn = async (page: Page, username: string) => {
      await page.locator("input[name=login]").fill(username);
      await page.getByRole("button", { name: "Go" }).click();
    };
    const two = { scopes, second_factor: { acr: ["two"] } };
    return {
      ...{ name: "Company", issuer: server.issuer, authorityFile: server.authorityFile, ready: Promise.resolve() },
      clients: {
        company: { ...two, client_id: clientId, client_secret: clientSecret, logout: true },
        signed: {
          ...two,
          client_id: "by-key",
          private_key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
        },
      },
      fillIn,
      async confirm(page, username) {
        server.proof = { acr: "two" };
        await fillIn(page, username);
        await page.waitForURL((url) => url.origin !== server.issuer);
        server.proof = {};
      },
      async confirmLogOut(page) {
        await page
          .getByRole("button", { name: "Log out", exact: true })
          .and(page.locator("[form='op.logoutForm']"))
          .click();
      },
      logOut: (username) => server.logOut(username),
      setEnabled: async (username) => void server.people.delete(username),
      join: async (username, group) => setGroups(username, [...groupsOf(username), group]),
      leave: async (username, group) =>
        setGroups(
          username,
          groupsOf(username).filter((one) => one !== group),
        ),
      rotateKeys: () => server.rotateKeys(),
      kill: () => server.stop(),
      end: () => server.end(),
    };
  },
  (parts) => {
    /** The codes in the mails so far. */
    const codes = () => {
      const file = join(parts().stack.folder, "mails.txt");
      const text = existsSync(file) ? readFileSync(file, "utf8") : "";
      return [...text.matchAll(/^ {4}([A-Z2-9]{4}-[A-Z2-9]{4})$/gm)].map(([, code]) => code!);
    };

    test("has an authenticator app and a passkey of their own, which open what one factor does not", async () => {
      const { stack, provider, signIn } = parts();
      await provider.join("alice", "admins");
      const page = await signIn("alice");
      const target = stack.url("admin", "/deep?x=1");
      await page.goto(target);
      await page.getByRole("link", { name: "Set up an authenticator app" }).click();
      await page.getByRole("button", { name: "Send a code" }).click();
      await page.getByLabel("Code from the e-mail").waitFor();
      await expect.poll(() => codes().length, { timeout: 20_000 }).toBe(1);
      await page.getByLabel("Code from the e-mail").fill(codes().at(-1)!);
      await page.getByRole("button", { name: "Confirm" }).click();
      const app = new App((await page.locator(".secret code").textContent())!.replaceAll(" ", ""));
      await page.getByLabel("Code that the app shows now").fill(app.code(Date.now() / 1000));
      await page.getByRole("button", { name: "Confirm" }).click();
      await page.getByRole("button", { name: "Make recovery codes" }).click();
      await page.getByRole("link", { name: "I have kept them" }).click();
      await page.waitForURL(target);
      expect(await page.textContent("h1")).toBe("Hello, alice@company");

      const session = await page.context().newCDPSession(page);
      await session.send("WebAuthn.enable", { enableUI: false });
      await session.send("WebAuthn.addVirtualAuthenticator", {
        options: {
          ...{ protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true },
          ...{ isUserVerified: true, automaticPresenceSimulation: true },
        },
      });
      await page.goto(stack.url("auth", "/account"));
      await page.getByRole("link", { name: "Add a passkey or security key" }).click();
      await page.getByLabel("Name, to tell it from others").fill("Work laptop");
      await page.getByRole("button", { name: "Add passkey" }).click();
      await page.getByText("Work laptop").waitFor();
      // The browser offers the passkey on the login page. It logs nobody in whose account is the provider's, but leads there; a login there is
      // of one factor, and the passkey makes it two.
      await page.context().clearCookies();
      const view = `${target}#/view/42?a=b`;
      await page.goto(view);
      await page.waitForURL((url) => url.origin === provider.issuer);
      // The provider is not told where she wants to be: it would lose that on its pages.
      expect(new URL(page.url()).hash).toBe("");
      await provider.fillIn(page, "alice");
      await page.getByRole("button", { name: "Use passkey" }).click();
      await page.waitForURL(view);
      expect(await page.textContent("h1")).toBe("Hello, alice@company");

      // At the provider she is logged in by one factor, and another site leads her there.
      const way = `/login/provider/company?rd=${encodeURIComponent(target)}`;
      await page.goto(`${provider.issuer}/.well-known/openid-configuration`);
      await page.evaluate(`location.href = ${JSON.stringify(stack.url("auth", way))}`);
      await page.waitForURL(target);
      expect(await page.textContent("h1")).toBe("Hello, alice@company");
      await page.context().close();
    });
  },
);
