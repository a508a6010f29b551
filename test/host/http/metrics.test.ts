import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { Metrics } from "../../../host/features/metrics/metrics.ts";
import { configText } from "../../../workshop/host/files.ts";
import { logIn, movableClock, startHost, type TestHost } from "../../../workshop/host/in-process.ts";
import { fetchBundle, mint, renew } from "../support/edge.ts";

const token = "the-token-of-the-monitor";
const withToken = configText.replace("access_control:", `metrics: { token: ${token} }\naccess_control:`);

/** The samples by name and labels. */
async function metricsOf(host: TestHost): Promise<Record<string, number>> {
  const answer = await host.get("/metrics", { host: "127.0.0.1" });
  expect([answer.status, answer.headers["content-type"]]).toEqual([
    200,
    expect.stringMatching(/^text\/plain; version=/),
  ]);
  const lines = answer.body.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))]),
  );
}

describe("/metrics", () => {
  test("tells of logins, sessions, gates, the bundle, bans and the process", async () => {
    const { clock, advance } = movableClock();
    const host = await startHost({ clock });
    const edge = await mint(host);
    const cookie = await logIn(host);
    await host.postJson("/api/firstfactor", { username: "bob", password: "wrong" });
    await host.post("/api/edge/basic", Buffer.from("alice:demo").toString("base64"), {
      ...{ authorization: `Bearer ${edge}`, "content-type": "text/plain" },
      ...{ "x-forwarded-for": "203.0.113.7", "x-zerohop-domain": "example.com" },
    });
    advance(40);
    expect((await renew(host, edge, cookie)).status).toBe(204);
    expect((await renew(host, edge, "zerohop_session=a.b.c")).status).toBe(410);
    await host.get("/api/edge/bundle");
    await host.get("/api/edge/anything/else");
    const { etag } = await fetchBundle(host, edge);
    const poll = fetchBundle(host, edge, { etag, wait: 5 });
    await expect.poll(async () => (await metricsOf(host)).zerohop_waiting_polls).toBe(1);

    const metrics = await metricsOf(host);
    expect(metrics).toMatchObject({
      'zerohop_logins_total{method="password",outcome="logged in"}': 1,
      'zerohop_logins_total{method="password",outcome="refused"}': 1,
      'zerohop_logins_total{method="basic",outcome="logged in"}': 1,
      zerohop_first_factor_seconds_count: 2,
      'zerohop_edge_requests_total{route="renew",status="204"}': 1,
      'zerohop_edge_requests_total{route="renew",status="410"}': 1,
      'zerohop_edge_requests_total{route="basic",status="200"}': 1,
      'zerohop_edge_requests_total{route="bundle",status="401"}': 1,
      'zerohop_edge_requests_total{route="bundle",status="200"}': 1,
      'zerohop_edge_requests_total{route="other",status="401"}': 1,
      zerohop_password_queue_length: 0,
      zerohop_password_verifications: 0,
      zerohop_bundle_version: 1,
      zerohop_bundle_age_seconds: 40,
      zerohop_live_sessions: 1,
      zerohop_bans: 0,
      zerohop_mails_waiting: 0,
    });
    expect(metrics.process_resident_memory_bytes).toBeGreaterThan(0);
    // The session's lease ends in 60 s, and its inactivity limit is 300 s from there.
    advance(359);
    // The lease is noted shortly after it was issued.
    const live = async () => (await metricsOf(host)).zerohop_live_sessions;
    await expect.poll(live).toBe(1);
    advance(1);
    // A count that took long, on a busy machine, is good for a while.
    await expect.poll(live).toBe(0);
    await host.stop();
    await poll;
  });

  test.each([
    ["under the portal's name", { host: "auth.example.com" }],
    ["under the portal's name with a port", { host: "AUTH.example.com:443" }],
    ["through a proxy that says for whom", { "x-forwarded-for": "203.0.113.1" }],
    ["through a proxy that says how", { "x-forwarded-proto": "https" }],
    ["through a proxy with a standard header", { forwarded: "for=203.0.113.1" }],
    ["through Envoy", { "x-request-id": "7d9e2c1a-0000-4000-8000-000000000001" }],
  ])("without a token does not exist %s", async (_, headers) => {
    const host = await startHost();
    const answer = await host.get("/metrics", { host: "127.0.0.1", ...headers });
    expect([answer.status, answer.body]).toEqual([404, expect.not.stringContaining("zerohop_")]);
  });

  test("with a token is for its holder, and for nobody else on the machine either", async () => {
    const host = await startHost({ text: withToken });
    for (const authorization of [
      "",
      token,
      "Bearer ",
      `Bearer ${token}x`,
      `Bearer ${token.slice(1)}`,
      `Basic ${token}`,
    ]) {
      const answer = await host.get("/metrics", { host: "127.0.0.1", authorization });
      expect([answer.status, answer.headers["www-authenticate"]]).toEqual([401, 'Bearer realm="metrics"']);
    }
    const headers = { authorization: `Bearer ${token}`, "x-forwarded-for": "203.0.113.1" };
    expect((await host.get("/metrics", headers)).status).toBe(200);
  });
});

test("a number of sessions that takes long to find out is given again for a while, one that does not is new each time", async () => {
  let asked = 0;
  let takes = 0;
  const metrics = new Metrics({
    sessionStore: { sessionCount: () => sleep(takes, ++asked) },
    outbox: { waiting: async () => 0 },
    regulation: { bans: async () => [] },
    publisher: { waiting: 0, current: { version: 1, issuedAt: 0 } },
    passwordWork: { waiting: 0, running: 0 },
    clock: () => 0,
    inactivity: 300,
  });
  const shown = async () => /^zerohop_live_sessions (\d+)$/m.exec(await metrics.text())![1];
  expect([await shown(), await shown()]).toEqual(["1", "2"]);
  // Longer than a busy machine takes for nothing, and so long that it is given for a minute.
  takes = 700;
  expect([await shown(), await shown(), await shown()]).toEqual(["3", "3", "3"]);
});
