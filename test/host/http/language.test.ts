// In which language the portal answers, and how a visitor changes it.
import { describe, expect, test } from "vitest";
import { type Answer, logIn, sharedHost, startHost } from "../../../workshop/host/in-process.ts";

/** Of the tests that leave nothing there which another one would meet. */
const shared = sharedHost();

const langOf = ({ body }: Answer) => /<html lang="([^"]*)">/.exec(body)?.[1];
const languageCookie = ({ headers }: Answer) =>
  headers["set-cookie"]?.find((cookie) => cookie.startsWith("__Host-zerohop_language="));

describe("the language of a page", () => {
  test("is the one that the browser asks for, and the answer says so to caches and readers", async () => {
    const host = shared();
    const answer = await host.get("/", { "accept-language": "de-AT,de;q=0.9,en;q=0.5" });
    expect(langOf(answer)).toBe("de");
    expect(answer.headers["content-language"]).toBe("de");
    expect(answer.headers.vary).toContain("Accept-Language");
    expect(answer.body).toContain("Benutzername");
    expect(langOf(await host.get("/", { "accept-language": "zh-TW" }))).toBe("zh");
    expect(langOf(await host.get("/", { "accept-language": "tlh" }))).toBe("en");
    expect(langOf(await host.get("/"))).toBe("en");
  });

  test("holds for pages that say no, and for waiting times on them; JSON stays English", async () => {
    const host = await startHost();
    const headers = { "accept-language": "ja", accept: "text/html" };
    const missing = await host.get("/nothing", headers);
    expect([missing.status, langOf(missing)]).toEqual([404, "ja"]);
    expect(missing.body).toContain("ページが見つかりません");
    const foreign = await host.submit("/login", {}, { ...headers, "sec-fetch-site": "cross-site" });
    expect([foreign.status, langOf(foreign)]).toEqual([403, "ja"]);
    const wrong = await host.submit("/login", { username: "alice", password: "wrong" }, headers);
    expect([wrong.status, langOf(wrong)]).toEqual([401, "ja"]);
    expect(wrong.body).toContain("パスワードが正しくありません");

    const json = await host.get("/nothing", { "accept-language": "ja", accept: "application/json" });
    expect(JSON.parse(json.body).message).toBe("There is nothing here.");
    expect(json.headers["content-language"]).toBeUndefined();
  });

  test("is the one that the visitor chose, whatever the browser asks for", async () => {
    const host = shared();
    const headers = { "accept-language": "de", cookie: "__Host-zerohop_language=fr" };
    expect(langOf(await host.get("/", headers))).toBe("fr");
  });

  test.each(["", "xx", "EN", "../../etc/passwd", "fr".repeat(5000)])(
    "is not to be broken by a cookie: %j",
    async (value) => {
      const host = shared();
      const cookie = `__Host-zerohop_language=${value}`;
      expect(langOf(await host.get("/", { "accept-language": "de", cookie }))).toBe("de");
    },
  );
});

describe("choosing a language", () => {
  test("is remembered for the portal's host alone, and leads back to the page", async () => {
    const host = shared();
    const way = "/?rd=https%3A%2F%2Fapp.example.com%2Fx&rm=POST";
    const page = await host.get(way);
    expect(returnOf(page)).toBe(way);
    const answer = await host.submit("/language", { language: "es", return: returnOf(page)! });
    expect(languageCookie(answer)).toBe(
      "__Host-zerohop_language=es; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=31536000",
    );
    expect([answer.status, answer.headers.location]).toEqual([303, `https://auth.example.com${way}`]);
  });

  test("comes back with the target after a failed login too, but not to one that is not to be followed", async () => {
    const host = await startHost();
    const failed = await host.submit("/login", {
      username: "alice",
      password: "wrong",
      rd: "https://app.example.com/x",
    });
    expect(returnOf(failed)).toBe("/?rd=https%3A%2F%2Fapp.example.com%2Fx");
    const account = await host.submit("/login", { username: "alice", password: "wrong", next: "/account" });
    expect(returnOf(account)).toBe("/account");
    expect(returnOf(await host.get("/?rd=https%3A%2F%2Fevil.com%2F&rm=GET"))).toBe("/?rm=GET");
  });

  test("is not offered on a page that can be had once only", async () => {
    const host = shared();
    expect(returnOf(await host.submit("/nothing", {}))).toBeUndefined();
  });

  test.each([
    "https://evil.com/",
    "//evil.com/",
    "/\\evil.com/",
    "\\\\evil.com",
    "https:evil.com",
    "https:///evil.com",
    "https://auth.example.com@evil.com/",
    "https://auth.example.com.evil.com/",
    "https://auth.example.com:444/",
    "http://auth.example.com/",
    "javascript:alert(1)",
    "data:text/html,x",
    "\thttps://evil.com/",
    "/\t/evil.com/",
    "https://app.example.com/",
    "",
    "https://[",
  ])("leads nowhere but to the portal: %j", async (address) => {
    const host = shared();
    const answer = await host.submit("/language", { language: "de", return: address });
    expect(answer.status).toBe(303);
    const { origin } = new URL(answer.headers.location!);
    expect(origin).toBe("https://auth.example.com");
  });

  test("keeps a path of two slashes inside the portal, and no line break in the header", async () => {
    const host = shared();
    const location = async (address: string) =>
      (await host.submit("/language", { language: "de", return: address })).headers.location;
    expect(await location("/.//evil.com/")).toBe("https://auth.example.com//evil.com/");
    expect(await location("/x\r\nSet-Cookie: a=b")).toBe("https://auth.example.com/xSet-Cookie:%20a=b");
  });

  test("takes no language that there is none of, no link, and nothing from another site", async () => {
    const host = shared();
    const unknown = await host.submit("/language", { language: "tlh", return: "/" });
    expect([unknown.status, languageCookie(unknown)]).toEqual([400, undefined]);
    const link = await host.get("/language?language=de");
    expect([link.status, languageCookie(link)]).toEqual([405, undefined]);
    const foreign = await host.submit("/language", { language: "de" }, { origin: "https://app.example.com" });
    expect([foreign.status, languageCookie(foreign)]).toEqual([403, undefined]);
  });

  test("leaves the session as it is", async () => {
    const host = shared();
    const cookie = await logIn(host);
    const answer = await host.submit("/language", { language: "de", return: "/" }, { cookie });
    expect(answer.headers["set-cookie"]).toHaveLength(1);
    const home = await host.get("/", { cookie: `${cookie}; __Host-zerohop_language=de` });
    expect([langOf(home), home.body.includes("Alice Liddell")]).toEqual(["de", true]);
  });
});

/** Where the page's language switch comes back to. */
function returnOf({ body }: Answer): string | undefined {
  return /name="return" value="([^"]*)"/.exec(body)?.[1]?.replaceAll("&amp;", "&");
}
