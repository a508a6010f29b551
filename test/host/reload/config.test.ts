import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { configText } from "../../../workshop/host/files.ts";
import { logIn, startHost, type TestHost } from "../../../workshop/host/in-process.ts";
import { fetchBundle, mint } from "../support/edge.ts";

const denying = configText.replace(
  "domain: app.example.com\n      policy: one_factor",
  "domain: app.example.com\n      policy: deny",
);
const broken = configText.replace("policy: two_factor", "policy: three_factor");

async function health(host: TestHost) {
  return JSON.parse((await host.get("/api/health", { host: "127.0.0.1" })).body);
}

async function healthBecomes(host: TestHost, config: Record<string, unknown>) {
  await vi.waitFor(async () => expect((await health(host)).config).toEqual(config), { timeout: 10_000 });
}

function logged(host: TestHost, message: string) {
  return host.log.filter(({ msg }) => String(msg).includes(message));
}

describe("the config file of a running host", () => {
  test("brings a changed policy to gates and portal at once, in one new bundle", async () => {
    const host = await startHost();
    const token = await mint(host);
    const cookie = await logIn(host);
    const visit = () => host.get("/?rd=https://app.example.com/", { cookie, accept: "text/html" });
    expect((await visit()).status).toBe(302);
    const { etag, payload } = await fetchBundle(host, token);
    const waiting = fetchBundle(host, token, { etag, wait: 30 });
    const started = performance.now();
    writeFileSync(host.file, denying);
    const news = (await waiting).payload;
    expect(performance.now() - started).toBeLessThan(4000);
    expect(news).toMatchObject({ version: Number(payload.version) + 1 });
    expect((news.policy as { rules: unknown[] }).rules[1]).toEqual({ domain: "app.example.com", policy: "deny" });
    expect((await visit()).status).toBe(403);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await fetchBundle(host, token)).payload.version).toBe(Number(payload.version) + 1);
    expect(await health(host)).toEqual({ status: "OK", config: { status: "current" }, users: { status: "current" } });
    expect(logged(host, "policy is in force")).toHaveLength(1);
  });

  test("with a mistake changes nothing, is logged once and shown, until it is put right", async () => {
    const host = await startHost();
    const token = await mint(host);
    const before = await fetchBundle(host, token);
    writeFileSync(host.file, broken);
    const problem = expect.stringMatching(/config\.yml:24:15: access_control\.rules\[2\]\.policy: .+/);
    await healthBecomes(host, { status: "rejected", problem });
    const { status, body } = await host.get("/api/health");
    expect(status).toBe(200);
    // Whoever is not the operator learns neither the file's place nor what is in it.
    expect(JSON.parse(body).config).toEqual({ status: "rejected" });
    writeFileSync(host.file, `${broken}\n# still broken\n`);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(logged(host, "invalid")).toEqual([expect.objectContaining({ level: "error", problem })]);
    expect((await fetchBundle(host, token)).etag).toBe(before.etag);
    writeFileSync(host.file, denying);
    await healthBecomes(host, { status: "current" });
    const version = async () => (await fetchBundle(host, token)).payload.version;
    await expect.poll(version).toBe(Number(before.payload.version) + 1);
  });

  test("says which other keys need a restart, and takes over the policy all the same", async () => {
    const host = await startHost();
    const token = await mint(host);
    const { etag } = await fetchBundle(host, token);
    const waiting = fetchBundle(host, token, { etag, wait: 30 });
    writeFileSync(
      host.file,
      denying
        .replace("session:", "session:\n  remember_me: disable\n  outage_grace: 5m")
        .replace("portal_url: https://auth.example.com", "portal_url: https://login.example.com")
        .replace(
          "authentication_backend:",
          "identity_validation: { reset_password: { lifespan: 5m } }\nauthentication_backend:",
        )
        .replace("encryption_key: only", "encryption_key: not only"),
    );
    const lifespan = "identity_validation.reset_password.lifespan";
    const session = ["session.remember_me", "session.outage_grace", "session.cookies"];
    const keys = ["storage.encryption_key", ...session, lifespan];
    await healthBecomes(host, { status: "restart_needed", keys });
    expect((await waiting).payload).toMatchObject({ outage_grace: 900, policy: { rules: { 1: { policy: "deny" } } } });
    expect(logged(host, "need a restart")).toEqual([expect.objectContaining({ level: "warn", keys })]);
    expect(JSON.stringify(host.log)).not.toContain("not only for the tests");
    writeFileSync(host.file, denying);
    await healthBecomes(host, { status: "current" });
  });

  test("that cannot be looked at is one with a mistake", async () => {
    const host = await startHost();
    rmSync(host.file);
    symlinkSync(host.file, host.file);
    const problem = expect.stringContaining("its symbolic links lead round in a circle");
    await healthBecomes(host, { status: "rejected", problem });
    rmSync(host.file);
    writeFileSync(host.file, configText);
    await healthBecomes(host, { status: "current" });
  });

  test("changes the level of the log at once, and is warned of as at the start, each thing once", async () => {
    const host = await startHost();
    writeFileSync(host.file, `${configText}log: { level: debug }\ntheme: dark\n`);
    await vi.waitFor(() => expect(logged(host, "level of the log")).toMatchObject([{ log_level: "debug" }]), 10_000);
    writeFileSync(host.file, `# One line more.\n${configText}log: { level: info }\ntheme: dark\n`);
    await vi.waitFor(() => expect(logged(host, "level of the log")).toHaveLength(2), 10_000);
    expect(logged(host, "theme has no effect here")).toHaveLength(1);
    expect(logged(host, "need a restart")).toEqual([]);
  });
});
