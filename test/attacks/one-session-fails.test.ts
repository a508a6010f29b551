// Sessions that the host cannot renew, through a real Envoy with the real host: three people whose groups have grown until no token
// holds them ask without end. They are in trouble by themselves; the others' leases are renewed as ever. A host that is gone is
// another matter, and counts as silence.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { describeWith, envoy } from "../../workshop/programs/needed.ts";
import { Stack } from "../../workshop/proxies/stack.ts";

/** An inactivity limit of 20 s makes leases of 4 s. Seconds. */
const lease = 4;
const grace = 2;
const grown = ["carol", "dave", "erin"];

describeWith(await envoy(), "three sessions that the host cannot renew", (path) => {
  let stack: Stack;
  afterEach(() => stack?.[Symbol.asyncDispose]());

  /** Puts these groups to the three's names. */
  const writeUsers = (groups: readonly string[]) => {
    const file = join(stack.folder, "users.yml");
    const { users } = parse(readFileSync(file, "utf8"));
    for (const name of grown) users[name] = { ...users.alice, displayname: name, email: undefined, groups };
    // At once, for the host follows the file.
    writeFileSync(`${file}.next`, stringify({ users }), { mode: 0o600 });
    renameSync(`${file}.next`, file);
  };
  const get = async (cookie: string) =>
    (await stack.client.get(stack.url("app"), { headers: [["cookie", cookie]] })).status;
  const start = async () => {
    stack = await Stack.start({
      envoy: path,
      withHost: false,
      configureHost: (config) => {
        config.session = { ...config.session, inactivity: "20s", outage_grace: `${grace}s` };
      },
    });
    writeUsers(["dev"]);
    const host = stack.startHost();
    await stack.isOpen(stack.proxy);
    return host;
  };

  test("are refused alone, once the grace is over, and nobody else is", async () => {
    await start();
    const failing = await Promise.all(grown.map((name) => stack.login(name)));
    const others = await Promise.all(Array.from({ length: 20 }, () => stack.login("bob")));
    writeUsers(Array.from({ length: 3000 }, (_, i) => `a group with a long name ${i}`));
    // Once the host has read the file, not even a login makes a token of theirs.
    await expect.poll(() => stack.login("carol").catch(() => "none")).toBe("none");

    let isOver = false;
    const seen = new Set<number>();
    const attackers = failing.map(async (cookie) => {
      while (!isOver) {
        seen.add(await get(cookie));
        await sleep(20);
      }
    });
    try {
      await expect.poll(() => seen.has(503), { timeout: 30_000 }).toBe(true);
      await sleep((lease + grace + 1) * 1000);
      const statuses: number[] = [];
      for (const cookie of others) {
        statuses.push(await get(cookie));
        await sleep(100);
      }
      expect(statuses).toEqual(others.map(() => 200));
    } finally {
      isOver = true;
      await Promise.all(attackers);
    }
    expect([...seen].filter((status) => ![200, 503].includes(status))).toEqual([]);
  });

  test("are no silence, and a host that was killed is: everybody is refused after the grace, and let in when it is back", async () => {
    const host = await start();
    const cookie = await stack.login("bob");
    await host.stop();
    expect(await get(cookie)).toBe(200);
    await expect.poll(() => get(cookie), { timeout: 30_000 }).toBe(503);
    stack.startHost();
    await expect.poll(() => get(cookie), { timeout: 40_000 }).toBe(200);
  });
});
