import { describe, expect, test } from "vitest";
import { configText } from "../../../workshop/host/files.ts";
import { cookieOf, logIn, movableClock, startHost, type TestHost } from "../../../workshop/host/in-process.ts";
import { readDocument } from "../../portal/document.ts";
import { checkBasic, mint } from "../support/edge.ts";
import { mailConfigText } from "../support/mails.ts";
import {
  good,
  linkFor,
  linksIn,
  login,
  mailsOf,
  resetCookieOf,
  setPassword,
  started,
  usersWithMail,
} from "../support/password-reset.ts";
import { setUpApp } from "../support/second-factor.ts";

/** A host on which alice has an authenticator app, from before it could send mail; and her session of level 2. */
async function startedWithApp() {
  const { clock, advance } = movableClock();
  const users = await usersWithMail();
  const before = await startHost({ clock, users });
  const { cookie } = await setUpApp(before, await logIn(before), clock());
  await before.stop();
  return { host: await startHost({ text: mailConfigText, folder: before.folder, clock, users }), advance, cookie };
}

async function lives(host: TestHost, cookie: string): Promise<boolean> {
  return !(await host.get("/api/state", { cookie })).body.includes('"username":""');
}

describe("a forgotten password", () => {
  test("is replaced with the link from an e-mail, and every session and Basic credential of the user ends", async () => {
    const { host } = await started();
    const edgeToken = await mint(host);
    const [session, bob] = [await logIn(host), await logIn(host, "bob")];
    expect((await checkBasic(host, edgeToken, "alice", "demo")).status).toBe(200);
    expect((await host.get("/")).body).toContain('href="/reset-password"');

    const link = await linkFor(host, "alice");
    expect(mailsOf(host)).toMatch(/To: Alice Liddell <alice@example\.com>/);
    const page = await host.get(`${link.link.pathname}${link.link.search}`, { cookie: link.cookie });
    expect(page.status).toBe(200);
    expect(readDocument(page.body).some(({ attributes }) => attributes.get("value") === "alice")).toBe(true);

    const set = await setPassword(host, link, good);
    expect([set.status, set.headers.location]).toEqual([303, "/reset-password/done"]);
    expect(set.headers["set-cookie"]).toEqual([expect.stringMatching(/^__Host-zerohop_reset=; .*Max-Age=0$/)]);
    expect([await lives(host, session), await lives(host, bob)]).toEqual([false, true]);
    expect((await checkBasic(host, edgeToken, "alice", "demo")).status).toBe(403);
    expect([await login(host, "demo"), await login(host, good)]).toEqual([401, 200]);
    expect(host.log.find(({ audit }) => audit === "password reset")).toMatchObject({ user: "alice", sessions: 1 });
  });

  test("logs nobody in, and leaves the second factor needed", async () => {
    const { host, advance } = await startedWithApp();
    const link = await linkFor(host, "alice");
    const set = await setPassword(host, link, good);
    expect(set.headers["set-cookie"]!.join()).not.toContain("zerohop_session");
    const cookie = cookieOf(await host.postJson("/api/firstfactor", { username: "alice", password: good }));
    advance(1);
    expect((await host.get("/?rd=https%3A%2F%2Fadmin.example.com%2F", { cookie })).body).toContain(
      "/second-factor/totp",
    );
    expect(JSON.parse((await host.get("/api/user/info", { cookie })).body).data.has_totp).toBe(true);
  });

  test("can be replaced by whoever knows the e-mail address alone, which is written to as the directory has it", async () => {
    const { host } = await started();
    const link = await linkFor(host, "  bOB@exAMple.COM ");
    expect(mailsOf(host)).toContain("<Bob@Example.com>");
    expect((await setPassword(host, link, good)).status).toBe(303);
    expect(await login(host, good, "bob")).toBe(200);
  });

  test("lifts the ban on its user's password, and none on the codes of the second factor", async () => {
    const { host, advance, cookie } = await startedWithApp();
    for (let times = 0; times < 4; times++) {
      await host.postJson("/api/secondfactor/totp", { token: "000000" }, { cookie });
      await host.postJson("/api/firstfactor", { username: "alice", password: "wrong" });
      advance(1);
    }
    expect(await login(host, "demo")).toBe(429);
    const link = await linkFor(host, "alice");
    expect((await setPassword(host, link, good)).status).toBe(303);
    const answer = await host.postJson("/api/firstfactor", { username: "alice", password: good });
    expect(answer.status).toBe(200);
    const session = answer.headers["set-cookie"]!.find((one) => one.startsWith("zerohop_session="))!.split(";")[0]!;
    const code = await host.postJson("/api/secondfactor/totp", { token: "000000" }, { cookie: session });
    expect(code.status).toBe(429);
  });

  test("is replaced over the API as well", async () => {
    const { host } = await started();
    const begun = await host.postJson("/api/reset-password/identity/start", { username: "alice" });
    expect([begun.status, begun.body]).toEqual([200, '{"status":"OK"}']);
    const cookie = resetCookieOf(begun);
    await expect.poll(() => linksIn(mailsOf(host)).length).toBe(1);
    const token = linksIn(mailsOf(host))[0]!.searchParams.get("token")!;
    const look = (from: string) => host.postJson("/api/reset-password/identity/finish", { token }, { cookie: from });
    expect(JSON.parse((await look(cookie)).body).data).toEqual({ username: "alice" });
    expect((await look("")).status).toBe(403);
    const weak = await host.postJson("/api/reset-password", { token, password: "alice" }, { cookie });
    expect([weak.status, JSON.parse(weak.body).mistakes]).toEqual([422, ["too_short", "guessable_personal"]]);
    expect((await host.postJson("/api/reset-password", { token, password: good })).status).toBe(403);
    expect((await host.postJson("/api/reset-password", { token, password: good }, { cookie })).status).toBe(200);
    expect((await host.postJson("/api/reset-password", { token, password: good }, { cookie })).status).toBe(410);
    expect((await look(cookie)).status).toBe(410);
  });
});

describe("a portal that resets no passwords", () => {
  test.each([
    ["without a notifier", configText],
    ["by its config", mailConfigText.replace("  file:", "  password_reset: { disable: true }\n  file:")],
  ])("%s has no link and no page for it", async (_, text) => {
    const { host } = await started(text);
    expect((await host.get("/")).body).not.toContain("reset-password");
    expect((await host.get("/reset-password")).status).toBe(404);
    expect((await host.submit("/reset-password", { username: "alice" })).status).toBe(404);
    expect((await host.get("/reset-password/new?token=x")).status).toBe(404);
    for (const [path, body] of [
      ["/api/reset-password/identity/start", { username: "alice" }],
      ["/api/reset-password/identity/finish", { token: "x" }],
      ["/api/reset-password", { token: "x", password: good }],
    ] as const)
      expect((await host.postJson(path, body)).status).toBe(404);
  });

  test("leads elsewhere when its config says so", async () => {
    const custom = "  password_reset: { custom_url: 'https://passwords.example.com/forgot?from=portal' }\n  file:";
    const { host } = await started(mailConfigText.replace("  file:", custom));
    expect((await host.get("/")).body).toContain('href="https://passwords.example.com/forgot?from=portal"');
    expect((await host.get("/reset-password")).status).toBe(404);
  });
});
