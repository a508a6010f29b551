// After a login whose cookie did not come back the visitor is told so, and nobody else is.
import { describe, expect, test } from "vitest";
import { type Answer, logIn, movableClock, startHost, type TestHost } from "../../../workshop/host/in-process.ts";

const page = { accept: "text/html" };
const rd = "https://app.example.com/reports?a=1";
const start = `/?rd=${encodeURIComponent(rd)}`;
const fields = { username: "alice", password: "demo", rd, rm: "GET", cookies: "asked" };
const told = "did not come back from your browser";

/** The Cookie header of a browser that keeps what is set, by its name. */
function keeping(answer: Answer, keeps: (name: string) => boolean, before = ""): string {
  const jar = new Map(before.split("; ").map((pair) => [pair.split("=")[0]!, pair]));
  for (const cookie of answer.headers["set-cookie"] ?? []) {
    const [pair] = cookie.split(";") as [string];
    const [name] = pair.split("=") as [string];
    if (!keeps(name)) continue;
    if (/Max-Age=0/.test(cookie)) jar.delete(name);
    else jar.set(name, pair);
  }
  return [...jar.values()].filter((pair) => pair !== "").join("; ");
}

const all = () => true;
const noSession = (name: string) => name !== "zerohop_session";

function shows(answer: Answer): string {
  if (answer.body.includes(told)) return "lost";
  return answer.body.includes('action="/login"') ? "login" : `${answer.status} ${answer.headers.location ?? ""}`;
}

async function browserLogin(host: TestHost, keeps: (name: string) => boolean) {
  const cookie = keeping(await host.get(start, page), keeps);
  const answer = await host.submit("/login", fields, { cookie });
  return { answer, cookie: keeping(answer, keeps, cookie) };
}

const warnings = (host: TestHost) => host.log.filter(({ msg }) => String(msg).includes("did not come back"));

describe("after a login", () => {
  test("a browser that keeps its cookies goes straight on, and sees the login page after it has logged out", async () => {
    const host = await startHost();
    const { answer, cookie } = await browserLogin(host, all);
    expect([answer.status, answer.headers.location]).toEqual([303, rd]);
    const out = await host.submit("/logout", { rd }, { cookie });
    const after = keeping(out, all, cookie);
    expect(after).not.toContain("__Host-zerohop_login");
    expect(shows(await host.get(start, { ...page, cookie: after }))).toBe("login");
    expect(warnings(host)).toEqual([]);
  });

  test("a browser that drops the session's cookie alone is told so once, and asked to log in again", async () => {
    const host = await startHost();
    for (const path of [start, "/", "/account"]) {
      const { answer, cookie } = await browserLogin(host, noSession);
      expect(answer.headers.location).toBe(rd);
      const lost = await host.get(path, { ...page, cookie });
      expect([path, lost.status, shows(lost)]).toEqual([path, 403, "lost"]);
      expect(lost.body).toContain("example.com");
      expect(lost.body).toContain("public suffix");
      const again = await host.get(path, { ...page, cookie: keeping(lost, noSession, cookie) });
      expect([path, shows(again)]).toEqual([path, "login"]);
    }
    expect(warnings(host)).toMatchObject([{ level: "warn", domain: "example.com" }]);
    expect(String(warnings(host)[0]!.reason)).toContain("not the session's");
  });

  test("a browser that keeps no cookie is looked at on the portal, told so, and led back", async () => {
    const host = await startHost();
    for (let times = 0; times < 2; times++) {
      const { answer } = await browserLogin(host, () => false);
      expect(answer.status).toBe(303);
      const check = answer.headers.location!;
      expect(check).toMatch(/^\/login\/check\?/);
      const lost = await host.get(check, page);
      expect([lost.status, shows(lost)]).toEqual([403, "lost"]);
      expect(lost.body).toContain(`href="${start}"`);
      expect(lost.body).not.toContain("public suffix");
    }
    expect(warnings(host)).toHaveLength(1);
    expect(String(warnings(host)[0]!.reason)).toContain("none of the portal's cookies");
  });

  test("a browser that has lost the login page's cookie alone is led on", async () => {
    const host = await startHost();
    const answer = await host.submit("/login", fields);
    const cookie = keeping(answer, all);
    const checked = await host.get(answer.headers.location!, { ...page, cookie });
    expect([checked.status, checked.headers.location]).toEqual([302, start]);
    expect((await host.get(start, { ...page, cookie })).headers.location).toBe(rd);
  });

  test("a form without the login page's field, as programs send it, and the JSON API are answered as ever", async () => {
    const host = await startHost();
    const { cookies: _, ...bare } = fields;
    expect((await host.submit("/login", bare)).headers.location).toBe(rd);
    const json = await host.postJson("/api/firstfactor", { username: "alice", password: "demo", targetURL: rd });
    expect(JSON.parse(json.body)).toEqual({ status: "OK", data: { redirect: rd } });
  });
});

describe("nobody is told that a login was lost", () => {
  test("whose session has ended, or who comes long after the login, or with another browser", async () => {
    const host = await startHost();
    const { cookie } = await browserLogin(host, all);
    const ended = await host.submit("/logout", {}, { cookie: sessionOnly(cookie) });
    expect(ended.status).toBe(303);
    // The browser still shows the cookie of a session that somebody has ended elsewhere.
    expect(shows(await host.get(start, { ...page, cookie }))).toBe("login");
    expect(shows(await host.get(start, page))).toBe("login");
    const bound = cookie
      .split("; ")
      .filter((pair) => pair.startsWith("__Host-zerohop_session"))
      .join("");
    expect(shows(await host.get(start, { ...page, cookie: bound }))).toBe("login");
    expect(warnings(host)).toEqual([]);
  });

  test("by a link that is old, made up, or of another's making", async () => {
    const time = movableClock();
    const host = await startHost({ clock: time.clock });
    const { answer } = await browserLogin(host, () => false);
    const check = answer.headers.location!;
    const led = async (address: string, cookie?: string) => {
      const { status, headers } = await host.get(address, { ...page, ...(cookie !== undefined && { cookie }) });
      return [status, headers.location];
    };
    const query = new URLSearchParams(check.slice(check.indexOf("?") + 1));
    for (const [name, value] of [
      ["at", String(Number(query.get("at")) + 5)],
      ["proof", "x"],
      ["proof", ""],
    ] as const) {
      const other = new URLSearchParams(query);
      other.set(name, value);
      expect(await led(`/login/check?${other}`)).toEqual([302, start]);
    }
    // Anybody can have one for themselves, and hand it to somebody else.
    const elsewhere = await host.get(check, { ...page, "x-forwarded-for": "203.0.113.9" });
    expect([elsewhere.status, elsewhere.headers.location]).toEqual([302, start]);
    expect(await led("/login/check")).toEqual([302, "/"]);
    expect(await led("/login/check?rd=https%3A%2F%2Fevil.example%2F&next=https%3A%2F%2Fevil.example")).toEqual([
      302,
      "/",
    ]);
    // Who has a session that has ended meanwhile has kept a cookie.
    expect(await led(check, "zerohop_session=ended")).toEqual([302, start]);
    expect(await led(check, await logIn(host))).toEqual([302, start]);
    time.advance(31);
    expect(await led(check)).toEqual([302, start]);
  });

  describe("by JSON", () => {
    const body = { username: "alice", password: "demo", targetURL: rd };
    const fromPage = { "sec-fetch-site": "same-origin" };
    const redirectOf = (answer: Answer) => JSON.parse(answer.body).data.redirect as string;

    test("a browser that drops the session's cookie alone is told so", async () => {
      const host = await startHost();
      const before = keeping(await host.get(start, page), noSession);
      const answer = await host.postJson("/api/firstfactor", body, { ...fromPage, cookie: before });
      expect(redirectOf(answer)).toBe(rd);
      const lost = await host.get(start, { ...page, cookie: keeping(answer, noSession, before) });
      expect([lost.status, shows(lost)]).toEqual([403, "lost"]);
    });

    test("a browser that keeps no cookie is looked at on the portal and told so, and one that keeps them is led on", async () => {
      const host = await startHost();
      const answer = await host.postJson("/api/firstfactor", body, fromPage);
      expect(answer.status).toBe(200);
      expect(redirectOf(answer)).toMatch(/^\/login\/check\?/);
      expect(shows(await host.get(redirectOf(answer), page))).toBe("lost");
      const cookie = keeping(answer, all);
      expect((await host.get(redirectOf(answer), { ...page, cookie })).headers.location).toBe(start);
    });

    test("a program is led to its target at once", async () => {
      const host = await startHost();
      expect(redirectOf(await host.postJson("/api/firstfactor", body))).toBe(rd);
    });
  });

  test("a browser that keeps no cookie is told so in place of a passkey's being refused, which counts as no failure", async () => {
    const host = await startHost();
    for (let times = 0; times < 20; times++) {
      const said = { clientDataJSON: "YQ", authenticatorData: "YQ", signature: "YQ" };
      const response = { id: "YQ", rawId: "YQ", type: "public-key", clientExtensionResults: {}, response: said };
      const answer = await host.postJson(
        "/api/firstfactor/passkey",
        { response, targetURL: rd },
        { "sec-fetch-site": "same-origin" },
      );
      expect(answer.status).toBe(403);
      const { message, data } = JSON.parse(answer.body);
      expect(message).toBe("The browser keeps no cookies.");
      expect(shows(await host.get(data.redirect, page))).toBe("lost");
    }
  });
});

describe("somebody with a session whom an application sends back again and again", () => {
  const gets = "The application does not get your login";

  async function follow(host: TestHost, session: string) {
    let jar = session;
    const statuses: number[] = [];
    for (let time = 0; time < 20; time++) {
      const answer = await host.get(start, { ...page, cookie: jar });
      statuses.push(answer.status);
      jar = keeping(answer, all, jar);
      if (answer.status !== 302) return { statuses, body: answer.body, jar };
    }
    return { statuses, body: "", jar };
  }

  test("is told so before the browser gives up, and the operator once", async () => {
    const host = await startHost();
    const first = await follow(host, await logIn(host));
    expect(first.statuses).toEqual([302, 302, 302, 302, 302, 403]);
    expect(first.body).toContain(gets);
    expect(first.body).toContain(`href="${rd.replace("&", "&amp;")}"`);
    expect((await follow(host, first.jar)).statuses).toHaveLength(6);
    const told = host.log.filter(({ msg }) => String(msg).startsWith("an application does not get the session"));
    expect(told).toMatchObject([{ level: "warn", domain: "example.com" }]);
  });

  test("is led on when it is for another address each time, or now and then", async () => {
    const host = await startHost();
    let jar = await logIn(host);
    for (let number = 0; number < 20; number++) {
      const answer = await host.get(`/?rd=${encodeURIComponent(`${rd}&n=${number}`)}`, { ...page, cookie: jar });
      expect(answer.status).toBe(302);
      jar = keeping(answer, all, jar);
    }
    const answer = await host.get(start, { ...page, cookie: jar });
    expect(answer.headers["set-cookie"]!.find((cookie) => cookie.startsWith("__Host-zerohop_onward="))).toMatch(
      /=1\.[\w-]{16}; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=5$/,
    );
  });
});

/** The session's cookie and its binding. */
function sessionOnly(cookie: string): string {
  return cookie
    .split("; ")
    .filter((pair) => pair.includes("zerohop_session="))
    .join("; ");
}
