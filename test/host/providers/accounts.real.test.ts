// Accounts of people who sign in with providers: what operators do to them, invitations, and what their owners link.
import { describe, expect, test } from "vitest";
import { logIn, payloadOf, startHost } from "../../../workshop/host/in-process.ts";
import { zerohop } from "../../../workshop/host/program.ts";
import { codeIn, mailsIn } from "../support/mails.ts";
import { Browser, configWith, openIdServer, portal, providerText } from "../support/sign-in.ts";

async function start(more = "", options: Parameters<typeof openIdServer>[0] = {}) {
  const server = await openIdServer(options);
  const host = await startHost({ text: configWith(providerText(server, more)) });
  const operate = (command: string, ...args: readonly string[]) =>
    zerohop(["account", command, "--config", host.file, ...args]);
  return { server, host, operate, browser: new Browser(host, server) };
}

const whoIs = (browser: Browser) =>
  browser.cookies().includes("zerohop_session=") ? payloadOf(browser.cookies()).sub : undefined;

describe("zerohop account", () => {
  test("lists, disables, enables and deletes accounts, whose sessions end at once", async () => {
    const { server, host, operate, browser } = await start();
    await browser.signIn("alice");
    expect((await operate("list")).stdout).toMatch(
      /^alice@company +company +Alice Liddell +alice@example\.com +admins,dev/m,
    );
    const disabled = await operate("disable", "alice@company");
    expect(disabled).toEqual({ code: 0, stdout: "disabled: alice@company, sessions ended: 1\n", stderr: "" });
    expect((await browser.get(`${portal}/account`)).body).not.toContain("alice@company");
    const refused = new Browser(host, server);
    const { answer } = await refused.signIn("alice");
    expect([answer!.status, whoIs(refused)]).toEqual([403, undefined]);
    expect(answer!.body).toContain("disabled");
    expect((await operate("enable", "alice@company")).code).toBe(0);
    await refused.signIn("alice");
    expect(whoIs(refused)).toBe("alice@company");
    expect((await operate("delete", "alice@company")).stdout).toContain("sessions ended: 1");
    expect((await operate("list", "--json")).stdout).toBe("");
    const missing = await operate("disable", "nobody@company");
    expect([missing.code, missing.stderr]).toEqual([
      1,
      expect.stringContaining("no provider's account is called nobody@company"),
    ]);
  });

  test("invites: where a first login needs it, a link makes one account and no second one", async () => {
    const { server, host, operate, browser } = await start("first_login: invitation");
    const { answer } = await browser.signIn("alice");
    expect([answer!.status, whoIs(browser)]).toEqual([403, undefined]);
    expect(answer!.body).toContain("need an invitation");
    const { stdout } = await operate("invite", "company");
    const { pathname, search } = new URL(stdout.trim());
    expect(pathname).toBe("/login/provider/company");
    const invited = new Browser(host, server);
    await invited.signIn("alice", { query: search });
    expect(whoIs(invited)).toBe("alice@company");
    // Known by now, she needs none.
    const again = new Browser(host, server);
    await again.signIn("alice");
    expect(whoIs(again)).toBe("alice@company");
    const other = new Browser(host, server);
    await other.signIn("bob", { query: search });
    expect(whoIs(other)).toBeUndefined();
    expect((await operate("invite", "unknown")).code).toBe(1);
  });
});

describe("somebody with a password", () => {
  /** A browser in which the users file's alice is logged in. */
  const passwordBrowser = async (options = {}) => {
    const parts = await start("", options);
    for (const pair of (await logIn(parts.host)).split("; ")) {
      const [name, ...value] = pair.split("=");
      parts.browser.setCookie(name!, value.join("="));
    }
    return parts;
  };

  test("links a provider after a fresh login on both sides, logs in with it, and unlinks it", async () => {
    const { server, host, browser } = await passwordBrowser();
    const asked = await browser.submit(`${portal}/account/providers/link`, { provider: "company" });
    const address = /<a class="primary" href="([^"]+)"/.exec(asked.body)![1]!.replaceAll("&amp;", "&");
    const there = await browser.follow(address);
    const { url } = await browser.follow(there.url, await browser.submit(there.url, { login: "bob" }));
    expect(url).toBe(`${portal}/account`);
    // Bob of the provider is alice of the users file now, whatever their names.
    const other = new Browser(host, server);
    await other.signIn("bob");
    expect(payloadOf(other.cookies())).toMatchObject({ sub: "alice", groups: ["admins", "dev", "source:company"] });
    const page = (await other.get(`${portal}/account`)).body;
    expect(page).toContain("This login");
    const link = /name="link" value="([^"]+)"/.exec(page)![1]!;
    await browser.submit(`${portal}/account/providers/unlink`, { link });
    expect((await other.get(`${portal}/account`)).body).not.toContain("This login");
    const after = new Browser(host, server);
    await after.signIn("bob");
    expect(whoIs(after)).toBe("bob@company");
  });

  test("is told by e-mail of a provider that was linked, and of one that was unlinked", async () => {
    const server = await openIdServer();
    const notifier = "notifier:\n  filesystem:\n    filename: mails.txt\n";
    const host = await startHost({ text: configWith(providerText(server)) + notifier });
    const browser = new Browser(host, server);
    for (const pair of (await logIn(host)).split("; ")) {
      const [name, ...value] = pair.split("=");
      browser.setCookie(name!, value.join("="));
    }
    // How the account logs in changes after a code by e-mail alone, where there is e-mail.
    await browser.get(`${portal}/account/elevation`);
    await browser.submit(`${portal}/account/elevation/send`, {});
    await expect.poll(() => mailsIn(host).some(({ subject }) => subject === "Your one-time code")).toBe(true);
    const token = codeIn(mailsIn(host).find(({ subject }) => subject === "Your one-time code")!);
    await browser.submit(`${portal}/account/elevation`, { token });
    const asked = await browser.submit(`${portal}/account/providers/link`, { provider: "company" });
    const address = /<a class="primary" href="([^"]+)"/.exec(asked.body)![1]!.replaceAll("&amp;", "&");
    const there = await browser.follow(address);
    await browser.follow(there.url, await browser.submit(there.url, { login: "bob" }));
    const link = /name="link" value="([^"]+)"/.exec((await browser.get(`${portal}/account`)).body)![1]!;
    await browser.submit(`${portal}/account/providers/unlink`, { link });
    const told = () => mailsIn(host).filter(({ subject }) => subject.startsWith("Company"));
    await expect.poll(() => told().length, { timeout: 20_000 }).toBe(2);
    expect(told().map(({ to, subject }) => [to, subject])).toEqual([
      ["Alice Liddell <alice@example.com>", "Company was linked to your account"],
      ["Alice Liddell <alice@example.com>", "Company was unlinked from your account"],
    ]);
  });

  test("links nobody whose account is another user's already, and nothing in another browser's session", async () => {
    const { server, host, browser } = await passwordBrowser();
    const bob = new Browser(host, server);
    await bob.signIn("bob");
    const asked = await browser.submit(`${portal}/account/providers/link`, { provider: "company" });
    const address = /<a class="primary" href="([^"]+)"/.exec(asked.body)![1]!.replaceAll("&amp;", "&");
    const there = await browser.follow(address);
    const { answer } = await browser.follow(there.url, await browser.submit(there.url, { login: "bob" }));
    expect(answer!.status).toBe(403);
    expect(answer!.body).toContain("another user");
    expect((await bob.follow(address)).url).not.toBe(`${portal}/account`);
  });

  test("links nothing to an account that a provider made: it would outlive its removal there", async () => {
    const { host, server } = await passwordBrowser();
    const bob = new Browser(host, server);
    await bob.signIn("bob");
    expect((await bob.get(`${portal}/account`)).body).not.toContain("/account/providers/link");
    const asked = await bob.submit(`${portal}/account/providers/link`, { provider: "company" });
    expect(asked.status).toBe(403);
    expect(asked.body).not.toContain('class="primary" href="http');
  });

  test("links nobody by a login from before, whatever the browser has left out of the address", async () => {
    const features = { devInteractions: { enabled: false }, pushedAuthorizationRequests: { enabled: false } };
    const { browser } = await passwordBrowser({ configuration: { features } });
    const begin = async () => {
      const asked = await browser.submit(`${portal}/account/providers/link`, { provider: "company" });
      return /<a class="primary" href="([^"]+)"/.exec(asked.body)![1]!.replaceAll("&amp;", "&");
    };
    const there = await browser.follow(await begin());
    const { headers } = await browser.submit(there.url, { login: "bob" });
    await browser.get(new URL(headers.location!, there.url).href);
    // Bob is logged in at the provider, and has not come back.
    const address = new URL(await begin());
    for (const name of ["prompt", "max_age"]) address.searchParams.delete(name);
    expect((await browser.follow(address.href)).answer!.status).toBe(403);
    expect((await browser.get(`${portal}/account`)).body).not.toContain('name="link"');
  });
});
