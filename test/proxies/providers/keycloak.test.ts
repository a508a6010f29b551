// A real Keycloak: all that holds with every provider, and its front-channel logout.
import { expect, test } from "vitest";
import { describeWith, keycloak } from "../../../workshop/programs/needed.ts";
import { keycloakClients, startKeycloak } from "../../../workshop/servers/keycloak.ts";
import { providerScenarios } from "./scenarios.ts";

describeWith(await keycloak(), "with an account at Keycloak", (installation) => {
  providerScenarios(
    async (stack) => {
      const provider = await startKeycloak(installation, { portal: stack.url("auth", ""), host: stack.hostUrl });
      const { company, signed } = keycloakClients;
      const two = { preset: "keycloak", second_factor: { acr: ["gold"] } };
      return {
        ...provider,
        name: "Keycloak",
        clients: {
          company: { ...two, client_id: company.id, client_secret: company.secret, logout: true },
          signed: { ...two, client_id: signed.id, private_key: signed.key, front_channel_logout: true },
        },
        async fillIn(page, username) {
          await page.locator("#username").fill(username);
          await page.locator("#password").fill(provider.password);
          await page.locator("#kc-login").click();
        },
        async confirm(page, username) {
          await page.locator("#otp").fill(provider.code(username));
          await page.locator("#kc-login").click();
        },
        // It asks nothing, for the portal shows the ID token of the session that is to end.
        async confirmLogOut() {},
      };
    },
    (parts) => {
      test("is refused at both as soon as they have logged out on Keycloak's page, which opens the portal's in a frame", async () => {
        const { provider, signIn, sessionOf, statuses } = parts();
        const page = await signIn("bob", { id: "signed" });
        const token = await sessionOf(page);
        expect(await statuses(token)).toEqual([200, 200]);
        await page.goto(`${provider.issuer}/protocol/openid-connect/logout`);
        await page.locator("#kc-logout").click();
        await expect.poll(() => statuses(token), { timeout: 10_000 }).toEqual([401, 401]);
        await page.context().close();
      });
    },
  );
});
