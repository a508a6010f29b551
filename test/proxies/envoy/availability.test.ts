// What the gate in Envoy does while the host is away, before it ever heard of it, and with a configuration it cannot use.
import { afterEach, expect, test } from "vitest";
import type { HeaderLines } from "../../../workshop/clients/https-client.ts";
import { newSessionKey } from "../../../workshop/gate/tokens.ts";
import { describeWith, envoy } from "../../../workshop/programs/needed.ts";
import { Stack, seenBy } from "../../../workshop/proxies/stack.ts";

const browser: HeaderLines = [["accept", "text/html"]];

describeWith(await envoy(), "Envoy", (path) => {
  let stack: Stack;
  afterEach(() => stack?.[Symbol.asyncDispose]());

  const statusOf = async (name: string, cookie?: string): Promise<number> => {
    const headers: HeaderLines = cookie === undefined ? browser : [...browser, ["cookie", cookie]];
    return (await stack.client.get(stack.url(name), { headers })).status;
  };
  const decisions = async (alice: string, bob: string) => ({
    public: await statusOf("public"),
    appForNobody: await statusOf("app"),
    appForBob: await statusOf("app", bob),
    adminForAlice: await statusOf("admin", alice),
    adminForBob: await statusOf("admin", bob),
  });

  test("goes on deciding while the host is dead, and the host comes back with the same keys and sessions", async () => {
    stack = await Stack.start({ envoy: path, withHost: false });
    const host = stack.startHost();
    await stack.isOpen(stack.proxy);
    const [alice, bob] = [await stack.login("alice"), await stack.login("bob")];
    const before = await decisions(alice, bob);
    expect(before).toEqual({ public: 200, appForNobody: 302, appForBob: 200, adminForAlice: 302, adminForBob: 403 });

    await host.stop("SIGKILL");
    expect(await decisions(alice, bob)).toEqual(before);
    expect(await statusOf("auth")).toBe(503);

    stack.startHost();
    await expect.poll(() => statusOf("auth")).toBe(200);
    expect(await decisions(alice, bob)).toEqual(before);
    const state = await stack.client.get(stack.url("auth", "/api/state"), { headers: [["cookie", alice]] });
    expect(state.body).toContain("alice");
    // A session of the new process is good at a gate that knows the keys of the old one.
    const headers: HeaderLines = [["cookie", await stack.login("bob")]];
    expect(seenBy(await stack.client.get(stack.url("app"), { headers })).headers["remote-user"]).toBe("bob");
  });

  test("hears of a logout within two seconds", async () => {
    stack = await Stack.start({ envoy: path });
    const [alice, bob] = [await stack.login("alice"), await stack.login("bob")];
    expect(await statusOf("app", alice)).toBe(200);
    await stack.client.get(stack.url("auth", "/api/logout"), { method: "POST", headers: [["cookie", alice]] });
    await expect.poll(() => statusOf("app", alice), { timeout: 10_000 }).toBe(302);
    expect(await statusOf("app", bob)).toBe(200);
  });

  test("answers 503 before the first bundle, and decides once it has it", async () => {
    stack = await Stack.start({ envoy: path, withHost: false });
    for (const name of ["public", "app", "admin"]) expect(await statusOf(name)).toBe(503);
    stack.startHost();
    // Each is a connection of its own, and so may be the other worker's, which takes the bundle a moment later.
    await expect.poll(() => statusOf("app")).toBe(302);
    await expect.poll(() => statusOf("public")).toBe(200);
  });

  test("decides again by itself when it was killed and started anew", async () => {
    stack = await Stack.start({ envoy: path });
    const [alice, bob] = [await stack.login("alice"), await stack.login("bob")];
    const before = await decisions(alice, bob);
    await stack.client.get(stack.url("auth", "/api/logout"), { method: "POST", headers: [["cookie", bob]] });
    await stack.proxy.stop("SIGKILL");
    stack.startProxy();
    // What ended before the kill has not come back.
    const after = { ...before, appForBob: 302, adminForBob: 302 };
    await expect.poll(() => decisions(alice, bob).catch(String)).toEqual(after);
  });

  test("refuses nobody who comes while it starts: the first requests wait for the first bundle", async () => {
    stack = await Stack.start({ envoy: path });
    for (let start = 0; start < 3; start++) {
      await stack.proxy.stop("SIGKILL");
      stack.startProxy();
      const first = () => statusOf("public").catch(() => 0);
      const seen: number[] = [];
      while (!seen.includes(200) && seen.length < 20_000) seen.push(await first());
      expect(seen.filter((status) => status !== 0)).toEqual([200]);
    }
  });

  test("does not come back to life without the host, for it has nothing to decide with", async () => {
    stack = await Stack.start({ envoy: path, withHost: false });
    const host = stack.startHost();
    await stack.hostListens();
    await expect.poll(() => statusOf("public")).toBe(200);
    await host.stop("SIGKILL");
    await stack.proxy.stop("SIGKILL");
    stack.startProxy();
    await expect.poll(() => statusOf("public").catch(String)).toBe(503);
    expect(await statusOf("app")).toBe(503);
  });

  test("answers 503 when the bundle is signed with a key that is not pinned", async () => {
    const { kid, x } = newSessionKey();
    const configureGate = (config: object) => ({ ...config, root_keys: [{ kid, x }] });
    stack = await Stack.start({ envoy: path, withHost: false, configureGate });
    stack.startHost();
    const log = () => stack.envoyLog().join("\n");
    await expect.poll(log).toMatch(/bundle.*(signature|signed|root_keys)/);
    for (const name of ["public", "app", "admin"]) expect(await statusOf(name)).toBe(503);
  });

  const unusable: Readonly<Record<string, (config: object) => object | string>> = {
    empty: () => "",
    "cut short": (config) => JSON.stringify(config).slice(0, -5),
    "without root keys": (config) => ({ ...config, root_keys: [] }),
    "with a root key that is none": (config) => ({ ...config, root_keys: [{ kid: "k", x: "AAAA" }] }),
    "with an inline bundle that is none": (config) => ({ ...config, bundle: { version: "one" } }),
  };
  for (const [what, configureGate] of Object.entries(unusable)) {
    test(`with a gate configuration ${what} says so in one line and answers 503`, async () => {
      stack = await Stack.start({ envoy: path, withHost: false, configureGate });
      for (const name of ["public", "app", "admin"]) expect(await statusOf(name)).toBe(503);
      // Every worker loads the configuration, and may say the same.
      const critical = stack.envoyLog().filter((line) => line.includes("[critical]"));
      const complaints = new Set(critical.map((line) => line.slice(line.indexOf("wasm log"))));
      expect([...complaints]).toEqual([expect.stringMatching(/zerohop: configuration: /)]);
    });
  }
});
