import { connect } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { HttpServer } from "../../../host/http/server.ts";
import { ask, logIn, sharedHost, startHost, type TestHost } from "../../../workshop/host/in-process.ts";

/** Of the tests that leave nothing there which another one would meet. */
const shared = sharedHost();
const credentials = { username: "alice", password: "demo" };

/** How a browser tells that a request comes from elsewhere. */
const hostile = [
  ["a cross-site page", { "sec-fetch-site": "cross-site" }],
  ["another application of the domain", { "sec-fetch-site": "same-site", origin: "https://app.example.com" }],
  ["another origin, of a browser without Sec-Fetch-Site", { origin: "https://evil.com" }],
  ["the portal's name over plain HTTP", { origin: "http://auth.example.com" }],
  ["the portal's name on another port", { origin: "https://auth.example.com:8443" }],
  ["a page without an origin", { origin: "null" }],
  ["another origin, with a forged Sec-Fetch-Site", { "sec-fetch-site": "same-origin", origin: "https://evil.com" }],
] as const;

/** Gates and providers have no visitor's cookie: their requests carry a token. */
function changingRoutes({ routes }: TestHost): readonly string[] {
  const changing = routes.filter((route) => !/^(GET|HEAD|OPTIONS) | \/api\/edge\/|\/back-channel-logout$/.test(route));
  expect(changing.length).toBeGreaterThan(25);
  return changing;
}

describe("a request that changes something", () => {
  test.each(hostile)("is refused from %s", async (_, headers) => {
    const host = shared();
    const cookie = await logIn(host);
    const form = { "content-type": "application/x-www-form-urlencoded", accept: "text/html", cookie, ...headers };
    const json = { "content-type": "application/json", cookie, ...headers };
    for (const [path, body, all] of [
      ["/login", new URLSearchParams(credentials).toString(), form],
      ["/logout", "", form],
      ["/api/firstfactor", JSON.stringify(credentials), json],
      ["/api/logout", "{}", json],
    ] as const) {
      const answer = await ask(host.url + path, { method: "POST", headers: all, body });
      expect([answer.status, answer.headers["set-cookie"]], path).toEqual([403, undefined]);
    }
    expect((await host.get("/api/state", { cookie })).body).toContain('"username":"alice"');
  });

  test.each(hostile)("is refused from %s at every address that changes something", async (_, headers) => {
    const host = shared();
    const cookie = await logIn(host);
    for (const route of changingRoutes(host)) {
      const [method = "", path = ""] = route.split(" ");
      const answer = await ask(host.url + path.replace(/:\w+/, "x"), { method, headers: { cookie, ...headers } });
      expect([answer.status, answer.headers["set-cookie"]], route).toEqual([403, undefined]);
    }
    expect((await host.get("/api/user/info", { cookie })).status).toBe(200);
  });

  test("is taken by the JSON API as JSON alone, which no form of another site can send", async () => {
    const host = shared();
    const cookie = await logIn(host);
    const api = changingRoutes(host).filter((route) => route.includes(" /api/"));
    expect(api.length).toBeGreaterThan(15);
    for (const route of api)
      for (const type of ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", ""]) {
        const [method = "", path = ""] = route.split(" ");
        const headers = { "content-type": type, cookie };
        const body = '{"token":"123456","username":"alice","password":"demo"}';
        const { status } = await ask(host.url + path.replace(/:\w+/, "x"), { method, headers, body });
        expect(status, `${route}, ${type}`).toBe(415);
      }
  });

  test("is accepted from the portal's own pages, from the address bar, and from programs", async () => {
    const host = shared();
    expect((await host.submit("/login", credentials)).status).toBe(303);
    expect((await host.submit("/login", credentials, { "sec-fetch-site": "none" })).status).toBe(303);
    expect((await host.postJson("/api/firstfactor", credentials)).status).toBe(200);
  });

  test("must be of the type its address takes, so that no form of another site can send it", async () => {
    const host = shared();
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""])
      expect((await host.postJson("/api/firstfactor", credentials, { "content-type": type })).status).toBe(415);
    expect((await host.submit("/login", credentials, { "content-type": "application/json" })).status).toBe(415);
    expect(
      (await host.postJson("/api/firstfactor", credentials, { "content-type": "application/json; charset=utf-8" }))
        .status,
    ).toBe(200);
  });
});

describe("every answer", () => {
  test("carries the headers that keep browsers from misusing it", async () => {
    const host = await startHost();
    const cookie = await logIn(host);
    const requests = host.routes.flatMap((route): [string, string, Record<string, string>][] => {
      const [method = "", path = ""] = route.split(" ");
      const target = path.replace(/:\w+/, "x");
      // As a stranger, as a visitor, from another site, and as somebody with another portal in mind.
      const visitors = [{}, { cookie, accept: "text/html" }, { "sec-fetch-site": "cross-site" }, { host: "evil.com" }];
      return visitors.map((headers) => [method, target, headers]);
    });
    const odd = [
      ["GET", "/nothing", {}],
      ["PATCH", "/login", {}],
      ["OPTIONS", "/", {}],
    ] as [string, string, Record<string, string>][];
    for (const [method, target, more] of [...requests, ...odd]) {
      const path = `${method} ${target} ${JSON.stringify(more)}`;
      // A wait would be a long-poll's.
      const { headers } = await ask(host.url + target, { method, headers: { ...more, "x-forwarded-proto": "https" } });
      expect(headers["cache-control"], path).toMatch(/^(no-store$|public, max-age=)/);
      expect(headers, path).toMatchObject({
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "strict-transport-security": "max-age=31536000",
        "x-request-id": expect.stringMatching(/^[\w-]{36}$/),
      });
      const policy = String(headers["content-security-policy"]).split("; ");
      expect(policy, path).toEqual(
        expect.arrayContaining([
          "default-src 'none'",
          "script-src 'self'",
          "style-src 'self'",
          "frame-ancestors 'none'",
          "base-uri 'none'",
        ]),
      );
      expect(policy.join(), path).not.toMatch(/unsafe/);
    }
  });

  test("lets a form lead into the cookie domain, for browsers hold redirects after it to the policy", async () => {
    const host = shared();
    expect((await host.get("/")).headers["content-security-policy"]).toContain(
      "form-action 'self' https://example.com:* https://*.example.com:*;",
    );
  });

  test("asks for HTTPS only where it came over HTTPS", async () => {
    const host = shared();
    expect((await host.get("/")).headers["strict-transport-security"]).toBeUndefined();
  });

  test("carries a trusted proxy's request id", async () => {
    const host = shared();
    const id = "7d9e2c1a-0000-4000-8000-000000000001";
    expect((await host.get("/", { "x-request-id": id })).headers["x-request-id"]).toBe(id);
    expect((await host.get("/", { "x-request-id": "<script>" })).headers["x-request-id"]).toMatch(/^[\w-]{36}$/);
  });
});

describe("what goes wrong", () => {
  test.each([
    [404, "GET", "/nothing", {}, undefined],
    [404, "GET", "/api/nothing", {}, undefined],
    [405, "PUT", "/login", {}, undefined],
    [405, "GET", "/api/firstfactor", {}, undefined],
    [415, "POST", "/login", { "content-type": "text/plain" }, "x"],
    [413, "POST", "/login", { "content-type": "application/x-www-form-urlencoded" }, "x".repeat(1024 * 1024)],
    [
      413,
      "POST",
      "/api/firstfactor",
      { "content-type": "application/json", "transfer-encoding": "chunked" },
      "x".repeat(1024 * 1024),
    ],
    [400, "POST", "/api/firstfactor", { "content-type": "application/json" }, "{"],
    [400, "POST", "/api/firstfactor", { "content-type": "application/json" }, "[]"],
    [
      400,
      "POST",
      "/api/firstfactor",
      { "content-type": "application/json" },
      '{"username":["alice"],"password":"demo"}',
    ],
    [400, "POST", "/api/firstfactor", { "content-type": "application/json" }, Buffer.of(0x22, 0xff, 0x22)],
    [401, "GET", "/api/edge/bundle", {}, undefined],
  ])("is a %i for %s %s: a page for a person, JSON for a program", async (status, method, path, headers, body) => {
    const host = shared();
    const send = (accept: string) =>
      ask(host.url + path, { method, headers: { ...headers, accept }, ...(body !== undefined && { body }) });
    const program = await send("*/*");
    expect(program.status).toBe(status);
    expect(JSON.parse(program.body)).toEqual({ status: "KO", message: expect.stringMatching(/^[^{}]+$/) });
    const person = await send("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");
    expect(person.status).toBe(status);
    expect(person.headers["content-type"]).toMatch(/^text\/html/);
    expect(person.body).toContain(`${person.headers["x-request-id"]}`);
  });

  test.each([
    ...[
      "/api/%65dge/bundle",
      "/%61pi/edge/bundle",
      "/./api/edge/bundle",
      "/x/../api/edge/bundle",
      "/api/edge/%62undle",
    ],
    ...["//api/edge/bundle", "/api//edge/bundle", "/api/edge/./bundle", "/API/edge/bundle", "/api/edge;a/bundle"],
    ...["/%6detrics", "/./metrics", "/metrics/", "/metric%73?a", "http://auth.example.com/api/edge/bundle"],
    ...["/x/%2e%2e/metrics", "/api/edge\\bundle", "/api%2fedge/bundle", "http://auth.example.com/metrics"],
  ])("is a 404, or a 400, for an endpoint of gates or monitors that is written in another way: %s", async (target) => {
    const host = shared();
    const socket = connect(Number(new URL(host.url).port), "127.0.0.1");
    socket.write(`GET ${target} HTTP/1.1\r\nHost: auth.example.com\r\nConnection: close\r\n\r\n`);
    let answer = "";
    for await (const chunk of socket) answer += chunk;
    expect(answer).toMatch(/^HTTP\/1\.1 40[04] /);
  });

  test("with the method says which ones there are", async () => {
    const host = shared();
    const allow = async (method: string, path: string) => (await ask(host.url + path, { method })).headers.allow;
    expect(await allow("DELETE", "/login")).toBe("GET, HEAD, POST");
    expect(await allow("GET", "/api/firstfactor")).toBe("POST");
  });

  test("inside is a 500 that tells the visitor nothing and the log everything", async () => {
    const host = await startHost();
    const cookie = await logIn(host);
    const database = new DatabaseSync(join(host.folder, "db.sqlite3"));
    database.exec("ALTER TABLE sessions RENAME TO lost; ALTER TABLE not_before RENAME TO lost_too");
    database.close();
    const answer = await host.get("/", { cookie, accept: "text/html" });
    expect(answer.status).toBe(500);
    expect(answer.body).toContain(answer.headers["x-request-id"]);
    expect(answer.body).not.toMatch(/sqlite|table|\.ts/i);
    const line = host.log.find(({ request_id, err }) => request_id === answer.headers["x-request-id"] && err);
    expect(JSON.stringify(line)).toContain("no such table: sessions");
    expect((await host.get("/api/health")).status).toBe(500);
    expect((await host.get("/api/health/live")).status).toBe(200);
  });

  test("is not made worse by JSON nested without end", async () => {
    const host = shared();
    const body = `{"username":"alice","password":"demo","x":${"[".repeat(30_000)}${"]".repeat(30_000)}}`;
    const answer = await ask(`${host.url}/api/firstfactor`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    expect([200, 400]).toContain(answer.status);
    expect((await host.get("/api/health")).status).toBe(200);
  });
});

describe("a request to a host that is no portal", () => {
  test.each([
    "evil.com",
    "example.com",
    "app.example.com",
    "auth.example.com.evil.com",
    "auth.example.com:8443",
    "127.0.0.1",
  ])("%s is misdirected", async (name) => {
    const host = shared();
    for (const path of ["/", "/login", "/api/state", "/assets/x"])
      expect((await host.get(path, { host: name })).status, path).toBe(421);
  });

  test("still reaches health, the public keys and the edge API", async () => {
    const host = shared();
    expect((await host.get("/api/health", { host: "10.0.0.1:9091" })).status).toBe(200);
    expect((await host.get("/jwks.json", { host: "x" })).status).toBe(200);
    expect((await host.get("/api/edge/bundle", { host: "x" })).status).toBe(401);
  });

  test("may name the portal in upper case and with its port", async () => {
    const host = shared();
    for (const name of ["AUTH.example.com", "auth.example.com:443"])
      expect((await host.get("/", { host: name })).status).toBe(200);
  });
});

describe("a slow client", () => {
  const limits = {
    requestTimeout: 300,
    headersTimeout: 150,
    connectionsCheckingInterval: 50,
    keepAliveTimeout: 5000,
    maxHeaderSize: 32_768,
  };

  async function say(text: string): Promise<string> {
    const server = new HttpServer(async (request) => new Response(await request.text()), { limits });
    onTestFinished(() => server.close());
    const { port } = new URL(await server.listen({ host: "127.0.0.1", port: 0 }));
    const socket = connect(Number(port), "127.0.0.1");
    socket.write(text);
    let answer = "";
    for await (const chunk of socket) answer += chunk;
    return answer;
  }

  test("is dropped when its headers take too long", async () => {
    expect(await say("GET / HTTP/1.1\r\nHost: a\r\nX: ")).toMatch(/^HTTP\/1\.1 408 /);
  });

  test("is dropped when its body takes too long", async () => {
    expect(await say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nx")).toMatch(/^HTTP\/1\.1 408 /);
  });

  test("of many holds nobody up", async () => {
    const host = await startHost();
    const { port } = new URL(host.url);
    const sockets = Array.from({ length: 300 }, (_, index) => {
      const socket = connect(Number(port), "127.0.0.1");
      socket.on("error", () => {});
      // Half of them stop in the headers, half in the body.
      const head =
        "POST /login HTTP/1.1\r\nHost: auth.example.com\r\nContent-Type: application/x-www-form-urlencoded\r\n";
      socket.write(index % 2 === 0 ? head : `${head}Content-Length: 60000\r\n\r\nusername=`);
      return socket;
    });
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    const started = performance.now();
    for (let count = 0; count < 10; count++) {
      expect((await host.get("/api/health")).status).toBe(200);
      expect((await host.postJson("/api/firstfactor", credentials)).status).toBe(200);
    }
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test("is refused when its headers are too large", async () => {
    expect(await say(`GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(40_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
  });
});
