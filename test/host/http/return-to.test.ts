// Where a visitor can be sent after a login: to pages of the portal and applications of the cookie domain, and nowhere else.
import { Hono } from "hono";
import { describe, expect, test } from "vitest";
import type { Environment } from "../../../host/http/environment.ts";
import { pagesOf, readPortalPath } from "../../../host/http/portal-pages.ts";
import { destinationOf } from "../../../host/http/return-to.ts";
import { logIn, startHost } from "../../../workshop/host/in-process.ts";

const hostile = [
  ...[
    "//evil.com",
    "///evil.com",
    "//evil.com/account",
    "////evil.com//account",
    "/\\evil.com",
    "\\\\evil.com",
    "/\t/evil.com",
  ],
  ...["https://evil.com/", "https://evil.com/account", "https:/account", "https:account", "//auth.example.com/account"],
  ...[
    "javascript:alert(1)",
    "data:text/html,x",
    "JaVaScRiPt:alert(1)//account",
    "/account:80@evil.com",
    "/account@evil.com",
  ],
  ...[
    "/account\r\nLocation: https://evil.com",
    "/account\nSet-Cookie: a=b",
    "/account\r",
    "/account\0",
    "\r\n/account",
  ],
  ...["/account?x=\r\nSet-Cookie: a=b", "/account?\\evil.com", "/account?x=\t", "/account?x= y", "/account?<script>"],
  ...[
    "/%2fevil.com",
    "/%5cevil.com",
    "/%61ccount",
    "/account%2f..%2f",
    "/account%0d%0aSet-Cookie:%20a=b",
    "%2faccount",
  ],
  ...["/./account", "/../account", "/account/..//evil.com", "/account/../../evil.com", "/account/.", "/.//evil.com"],
  ...[
    "/account/",
    "/Account",
    "/account;x=1",
    "/account#//evil.com",
    "account",
    ".",
    "",
    "/?\\",
    "?x=1",
    " /account",
    "/account ",
  ],
  ...[
    "\uFF0Faccount",
    "/\u2028account",
    "/account\u2029",
    "/account\u202E",
    "/\uD800account",
    `/account?${"x".repeat(3000)}`,
  ],
  ...[
    "/api/user/info",
    "/api/logout",
    "/metrics",
    "/jwks.json",
    "/language",
    "/assets/x.css",
    "/nothing",
    "/account/:id",
    "/*",
  ],
];

/** Those of each kind that a host is asked about. */
const tried = [
  "//evil.com",
  "/\\evil.com",
  "https://evil.com/account",
  "javascript:alert(1)",
  "/account\r\nSet-Cookie: a=b",
].concat([
  "/%2fevil.com",
  "/account%0d%0aSet-Cookie:%20a=b",
  "/account/..//evil.com",
  "/account#//evil.com",
  "/api/user/info",
  "/language",
]);

const good = [
  "/account",
  "/account/password",
  "/second-factor",
  "/logout",
  "/",
  "/account?after=1790000000.abc",
  "/?a=b&c=%2F%0d",
];

function feature(path: string, ...pages: readonly string[]) {
  const app = new Hono<Environment>();
  for (const page of pages) app.get(page, (c) => c.text(""));
  app.post("/posted", (c) => c.text(""));
  return { routes: [{ path, app }] };
}

describe("the pages of the portal", () => {
  test("are those that features mount, for whoever looks", () => {
    const features = [
      feature("/", "/", "/logout"),
      feature("/account", "/", "/password"),
      feature("/api/user", "/info"),
    ];
    expect([...pagesOf(features)].sort()).toEqual(["/", "/account", "/account/password", "/logout"]);
  });

  test("have no path with a parameter in it: that is no page's name", () => {
    expect([...pagesOf([feature("/a", "/:id", "/*", "/b")])]).toEqual(["/a/b"]);
  });
});

describe("a page that a link or a form names", () => {
  const pages = new Set(["/", "/account", "/account/password", "/second-factor", "/logout"]);

  test.each(good)("is one of the portal's: %j", (path) => {
    expect(readPortalPath(path, pages)).toBe(path);
    const url = new URL(destinationOf({ next: path, method: "GET" }), "https://auth.example.com");
    expect(url.origin).toBe("https://auth.example.com");
  });

  test.each(hostile)("is not: %j", (path) => {
    expect(readPortalPath(path, pages)).toBeUndefined();
  });

  test("carries the application along that comes after it, beside its own query", () => {
    const target = { url: "https://app.example.com/x?y=1", host: "app.example.com" };
    const rd = "rd=https%3A%2F%2Fapp.example.com%2Fx%3Fy%3D1";
    expect(destinationOf({ next: "/account", target, method: "GET" })).toBe(`/account?${rd}`);
    expect(destinationOf({ next: "/account?after=1", target, method: "GET" })).toBe(`/account?after=1&${rd}`);
  });
});

describe("after a login", () => {
  test("any page of the portal can come, with its query", async () => {
    const host = await startHost();
    for (const next of ["/account/totp", "/account?after=1", "/second-factor", "/reset-password"]) {
      const entered = await host.submit("/login", { username: "alice", password: "demo", next });
      expect([entered.status, entered.headers.location]).toEqual([303, next]);
    }
  });

  test("nothing else can: not after the login, the second factor or the code", async () => {
    const host = await startHost();
    const cookie = await logIn(host);
    for (const next of tried) {
      const entered = await host.submit("/login", { username: "alice", password: "demo", next });
      expect([entered.status, entered.headers.location], next).toEqual([303, "/"]);
      const page = await host.get(`/second-factor?${new URLSearchParams({ next })}`, { cookie });
      expect(page.body, next).not.toContain('name="next"');
    }
  });
});
