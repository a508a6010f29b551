// What a host answers the polls of gates that take the feed.
import { expect, test, vi } from "vitest";
import { configText, temporaryFolder } from "../../../../workshop/host/files.ts";
import { logIn, payloadOf, startHost, type TestHost } from "../../../../workshop/host/in-process.ts";
import { fetchBundle, fromOutside, mint } from "../../support/edge.ts";

/** A gate that takes the feed, with the bundle of this moment, and whose edge token the host has just seen. */
async function gateOf(host: TestHost) {
  const token = await mint(host);
  const { etag, payload } = await fetchBundle(host, token);
  return { token, etag, base: payload.base as string, payload };
}

/** A host whose metrics can be asked for. */
async function startMeasured() {
  const metricsToken = "m".repeat(32);
  const text = configText.replace("access_control:", `metrics: { token: ${metricsToken} }\naccess_control:`);
  const host = await startHost({ text });
  const headers = { host: "127.0.0.1", authorization: `Bearer ${metricsToken}` };
  return { host, metrics: async () => (await host.get("/metrics", headers)).body };
}

const typeOf = (jws: string) => JSON.parse(Buffer.from(jws.split(".")[0]!, "base64url").toString()).typ;
const logOut = (host: TestHost, cookie: string) => host.submit("/logout", {}, { cookie });

test("a gate that waits is told of a log-out alone, in a few hundred bytes, and one that takes no feed of everything", async () => {
  const { host, metrics } = await startMeasured();
  const { token, etag, base, payload } = await gateOf(host);
  const cookie = await logIn(host);
  const waiting = fetchBundle(host, token, { etag, base, wait: 30 });
  const old = fetchBundle(host, token, { etag, wait: 30 });
  await expect.poll(metrics).toContain("zerohop_waiting_polls 2");
  await logOut(host, cookie);
  const told = await waiting;
  const { sid } = payloadOf(cookie);
  expect(told.status).toBe(200);
  expect(typeOf(told.body)).toBe("zerohop-feed+jwt");
  expect(told.payload).toEqual({
    ...{ base, from: 1, to: 2, iat: expect.any(Number), until: expect.any(Number), revoked_sessions: [sid] },
  });
  expect(Object.keys(told.headers).toSorted()).toEqual(["content-length", "date", "x-zerohop-protocol"]);
  const head = Object.entries(told.headers).reduce(
    (bytes, [name, value]) => bytes + name.length + value!.length + 4,
    0,
  );
  expect("HTTP/1.1 200 OK\r\n\r\n".length + head + told.body.length).toBeLessThan(490);
  expect((await old).payload).toMatchObject({ version: 2, revoked_sessions: [sid], policy: payload.policy });
  // The first bundle, the news, and the whole bundle.
  expect(await metrics()).toContain('zerohop_edge_requests_total{route="bundle",status="200"} 3');
});

test("a gate that has missed log-outs is told of all since its version, by the route as by the listener", async () => {
  const host = await startHost();
  const { token, etag, base } = await gateOf(host);
  const cookies = [await logIn(host), await logIn(host, "bob"), await logIn(host)];
  const versions: unknown[] = [];
  for (const cookie of cookies) {
    await logOut(host, cookie);
    versions.push((await fetchBundle(host, token)).payload.version);
  }
  expect(versions).toEqual([2, 3, 4]);
  const sids = cookies.map((cookie) => payloadOf(cookie).sid as string);
  for (const wait of ["0", "00"]) {
    const answer = await host.get(`/api/edge/bundle?wait=${wait}`, {
      ...{ authorization: `Bearer ${token}`, "x-zerohop-protocol": "2" },
      ...{ "if-none-match": etag, "x-zerohop-feed": base },
      ...(wait === "00" && { "x-zerohop-protocol": "1" }),
    });
    expect(payloadOf(answer.body)).toMatchObject({ from: 1, to: 4, revoked_sessions: sids.toSorted() });
    expect(Boolean(answer.headers["x-request-id"])).toBe(wait === "00");
  }
  const later = await fetchBundle(host, token, { etag: etag.replace('"1', '"3'), base });
  expect(later.payload).toMatchObject({ from: 3, to: 4, revoked_sessions: [sids[2]] });
});

test("a gate is answered past the router too when its edge token was not seen lately", async () => {
  const host = await startHost();
  const { etag, base } = await gateOf(host);
  await logOut(host, await logIn(host));
  const told = await fetchBundle(host, await mint(host), { etag, base, wait: 30 });
  expect(told.payload).toMatchObject({ from: 1, to: 2 });
  expect(told.headers["x-request-id"]).toBeUndefined();
});

test("a user whose sessions all end is in the feed by name", async () => {
  const host = await startHost();
  const { token, etag, base } = await gateOf(host);
  await logIn(host);
  const waiting = fetchBundle(host, token, { etag, base, wait: 30 });
  await fromOutside(host, (store) =>
    store.sessions.revokeUser("alice", { at: 1_790_000_000, longestLease: 300, grace: 2_000_000_000 }),
  );
  expect((await waiting).payload).toMatchObject({ not_before: { alice: 1_790_000_000 } });
});

test("gates are told of everything anew once the database of a host has lost the last versions", async () => {
  const host = await startHost();
  const { token, base } = await gateOf(host);
  const sids: unknown[] = [];
  const end = async () => {
    const cookie = await logIn(host);
    await logOut(host, cookie);
    sids.push(payloadOf(cookie).sid);
  };
  await end();
  await end();
  const { etag } = await fetchBundle(host, token);
  expect(etag).toMatch(/^"3\./);
  // As a server that has taken the place of another has not got what that has written last.
  await fromOutside(host, (store) => store.bundles.skip(-2));
  await end();
  expect((await fetchBundle(host, token, { etag, base })).payload).toMatchObject({
    ...{ from: 3, revoked_sessions: sids.toSorted() },
  });
});

test("gates are told of everything anew where a host starts with a database that has lost the last versions", async () => {
  const folder = temporaryFolder();
  const first = await startHost({ folder });
  const { token, base } = await gateOf(first);
  const sids: unknown[] = [];
  for (let i = 0; i < 2; i++) {
    const cookie = await logIn(first);
    await logOut(first, cookie);
    sids.push(payloadOf(cookie).sid);
  }
  const { etag } = await fetchBundle(first, token);
  await fromOutside(first, (store) => store.bundles.skip(-2));
  await first.stop();
  const host = await startHost({ folder });
  // What another base stands for may be keys that the database has back and gates were told to forget; and no host comes to the last one.
  for (const held of [
    { etag, base: base.toLowerCase() },
    { etag: '"999999999999.1"', base },
  ])
    expect((await fetchBundle(host, token, held)).payload.version).toBe(1);
  const answers = await Promise.all([1, 2].map(() => fetchBundle(host, token, { etag, base })));
  for (const { payload } of answers)
    expect(payload).toMatchObject({ from: 3, to: 4, revoked_sessions: sids.toSorted() });
  expect((await fetchBundle(host, token, { etag: `"4.${answers[0]!.payload.iat}"`, base })).status).toBe(304);
  expect(host.log.filter(({ msg }) => /has lost/.test(String(msg)))).toEqual([expect.objectContaining({ version: 3 })]);
});

test("a gate with another base, or with a version that the host has never given, gets the whole bundle", async () => {
  const host = await startHost();
  const { token, etag, base } = await gateOf(host);
  await logOut(host, await logIn(host));
  for (const held of [
    { etag, base: `${base.slice(0, 11)}${base.endsWith("A") ? "B" : "A"}` },
    { etag: '"999999999999.1"', base },
    { etag: '"x"', base },
  ])
    expect(typeOf((await fetchBundle(host, token, held)).body), JSON.stringify(held)).toBe("zerohop-bundle+jwt");
});

test("with nothing new a poll waits for as long as it says, and ends with 304", async () => {
  const host = await startHost();
  const { token, etag, base } = await gateOf(host);
  const started = performance.now();
  const answer = await fetchBundle(host, token, { etag, base, wait: 1 });
  expect([answer.status, answer.body, answer.etag]).toEqual([304, "", etag]);
  expect(performance.now() - started).toBeGreaterThan(990);
  expect((await fetchBundle(host, token, { etag, base, wait: 0 })).status).toBe(304);
});

test("polls of a gate whose edge token is taken back are refused within a second or so, however often it asks", async () => {
  const host = await startHost();
  const { token, etag, base } = await gateOf(host);
  await fromOutside(host, (store) => store.edgeTokens.remove("test"));
  const removed = performance.now();
  await vi.waitFor(async () => expect((await fetchBundle(host, token, { etag, base })).status).toBe(401), {
    ...{ timeout: 20_000, interval: 20 },
  });
  expect(performance.now() - removed).toBeLessThan(10_000);
  expect((await fetchBundle(host, token, { etag, base })).status).toBe(401);
});

test("a gate that goes away while it waits leaves nothing behind, and a host that stops lets go of those who wait", async () => {
  const { host, metrics } = await startMeasured();
  const { token, etag, base } = await gateOf(host);
  const headers = { "x-zerohop-protocol": "2", "if-none-match": etag, "x-zerohop-feed": base };
  const gone = new AbortController();
  const poll = fetch(`${host.url}/api/edge/bundle?wait=30`, {
    ...{ signal: gone.signal, headers: { ...headers, authorization: `Bearer ${token}` } },
  }).catch(() => "gone");
  await expect.poll(metrics).toContain("zerohop_waiting_polls 1");
  gone.abort();
  expect(await poll).toBe("gone");
  await expect.poll(metrics).toContain("zerohop_waiting_polls 0");
  const waiting = fetchBundle(host, token, { etag, base, wait: 60 });
  await expect.poll(metrics).toContain("zerohop_waiting_polls 1");
  await host.stop();
  expect((await waiting).status).toBe(304);
});
