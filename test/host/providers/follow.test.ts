// Sessions follow the provider: at renewals its refresh tokens say whether a login goes on, and what is in force of its owner.
import { describe, expect, test } from "vitest";
import { movableClock, payloadOf, startHost } from "../../../workshop/host/in-process.ts";
import { fromOutside, mint, renew } from "../support/edge.ts";
import { Browser, configWith, openIdServer, providerText } from "../support/sign-in.ts";

/** Longer than a lease, and than the interval that the tests configure. Seconds. */
const later = 65;

async function start(more = "refresh_interval: 1m") {
  const server = await openIdServer();
  const time = movableClock(Math.floor(Date.now() / 1000));
  const host = await startHost({ text: configWith(providerText(server, more)), clock: time.clock });
  const browser = new Browser(host, server);
  await browser.signIn("alice");
  const token = await mint(host);
  let cookie = browser.cookies();
  /** Renews the session as a gate does. */
  const renewed = async () => {
    const answer = await renew(host, token, cookie);
    const [set] = answer.headers["set-cookie"] ?? [];
    if (set) cookie = set.split(";")[0]!;
    return { status: answer.status, groups: set ? payloadOf(cookie).groups : undefined };
  };
  const refreshes = () => server.requests.filter((one) => one === "POST /token").length - 1;
  return { server, host, browser, renewed, refreshes, ...time };
}

describe("a renewal", () => {
  test("asks the provider no more often than configured, and takes over what it says", async () => {
    const { server, renewed, refreshes, advance } = await start();
    server.people.set("alice", { preferred_username: "alice", groups: ["dev"] });
    expect(await renewed()).toEqual({ status: 204, groups: ["admins", "dev", "source:company"] });
    expect(refreshes()).toBe(0);
    advance(later);
    expect(await renewed()).toEqual({ status: 204, groups: ["dev", "source:company"] });
    await Promise.all(Array.from({ length: 5 }, renewed));
    expect(refreshes()).toBe(1);
    // The provider has given another refresh token: the first one would not do again.
    advance(later);
    expect((await renewed()).status).toBe(204);
    advance(later);
    expect((await renewed()).status).toBe(204);
    expect(refreshes()).toBe(3);
  });

  test("ends the session when the provider refuses the refresh token", async () => {
    const { server, host, renewed, advance } = await start();
    server.people.delete("alice");
    advance(later);
    expect((await renewed()).status).toBe(410);
    expect(host.log.some(({ audit, user }) => audit === "session end" && user === "alice@company")).toBe(true);
    expect((await renewed()).status).toBe(410);
  });

  test("ends the session of somebody who may not sign in any more", async () => {
    const { server, renewed, advance } = await start("refresh_interval: 1m\nallow: { groups: [admins] }");
    server.people.set("alice", { preferred_username: "alice", groups: ["dev"] });
    advance(later);
    expect((await renewed()).status).toBe(410);
  });

  test("goes on without the provider for the outage grace and no longer, and with it as soon as it is back", async () => {
    const { server, renewed, advance } = await start();
    await server.stop();
    for (let lease = 0; lease < 5; lease++) {
      advance(later);
      expect((await renewed()).status).toBe(204);
    }
    await server.start();
    server.people.set("alice", { preferred_username: "alice", groups: ["back"] });
    advance(later);
    expect((await renewed()).groups).toEqual(["back", "source:company"]);
    await server.stop();
    let status = 204;
    let leases = 0;
    for (; status === 204 && leases < 30; leases++) {
      advance(later);
      ({ status } = await renewed());
    }
    // 15 minutes, from the first renewal on that got no answer.
    expect([status, leases >= 14 && leases <= 16]).toEqual([410, true]);
  });

  test("does not wait for a provider that is slow, and the session ends when it says no at last", async () => {
    const { server, host, renewed, advance } = await start("refresh_interval: 1m\ntimeout: 30s");
    const held = Promise.withResolvers<void>();
    server.intercept = async (request) => {
      if (request.url === "/token") await held.promise;
      return false;
    };
    advance(later);
    const started = performance.now();
    expect((await renewed()).status).toBe(204);
    expect(performance.now() - started).toBeLessThan(10_000);
    server.people.delete("alice");
    held.resolve();
    await expect.poll(async () => (await renewed()).status).toBe(410);
    await expect.poll(() => host.log.some(({ audit }) => audit === "session end")).toBe(true);
  });

  test("that the configuration never has asked goes on without", async () => {
    const { server, renewed, refreshes, advance } = await start("refresh_interval: never");
    await server.stop();
    advance(later);
    expect((await renewed()).status).toBe(204);
    expect(refreshes()).toBe(0);
  });

  test.each(["1m", "never"])(
    "ends the session when its provider has made way for another one under its id (%s)",
    async (interval) => {
      const more = `refresh_interval: ${interval}`;
      const { host, browser, advance, clock } = await start(more);
      await host.stop();
      const other = await openIdServer();
      const text = configWith(providerText(other, more));
      const next = await startHost({ text, clock, folder: host.folder });
      advance(later);
      expect((await renew(next, await mint(next), browser.cookies())).status).toBe(410);
      // Nor is it told the refresh token.
      expect(other.requests).toEqual([]);
    },
  );

  test("keeps its tokens encrypted", async () => {
    const { host } = await start();
    await fromOutside(host, async ({ providerLogins }) => {
      const [login] = await providerLogins.all();
      for (const sealed of [login!.refreshToken!, login!.idToken!]) {
        expect(sealed[0]).toBe(2);
        expect(Buffer.from(sealed).toString("latin1")).not.toContain("eyJ");
      }
    });
  });
});
