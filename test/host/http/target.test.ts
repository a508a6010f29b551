import { describe, expect, test } from "vitest";
import { readMethod, readTarget } from "../../../host/http/target.ts";
import { type Answer, logIn, movableClock, startHost } from "../../../workshop/host/in-process.ts";
import { setUpApp } from "../support/second-factor.ts";

const cookieDomain = {
  domain: "example.com",
  portalUrl: "https://auth.example.com:8443",
  basic: { headers: [], forwardAuthHeaders: [], forward: false },
  identityHeaders: { user: [], groups: [], name: [], email: [] },
};

/** What leads elsewhere, or could be read so. */
const hostile = [
  // Other places
  "https://evil.com/",
  "https://example.com.evil.com/",
  "https://evilexample.com/",
  "https://notexample.com/",
  "https://example.co/",
  "https://com/",
  "https://example.com%2eevil.com/",
  "https://evil.com/https://app.example.com/",
  "https://evil.com?https://app.example.com/",
  "https://evil.com#https://app.example.com/",
  "https://evil.com/.example.com",
  "https://evil.com?.example.com",
  "https://evil.com#.example.com",
  "https://evil.com;.example.com/",
  "https://evil.com,.example.com/",
  // User info
  "https://user@app.example.com/",
  "https://user:pass@app.example.com/",
  "https://app.example.com@evil.com/",
  "https://app.example.com:443@evil.com/",
  "https://app.example.com%40evil.com/",
  "https://evil.com%23@app.example.com/",
  "https://@app.example.com/",
  "https://:@app.example.com/",
  // Backslashes
  "https://evil.com\\.example.com/",
  "https://evil.com\\@app.example.com/",
  "https:\\\\evil.com/",
  "https:/\\evil.com/",
  "\\\\evil.com/",
  "/\\evil.com/",
  "https://app.example.com\\@evil.com/",
  "https://app.example.com/\\..\\x",
  "https://evil.com\\?.example.com/",
  "https://app.example.com\\@evil.com/?\\",
  "https://app.example.com/#\\",
  // No scheme, or another
  "//evil.com/",
  "///evil.com/",
  "//app.example.com/",
  "/path",
  "path",
  "?x=1",
  "app.example.com",
  "http://app.example.com/",
  "ws://app.example.com/",
  "ftp://app.example.com/",
  "javascript:alert(1)",
  "javascript://app.example.com/%0aalert(1)",
  "JaVaScRiPt://app.example.com/%0aalert(1)",
  "data:text/html,<script>alert(1)</script>",
  "vbscript:x",
  "blob:https://app.example.com/x",
  "view-source:https://app.example.com/",
  "https:app.example.com/",
  "https:/app.example.com/",
  "https:///app.example.com/",
  "https:////evil.com/",
  "https:evil.com",
  "://app.example.com/",
  // Control characters, spaces and what browsers strip
  " https://app.example.com/",
  "https://app.example.com/ ",
  "\thttps://app.example.com/",
  "ht\ntps://app.example.com/",
  "https://app.example.com/\r\nSet-Cookie: a=b",
  "https://app.example.com/\0",
  "https://evil.com\t.example.com/",
  "https://ev\til.com/",
  "https://app.example.com\u0000.evil.com/",
  "https://app.example.com/\u007f",
  // Hosts in disguise
  "https://evil.com\u3002example.com/",
  "https://app\uff0eexample\uff0ecom/",
  "https://evil.com\uff0fapp.example.com/",
  "https://ex\u0430mple.com/",
  "https://app.example.com\u2024evil.com/",
  "https://evil.com\u2215.example.com/",
  "https://app.example.com./",
  "https://app.example.com../",
  "https://.example.com/",
  "https://app..example.com/",
  "https://%65xample.com/",
  "https://[::1]/",
  "https://127.0.0.1/",
  "https://0x7f.1/",
  "https://2130706433/",
  "https://xn--a/",
  "https://localhost/",
  // Ports
  "https://app.example.com:/",
  "https://app.example.com:0/",
  "https://app.example.com:65536/",
  "https://app.example.com:99999999/",
  "https://app.example.com:443:443/",
  "https://app.example.com:443evil.com/",
  "https://app.example.com:+443/",
  "https://app.example.com:0443/",
  // The portal itself
  "https://auth.example.com:8443/",
  "https://auth.example.com:8443/logout",
  "https://AUTH.example.com:8443/?rd=https://app.example.com/",
  // Nothing, and too much
  "",
  "https://",
  "https://?",
  `https://app.example.com/${"a".repeat(8192)}`,
  // Characters that no URL has
  'https://app.example.com/"onmouseover=',
  "https://app.example.com/<script>",
  "https://app.example.com/\u00e9",
  "https://app.example.com/\ud800",
];

describe("the target in rd", () => {
  test.each([
    ["https://app.example.com", "https://app.example.com/", "app.example.com"],
    ["https://example.com/", "https://example.com/", "example.com"],
    ["https://a.b.c.example.com/x?y=1&z=%2F#part", "https://a.b.c.example.com/x?y=1&z=%2F#part", "a.b.c.example.com"],
    ...["/a%2fb/%2F/c", "/x%5Cy", "/a//b", "/My%2520File?a=%2F%2f", "/C%23%2f;x=%3B"].map(
      (path): [string, string, string] => [
        `https://app.example.com${path}`,
        `https://app.example.com${path}`,
        "app.example.com",
      ],
    ),
    ["HTTPS://App.Example.COM/Path", "https://app.example.com/Path", "app.example.com"],
    ["https://app.example.com:443/", "https://app.example.com/", "app.example.com"],
    ["https://app.example.com:8443/x", "https://app.example.com:8443/x", "app.example.com:8443"],
    ["https://app.example.com?q=1", "https://app.example.com/?q=1", "app.example.com"],
    ["wss://chat.example.com/socket", "wss://chat.example.com/socket", "chat.example.com"],
    [
      "https://app.example.com/?next=https://evil.com/",
      "https://app.example.com/?next=https://evil.com/",
      "app.example.com",
    ],
    ["https://app.example.com/a@b:c", "https://app.example.com/a@b:c", "app.example.com"],
    ["https://app.example.com/?f={a|b}", "https://app.example.com/?f={a|b}", "app.example.com"],
    ["https://my_app.example.com/", "https://my_app.example.com/", "my_app.example.com"],
    ["https://app.example.com/?p=C:\\Users", "https://app.example.com/?p=C:\\Users", "app.example.com"],
    ["https://auth.example.com:9999/", "https://auth.example.com:9999/", "auth.example.com:9999"],
  ])("may be %s", (rd, url, host) => {
    expect(readTarget(rd, cookieDomain)).toEqual({ url, host });
  });

  test.each(hostile)("is not followed when it is %j", (rd) => {
    expect(readTarget(rd, cookieDomain)).toBeUndefined();
  });

  test("is absent when rd is", () => {
    expect(readTarget(undefined, cookieDomain)).toBeUndefined();
  });
});

test("the method in rm is one of capital letters, else GET", () => {
  expect(["POST", "DELETE", "PROPFIND"].map(readMethod)).toEqual(["POST", "DELETE", "PROPFIND"]);
  expect([undefined, "", "get", "GET ", "A".repeat(21), "<b>"].map(readMethod)).toEqual(Array(6).fill("GET"));
});

/** Where an answer leads, by its header, its JSON, or the links and forms of its page. */
function leadsTo({ headers, body }: Answer): readonly string[] {
  const links = [...body.matchAll(/(?:href|action|formaction)="([^"]*)"/g)].map(([, link]) => link!);
  const redirects = [...body.matchAll(/"redirect":("[^"]*")/g)].map(([, text]) => JSON.parse(text!) as string);
  const all = [headers.location ?? "/", ...links, ...redirects].map((link) => link.replaceAll("&amp;", "&"));
  // A picture, what authenticator apps open, and the start page's applications, which are the policy's.
  const own = /^(?:data:image\/svg\+xml,|otpauth:\/\/totp\/|https:\/\/(?:app|admin|dev|public)\.example\.com\/$)/;
  return all.filter((link) => !own.test(link));
}

test("a target that is not to be followed leads nowhere, by whatever page or answer takes one", async () => {
  const { clock, advance } = movableClock();
  const host = await startHost({ clock });
  const portal = "https://auth.example.com";
  const { app, cookie } = await setUpApp(host, await logIn(host), clock());
  const credentials = { username: "alice", password: "demo" };
  const pages = host.routes.flatMap((route) => /^GET (\/(?!api\/|assets\/|metrics|jwks).*)$/.exec(route)?.[1] ?? []);
  expect(pages.length).toBeGreaterThan(8);
  // The portal's other port is a place of the cookie domain here.
  const elsewhere = hostile.filter((rd) => !/^https:\/\/auth\.example\.com/i.test(rd));
  expect(elsewhere.length).toBeGreaterThan(90);
  for (const [index, rd] of elsewhere.entries()) {
    const answers: Answer[] = [];
    // What is read, and what is not, which would show only where the other is absent.
    const targets: Record<string, string>[] = [{ rd }, { next: rd, rm: rd }];
    const ways = targets.flatMap((target) => [{}, { cookie }].map((session) => ({ target, session })));
    // Every page gets every one of them, in one way, and in each of the ways a quarter of them.
    for (const [turn, page] of pages.entries()) {
      const { target, session } = ways[(index + turn) % ways.length]!;
      answers.push(await host.get(`${page}?${new URLSearchParams(target)}`, { accept: "text/html", ...session }));
    }
    for (const target of targets) {
      answers.push(await host.submit("/login", { ...credentials, ...target }));
      answers.push(await host.submit("/login", { ...credentials, password: "wrong", ...target }));
      answers.push(await host.submit("/logout", target));
      advance(60);
      const fields = { token: app.code(clock()), ...target };
      answers.push(await host.submit("/second-factor/totp", fields, { cookie: await logIn(host) }));
    }
    answers.push(await host.submit("/language", { language: "en", return: rd }));
    const inJson = { targetURL: rd, next: rd };
    answers.push(await host.postJson("/api/firstfactor", { ...credentials, ...inJson }));
    advance(60);
    const code = { token: app.code(clock()), ...inJson };
    answers.push(await host.postJson("/api/secondfactor/totp", code, { cookie: await logIn(host) }));
    const out = await host.postJson("/api/logout", inJson);
    expect(out.body, rd).not.toContain("true");
    for (const answer of answers)
      for (const link of leadsTo(answer)) {
        const url = new URL(link, portal);
        expect([url.origin, url.searchParams.get("rd")], `${JSON.stringify(rd)}: ${link}`).toEqual([portal, null]);
      }
    for (const { body } of answers) expect(body).not.toContain('name="rd"');
  }
}, 240_000);
