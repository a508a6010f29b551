// Request targets that two parties could read differently never reach an application through Envoy and the gate.
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWith, envoy } from "../../../workshop/programs/needed.ts";
import { Stack, seenBy } from "../../../workshop/proxies/stack.ts";

describeWith(await envoy(), "a path through Envoy", (executable) => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await Stack.start({ envoy: executable });
  });
  afterAll(() => stack?.[Symbol.asyncDispose]());

  /** The status of a request whose target is exactly these bytes. */
  async function statusOf(target: string, method = "GET"): Promise<number> {
    const host = `public.zerohop.localhost:${stack.httpsPort}`;
    const request = `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
    const answer = await stack.client.exchange(stack.url("public"), request);
    return Number(/^HTTP\/1\.[01] (\d{3}) /.exec(answer)?.[1]);
  }

  const refused = {
    "a dot segment behind an escaped slash": "/a%2f../b%2F..%2fc",
    "a dot segment between escaped slashes": "/a%2F..%2Fb",
    "a dot segment between escaped backslashes": "/a%5c..%5cb",
    "an escaped slash first": "/%2fa",
    "an escaped dot segment": "/a/%2e%2e%2fadmin",
    "a doubly escaped dot segment": "/a/%252e%252e/admin",
    "a NUL": "/a%00b",
    "an escape without digits": "/a%",
    "an escape with a wrong digit": "/a%g1",
    "an IIS escape": "/a%u002fb",
    "a parameter after an escaped dot segment": "/a/%2e%2e;/admin",
    "an escaped parameter after a dot segment": "/a/..%3b/admin",
    "a control character": "/a%0d%0ab",
    "a raw tab": "/a\tb",
    "overlong UTF-8 for a slash": "/a%c0%afb",
  };
  for (const [what, target] of Object.entries(refused)) {
    test(`with ${what} gets 400`, async () => {
      expect(await statusOf(target)).toBe(400);
    });
  }

  test("with dot segments, double slashes or backslashes is the same to the gate and to the application", async () => {
    const canonical = {
      "/a/../b": "/b",
      "/a/./b": "/a/b",
      "//a//b": "/a/b",
      "/a/%2e%2e/b": "/b",
      "/a\\b": "/a/b",
      "/a/..;/b": "/b",
      "/a/..;x=y/b": "/b",
      "/%61": "/a",
    };
    for (const [sent, seen] of Object.entries(canonical)) {
      expect(seenBy(await stack.client.get(stack.url("public", sent))).url, sent).toBe(seen);
    }
  });

  test("that Envoy or the gate refuses is told to a person by a page and to a program in JSON", async () => {
    for (const path of ["/a%00b", "/a%2f..%2fb", "/a%g1"]) {
      const ask = (accept: string) => stack.client.get(stack.url("public", path), { headers: [["accept", accept]] });
      const [page, json] = [await ask("text/html"), await ask("application/json")];
      expect([page.status, page.header("content-type")], path).toEqual([400, expect.stringContaining("text/html")]);
      expect(page.body).toContain("<h1>Bad request</h1>");
      expect([json.status, json.header("content-type"), JSON.parse(json.body)], path).toEqual([
        ...[400, "application/json"],
        { status: 400, error: expect.any(String) },
      ]);
    }
  });

  test("with an escaped slash or backslash reaches the application byte for byte", async () => {
    const kept = [
      "/a%2fb",
      "/a%2Fb/%2f/c",
      "/DOMAIN%5cuser",
      "/100%25",
      "/My%2520File",
      "/C%23%2fx",
      "/@scope%2Fname?a=%2f",
    ];
    for (const path of kept) expect(seenBy(await stack.client.get(stack.url("public", path))).url).toBe(path);
  });

  test("with a query keeps the query byte for byte", async () => {
    for (const query of ["?", "?a=%2f%00..;/../&b=//", "?a?b", "?%"]) {
      expect(seenBy(await stack.client.get(stack.url("public", `/a${query}`))).url).toBe(`/a${query}`);
    }
  });

  test("in absolute form is decided by the host it names", async () => {
    const { httpsPort } = stack;
    expect(await statusOf(`https://public.zerohop.localhost:${httpsPort}/`)).toBe(200);
    expect(await statusOf(`https://app.zerohop.localhost:${httpsPort}/`)).not.toBe(200);
  });

  test("does not exist in a CONNECT, which never reaches an application", async () => {
    expect(await statusOf("app.zerohop.localhost:443", "CONNECT")).toBeGreaterThanOrEqual(400);
  });
});
