// A host whose clock is ten minutes off: what becomes of the sessions that it opens, at an Envoy whose clock is right.
import { afterEach, expect, test } from "vitest";
import { loadConfig } from "../../../host/app/config/load.ts";
import { type Service, startService } from "../../../host/app/service.ts";
import { systemClock } from "../../../host/kit/clock.ts";
import { createLog } from "../../../host/kit/log.ts";
import type { HeaderLines } from "../../../workshop/clients/https-client.ts";
import { describeWith, envoy } from "../../../workshop/programs/needed.ts";
import { Stack } from "../../../workshop/proxies/stack.ts";

const offset = 600;

describeWith(await envoy(), "Envoy", (path) => {
  let stack: Stack;
  let host: Service;
  afterEach(async () => {
    await stack?.[Symbol.asyncDispose]();
    await host?.stop();
  });

  const statusOf = async (name: string, cookie?: string): Promise<number> => {
    const browser: HeaderLines = [["accept", "text/html"]];
    const headers: HeaderLines = cookie === undefined ? browser : [...browser, ["cookie", cookie]];
    return (await stack.client.get(stack.url(name), { headers })).status;
  };
  /** Starts a host whose clock is this many seconds ahead. */
  const startHost = async (ahead: number) => {
    const silent = createLog("error", { write: () => {} });
    host = await startService(loadConfig(stack.hostConfig, {}), silent, () => systemClock() + ahead);
  };
  const start = async (ahead: number) => {
    stack = await Stack.start({ envoy: path, withHost: false });
    await startHost(ahead);
    await stack.isOpen(stack.proxy);
    expect([await statusOf("public"), await statusOf("app")]).toEqual([200, 302]);
  };

  test("lets a session in that a host ten minutes ahead opened, and out at once at its logout", async () => {
    await start(offset);
    const cookie = await stack.login("alice");
    expect(await statusOf("app", cookie)).toBe(200);
    expect(await statusOf("admin", cookie)).toBe(302);
    await stack.client.get(stack.url("auth", "/api/logout"), { method: "POST", headers: [["cookie", cookie]] });
    await expect.poll(() => statusOf("app", cookie), { timeout: 10_000 }).toBe(302);
  });

  test("lets in whom a host logs in whose clock was ten minutes ahead and is put right", async () => {
    await start(offset);
    expect(await statusOf("app", await stack.login("alice"))).toBe(200);
    await host.stop();
    await startHost(0);
    const cookie = await stack.login("alice");
    // On connections enough that each worker has one.
    await expect
      .poll(() => Promise.all(Array.from({ length: 16 }, () => statusOf("app", cookie))), { timeout: 10_000 })
      .toEqual(new Array(16).fill(200));
    for (let i = 0; i < 20; i++) expect(await statusOf("app", cookie)).toBe(200);
  });

  test("asks a host ten minutes behind about a lease that seems over, and believes what it is just given", async () => {
    await start(-offset);
    // It was over nine minutes before it began, by Envoy's clock.
    const cookie = await stack.login("alice");
    expect(await statusOf("app", cookie)).toBe(200);
    expect(await statusOf("public", cookie)).toBe(200);
  });
});
