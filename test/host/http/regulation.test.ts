import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { configText, encryptionKey, temporaryFolder } from "../../../workshop/host/files.ts";
import { type Answer, startHost, type TestHost } from "../../../workshop/host/in-process.ts";
import { fromOutside, mint, whenNotBusy } from "../support/edge.ts";
import { attempt, banTime, dearUsers, findTime, getBanned, start } from "../support/regulation.ts";

function browserCookie(answer: Answer): string {
  return answer.headers["set-cookie"]!.find((cookie) => cookie.startsWith("__Host-zerohop_browser="))!.split(";")[0]!;
}

const right = { password: "demo" };

describe("a user with too many failed logins", () => {
  test("is banned for a time that the answers tell, and the right password does not help", async () => {
    const { host, advance } = await start();
    const last = await getBanned(host, advance);
    expect(JSON.parse(last.body)).toEqual({
      status: "KO",
      message: "Authentication failed. Check your credentials. Try again in 5 minutes.",
      retry_after: banTime,
    });
    advance(100);
    const held = await attempt(host, right);
    expect([held.status, held.headers["retry-after"], held.headers["set-cookie"]]).toEqual([429, "200", undefined]);
    expect(JSON.parse(held.body)).toEqual({
      status: "KO",
      message: "Too many failed logins. Try again in 4 minutes.",
      retry_after: 200,
    });
    advance(199);
    expect((await attempt(host, right)).status).toBe(429);
    advance(1);
    expect((await attempt(host, right)).status).toBe(200);
  });

  test("sees on the page when to try again", async () => {
    const { host, advance } = await start();
    const submit = () => host.submit("/login", { username: "alice", password: "wrong" });
    expect((await submit()).body).toContain("wrong. Check both and try again.</p>");
    const second = await submit();
    expect([second.status, second.body]).toEqual([
      401,
      expect.stringContaining("Check both and try again. You can try again in 1 second.</p>"),
    ]);
    advance(1);
    expect((await submit()).body).toContain("You can try again in 5 minutes.");
    const held = await submit();
    expect([held.status, held.headers["retry-after"]]).toEqual([429, "300"]);
    expect(held.body).toContain("There were too many failed attempts to log in. You can try again in 5 minutes.");
    expect(held.body).toContain('value="alice"');
  });

  test("waits longer with every ban in a row", async () => {
    const { host, advance } = await start();
    const bans: number[] = [];
    for (let ban = 0; ban < 6; ban++) {
      const wait = Number((await getBanned(host, advance)).headers["retry-after"]);
      bans.push(wait);
      advance(wait);
    }
    expect(bans).toEqual([300, 600, 1200, 2400, 3600, 3600]);
  });

  test("starts anew after a login, and after failures that are long past", async () => {
    const { host, advance } = await start();
    for (let round = 0; round < 3; round++) {
      expect((await attempt(host)).headers["retry-after"]).toBeUndefined();
      expect((await attempt(host)).headers["retry-after"]).toBe("1");
      advance(1);
      if (round === 0) expect((await attempt(host, right)).status).toBe(200);
      else advance(findTime);
    }
  });

  test("is one user in every spelling that a directory may take for the same", async () => {
    const { host, advance } = await start();
    for (const username of ["alice", "ALICE", " Álice "]) {
      await attempt(host, { username, from: "198.51.100.1" });
      advance(1);
    }
    expect((await attempt(host, { username: "ａlice", from: "198.51.100.2" })).status).toBe(429);
  });

  test("gets no more tries by trying many at once", async () => {
    const { host } = await start({ users: await dearUsers() });
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => attempt(host, { from: `198.51.100.${index}` })),
    );
    const checked = answers.filter(({ status }) => status === 401);
    expect(checked.length).toBeLessThanOrEqual(3);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(60 - checked.length);
  });

  test("stays banned over a restart", async () => {
    const folder = temporaryFolder();
    const { host, advance, clock } = await start({ folder });
    await getBanned(host, advance);
    await host.stop();
    const again = await startHost({ folder, clock });
    expect((await attempt(again, right)).status).toBe(429);
    advance(banTime);
    expect((await attempt(again, right)).status).toBe(200);
  });

  test("is not locked out of a browser or a network that has logged in before", async () => {
    const { host, advance } = await start();
    const browser = browserCookie(await attempt(host, { ...right, from: "203.0.113.50" }));
    await getBanned(host, advance, { from: "198.51.100.1" });
    expect((await attempt(host, { ...right, from: "192.0.2.77" })).status).toBe(429);
    expect((await attempt(host, { ...right, from: "192.0.2.77", cookie: browser })).status).toBe(200);
    expect((await attempt(host, { ...right, from: "203.0.113.50" })).status).toBe(200);
    // The attack goes on, and the ban from elsewhere with it.
    expect((await attempt(host, { ...right, from: "192.0.2.78" })).status).toBe(429);
  });

  test("has no more tries in a known browser than elsewhere, and none for another user there", async () => {
    const { host, advance } = await start();
    const browser = browserCookie(await attempt(host, { ...right, from: "203.0.113.50" }));
    await getBanned(host, advance, { from: "198.51.100.1", cookie: browser });
    expect((await attempt(host, { ...right, from: "198.51.100.2", cookie: browser })).status).toBe(429);
    await getBanned(host, advance, { username: "bob", from: "198.51.100.3" });
    const asBob = { ...right, username: "bob", from: "198.51.100.4", cookie: browser };
    expect((await attempt(host, asBob)).status).toBe(429);
  });

  test("whose browser makes up a cookie is not known by it", async () => {
    const { host, advance } = await start();
    await getBanned(host, advance, { from: "198.51.100.1" });
    for (const value of ["A".repeat(22), "", "x", "' OR 1=1 --"]) {
      const cookie = `__Host-zerohop_browser=${value}`;
      expect((await attempt(host, { ...right, from: "198.51.100.9", cookie })).status).toBe(429);
    }
  });
});

describe("an address with too many failed logins", () => {
  test("is banned whoever it tries to be, with its whole /64, and nobody else is", async () => {
    const text = configText.replace("access_control:", "regulation: { max_retries_per_address: 6 }\naccess_control:");
    const { host, advance } = await start({ text });
    let wait = 0;
    for (let count = 0; count < 6; count++) {
      const answer = await attempt(host, { username: `user${count}`, from: `2001:db8:1:2::${count}` });
      expect(answer.status).toBe(401);
      wait = Number(answer.headers["retry-after"] ?? 0);
      if (count < 5) advance(wait);
    }
    expect(wait).toBe(banTime);
    expect((await attempt(host, { ...right, from: "2001:db8:1:2:ffff::1" })).status).toBe(429);
    expect((await attempt(host, { ...right, from: "2001:db8:1:3::1" })).status).toBe(200);
  });

  test("does not buy tries at others' accounts with logins to its own", async () => {
    const text = configText.replace("access_control:", "regulation: { max_retries_per_address: 4 }\naccess_control:");
    const { host, advance } = await start({ text });
    const statuses: number[] = [];
    for (let count = 0; count < 4; count++) {
      statuses.push((await attempt(host, { username: `user${count}` })).status);
      advance(8);
      statuses.push((await attempt(host, { username: "bob", password: "demo" })).status);
    }
    expect(statuses).toEqual([401, 200, 401, 200, 401, 200, 401, 429]);
  });
});

describe("regulation", () => {
  test("counts by what the configuration names, and not at all with no retries", async () => {
    const withRegulation = (yaml: string) =>
      configText.replace("access_control:", `regulation: ${yaml}\naccess_control:`);
    const byAddress = await start({ text: withRegulation("{ modes: [ip], max_retries_per_address: 3 }") });
    await getBanned(byAddress.host, byAddress.advance);
    expect((await attempt(byAddress.host, { ...right, from: "203.0.113.2" })).status).toBe(200);
    const off = await start({ text: withRegulation("{ max_retries: 0 }") });
    for (let count = 0; count < 40; count++) expect((await attempt(off.host)).status).toBe(401);
  });

  test("is about Basic credentials too, together with the other ways, and its 403 does not tell", async () => {
    const { host, advance } = await start();
    const token = await mint(host);
    const basic = (credential: string, from = "203.0.113.1") =>
      whenNotBusy(() =>
        host.post("/api/edge/basic", Buffer.from(credential).toString("base64"), {
          authorization: `Bearer ${token}`,
          "content-type": "text/plain",
          "x-forwarded-for": from,
          "x-zerohop-domain": "example.com",
        }),
      );
    const shown = ({ status, body, headers }: Answer) => [status, body, headers["retry-after"]];
    expect(shown(await basic("alice:wrong1"))).toEqual([403, "", undefined]);
    expect(shown(await basic("alice:wrong2"))).toEqual([403, "", undefined]);
    advance(1);
    // A client that repeats itself guesses nothing new.
    for (let count = 0; count < 5; count++) await basic("alice:wrong2");
    expect((await attempt(host, { from: "203.0.113.1" })).headers["retry-after"]).toBe("300");
    expect(shown(await basic("alice:demo"))).toEqual([403, "", undefined]);
    advance(banTime);
    expect((await basic("alice:demo")).status).toBe(200);
    // What is in the cache is no answer to whoever is banned.
    await getBanned(host, advance, { from: "198.51.100.1" });
    expect((await basic("alice:demo", "198.51.100.1")).status).toBe(403);
    // From where it has worked before, it works on.
    expect((await basic("alice:demo")).status).toBe(200);
  });

  test("keeps no name that nobody has, and no address of a known place, in the database", async () => {
    const { host, advance } = await start();
    await attempt(host, { ...right, from: "203.0.113.250" });
    await getBanned(host, advance, { username: "my-password-by-mistake", from: "198.51.100.1" });
    const database = new DatabaseSync(join(host.folder, "db.sqlite3"), { readOnly: true });
    const rows = ["regulation", "known_places"].map((table) =>
      JSON.stringify(database.prepare(`SELECT * FROM ${table}`).all()),
    );
    database.close();
    expect(rows[0]).toContain("198.51.100.1");
    for (const text of ["my-password-by-mistake", "203.0.113.250", encryptionKey])
      expect(rows.join()).not.toContain(text);
  });

  test("forgets what is past its time", async () => {
    const { host, advance, clock } = await start();
    await attempt(host, right);
    await getBanned(host, advance, { from: "198.51.100.1" });
    const left = (time: number) =>
      fromOutside(host, async (store) => {
        await store.regulation.removeExpired(time, time - 90 * 86_400);
        const database = new DatabaseSync(join(host.folder, "db.sqlite3"), { readOnly: true });
        const count = (table: string) => Object.values(database.prepare(`SELECT count(*) FROM ${table}`).get()!)[0];
        const counts = [count("regulation"), count("known_places")];
        database.close();
        return counts;
      });
    // The user and the address; the browser and the network.
    expect(await left(clock())).toEqual([2, 2]);
    expect(await left(clock() + findTime)).toEqual([1, 2]);
    expect(await left(clock() + banTime * 13)).toEqual([0, 2]);
    expect(await left(clock() + 91 * 86_400)).toEqual([0, 0]);
  });
});

describe("whether a user exists", () => {
  const unknown = "mallory";

  test("does not show in any answer on the way into a ban and during it", async () => {
    const walk = async (username: string) => {
      const { host, advance } = await start();
      const seen: unknown[] = [];
      for (let count = 0; count < 12; count++) {
        const api = await attempt(host, { username });
        const page = await host.submit("/login", { username, password: "x" });
        for (const { status, body, headers } of [api, page])
          seen.push([status, body.replaceAll(username, "NAME"), headers["retry-after"], headers["set-cookie"]]);
        advance(count % 4);
      }
      return seen;
    };
    expect(await walk(unknown)).toEqual(await walk("alice"));
  });
});

describe("a hundred logins at once", () => {
  test("get an answer each, right and wrong, with health answering meanwhile and no more memory than the queue's", async () => {
    const { host } = await start();
    const before = process.memoryUsage().rss;
    const logins = Array.from({ length: 100 }, (_, index) =>
      attempt(host, { password: index % 2 === 0 ? "demo" : "wrong", from: `198.51.100.${index}` }),
    );
    const times: number[] = [];
    for (let probe = 0; probe < 10; probe++) {
      const started = performance.now();
      expect((await host.get("/api/health")).status).toBe(200);
      times.push(performance.now() - started);
    }
    const statuses = (await Promise.all(logins)).map(({ status }) => status);
    expect(statuses.filter((status) => [200, 401, 429].includes(status))).toHaveLength(100);
    expect(Math.max(...times)).toBeLessThan(5000);
    expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024);
  });
});

describe("limits by address", () => {
  const named = "  trusted_proxies: [127.0.0.1]\n";
  const forwardedFrom = (from: string | undefined) => (from === undefined ? {} : { "x-forwarded-for": from });

  /** The statuses of forty failed logins at once, each by a name of its own: what is held is held by address. */
  async function failures(host: TestHost, from?: string): Promise<ReadonlySet<number>> {
    const tries = Array.from({ length: 40 }, (_, index) =>
      host.postJson("/api/firstfactor", { username: `name-${index}`, password: "wrong" }, forwardedFrom(from)),
    );
    return new Set((await Promise.all(tries)).map(({ status }) => status));
  }

  const logInFrom = async (host: TestHost, from?: string) =>
    (await host.postJson("/api/firstfactor", { username: "alice", password: "demo" }, forwardedFrom(from))).status;

  test("fall on the visitor that a proxy on the same machine names, where none is configured", async () => {
    const host = await startHost({ text: configText.replace(named, "") });
    expect(await failures(host, "198.51.100.1")).toEqual(new Set([401, 429]));
    expect(await logInFrom(host, "198.51.100.2")).toBe(200);
    expect(await logInFrom(host, "198.51.100.9, 198.51.100.1")).toBe(429);
  });

  test.each([
    ["a proxy on the same machine does not say whom it speaks for", "", undefined],
    ["the proxy before it did not", "", "127.0.0.1"],
    ["the proxy before it did not, on another machine", "  trusted_proxies: [127.0.0.1, 10.0.0.0/8]\n", "10.0.0.1"],
    ["no proxy is to be believed", "  trusted_proxies: []\n", "198.51.100.1"],
  ])("hold nobody when %s", async (_, proxies, from) => {
    const host = await startHost({ text: configText.replace(named, proxies) });
    expect(await failures(host, from)).toEqual(new Set([401]));
    expect(await logInFrom(host, from)).toBe(200);
  });

  test("and a proxy that is not in server.trusted_proxies are told of once", async () => {
    const host = await startHost({ text: configText.replace(named, "  trusted_proxies: [10.0.0.1]\n") });
    for (const from of ["198.51.100.1", "198.51.100.2"]) await host.get("/", { "x-forwarded-for": from });
    expect(host.log.filter(({ msg }) => String(msg).startsWith("X-Forwarded-For ignored"))).toEqual([
      expect.objectContaining({ peer: "127.0.0.1" }),
    ]);
  });
});
