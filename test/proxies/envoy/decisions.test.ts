// What a client gets from a real Envoy with the gate inside: who passes, who is asked to log in, who is refused.
import { get } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Answer, HeaderLines } from "../../../workshop/clients/https-client.ts";
import { describeWith, envoy } from "../../../workshop/programs/needed.ts";
import { Stack, seenBy } from "../../../workshop/proxies/stack.ts";

const browser: HeaderLines = [["accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"]];
const identity = ["remote-user", "remote-groups", "remote-name", "remote-email"];

describeWith(await envoy(), "a request through Envoy", (path) => {
  let stack: Stack;
  let alice: HeaderLines;
  let bob: HeaderLines;

  beforeAll(async () => {
    stack = await Stack.start({ envoy: path });
    alice = [...browser, ["cookie", await stack.login("alice")]];
    bob = [...browser, ["cookie", await stack.login("bob")]];
  });
  afterAll(() => stack?.[Symbol.asyncDispose]());

  const loginAt = (url: string, method: string) => `${stack.url("auth")}?rd=${encodeURIComponent(url)}&rm=${method}`;

  function expectLogin(answer: Answer, status: number, url: string, method: string): void {
    expect(answer.status).toBe(status);
    expect(answer.header("location")).toBe(loginAt(url, method));
  }

  test("reaches a host with policy bypass without a login, and without any Remote-* header", async () => {
    const { headers } = seenBy(await stack.client.get(stack.url("public", "/a?b=c")));
    expect(Object.keys(headers).filter((name) => name.startsWith("remote"))).toEqual([]);
  });

  for (const method of ["GET", "HEAD", "OPTIONS"]) {
    test(`of a browser without a session is sent to the portal with 302 (${method})`, async () => {
      const url = stack.url("app", "/a/b?c=d&e=%20f");
      expectLogin(await stack.client.get(url, { method, headers: browser }), 302, url, method);
    });
  }

  for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
    test(`of a browser without a session is sent to the portal with 303 (${method})`, async () => {
      const url = stack.url("app", "/form");
      expectLogin(await stack.client.get(url, { method, headers: browser, body: "a=b" }), 303, url, method);
    });
  }

  test("of a script without a session gets 401 and the same Location", async () => {
    const url = stack.url("app", "/data");
    const xhr: HeaderLines = [...browser, ["X-Requested-With", "XMLHttpRequest"]];
    expectLogin(await stack.client.get(url, { headers: xhr }), 401, url, "GET");
    expectLogin(await stack.client.get(url, { headers: [["accept", "application/json"]] }), 401, url, "GET");
  });

  test("over HTTP/2 is decided alike", async () => {
    const url = stack.url("app", "/a?b");
    expectLogin(await stack.client.getOver2(url, { headers: browser }), 302, url, "GET");
    const { headers } = seenBy(await stack.client.getOver2(url, { headers: [["cookie", cookieOf(alice)]] }));
    expect(headers["remote-user"]).toBe("alice");
  });

  test("with a session reaches the application, which is told who it is", async () => {
    const { headers } = seenBy(await stack.client.get(stack.url("app"), { headers: [["cookie", cookieOf(alice)]] }));
    expect(identity.map((name) => headers[name])).toEqual([
      "alice",
      "admins,dev",
      "Alice Liddell",
      "alice@example.com",
    ]);
  });

  test("with a body and a session reaches the application with both", async () => {
    const headers: HeaderLines = [["cookie", cookieOf(bob)]];
    const seen = seenBy(await stack.client.get(stack.url("app", "/form"), { method: "POST", headers, body: "a=b" }));
    expect(seen).toMatchObject({
      method: "POST",
      url: "/form",
      headers: { "remote-user": "bob", "content-length": "3" },
    });
  });

  test("of a user who is outside the group gets 403, a page for a browser", async () => {
    const answer = await stack.client.get(stack.url("admin"), { headers: bob });
    expect(answer.status).toBe(403);
    expect(answer.header("content-type")).toMatch(/^text\/html\b/);
    expect(answer.body).toContain("<html");
  });

  test("of a user who needs a second factor is sent to the portal", async () => {
    expectLogin(await stack.client.get(stack.url("admin"), { headers: alice }), 302, stack.url("admin"), "GET");
  });

  test("for a host that no rule names gets 403, whoever asks", async () => {
    for (const headers of [browser, alice, bob]) {
      expect((await stack.client.get(stack.url("other"), { headers })).status).toBe(403);
    }
  });

  test("reaches the portal, but not what is meant for gates and monitoring", async () => {
    expect((await stack.client.get(stack.url("auth", "/api/health"))).status).toBe(200);
    for (const path of ["/api/edge/bundle", "/api/edge", "//api/edge/bundle", "/x/../api/edge/bundle", "/metrics"]) {
      expect((await stack.client.get(stack.url("auth", path))).status, path).toBe(404);
    }
  });

  test("over plain HTTP is sent to HTTPS on the same host with 301", async () => {
    const host = `app.zerohop.localhost:${stack.httpPort}`;
    const response = await new Promise<{ status: number | undefined; location: string | undefined }>(
      (resolve, reject) => {
        get({ host: "127.0.0.1", port: stack.httpPort, path: "/a?b=c", headers: { host } }, (response) => {
          response.resume();
          resolve({ status: response.statusCode, location: response.headers.location });
        }).on("error", reject);
      },
    );
    expect(response).toEqual({ status: 301, location: stack.url("app", "/a?b=c") });
  });

  test("over HTTP/1.0 does not reach the application", async () => {
    const answer = await stack.client.exchange(
      stack.url("public"),
      "GET / HTTP/1.0\r\nHost: public.zerohop.localhost\r\n\r\n",
    );
    expect(answer).toMatch(/^HTTP\/1\.[01] 426 /);
  });
});

function cookieOf(headers: HeaderLines): string {
  return headers.find(([name]) => name === "cookie")![1];
}
