// The table of requests through every proxy, each with what `zerohop proxy` writes for it.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { logIn } from "../../../workshop/clients/portal-login.ts";
import { describeWith } from "../../../workshop/programs/needed.ts";
import { type Integration, integrations } from "../../../workshop/proxies/integrations.ts";
import type { Site } from "../../../workshop/proxies/site.ts";
import { until } from "../../../workshop/waiting.ts";
import { exchangeLong, expectClean, formerVisitors, longBody, renewed, seen, send, visitors } from "./exchange.ts";
import { documentedMatrix, textMatrix } from "./matrix.ts";
import { providerBeside } from "./provider.ts";
import { requests, type Visitor } from "./requests.ts";

const document = join(import.meta.dirname, "..", "..", "..", "docs", "proxies.md");
/** Endpoints for proxies and monitors, and ways to write them. */
const internal = [
  ...["/api/authz/auth-request", "/api/authz/ext-authz/x", "/api/verify", "/api/edge/bundle", "/metrics"],
  ...["/api/%65dge/bundle", "/%61pi/edge/bundle", "/api/edge%2fbundle", "/api%2fedge/bundle", "/api/%2565dge/bundle"],
  ...["//api/edge/bundle", "/api//edge/bundle", "/api/edge//bundle", "/./api/edge/bundle", "/api/./edge/bundle"],
  ...["/x/../api/edge/bundle", "/x/%2e%2e/api/edge/bundle", "/api/edge/../edge/bundle", "/api/edge;a=b/bundle"],
  ...["/api;a/edge/bundle", "/API/EDGE/bundle", "/api/edge/bundle/", "/api/edge/bundle?wait=1", "/api\\edge\\bundle"],
  ...["/%6detrics", "/metrics/", "/metrics;a", "//metrics", "/./metrics", "/metrics?a"],
  ...["/api/%76erify", "/api/verify/", "/api//verify?rd=x", "/api/%61uthz/auth-request", "/api/authz//auth-request"],
];
const matrix = new Map<string, Map<string, string>>();

/** How many sites are made ready while another is tested: that is starting programs, and waiting for leases and sessions to end. */
const ahead = 2;
const available = integrations.filter(({ needed }) => needed.path !== undefined);
const readied = new Map<Integration, ReturnType<typeof makeReady>>();
let starting: Promise<unknown> = Promise.resolve();

async function makeReady(proxy: Integration) {
  const provider = await providerBeside();
  // One after the other: they are started while requests go through another.
  const started = starting.then(() => proxy.start(proxy.needed.path!, undefined, provider.configure));
  starting = started.catch(() => {});
  const stack = await started;
  try {
    return { provider, stack, former: await formerVisitors(stack) };
  } catch (error) {
    await stack[Symbol.asyncDispose]();
    throw error;
  }
}

/** The site of a proxy, which is whoever's who takes it; those that come next are begun with. */
async function takeSite(proxy: Integration): ReturnType<typeof makeReady> {
  const at = available.indexOf(proxy);
  for (const one of available.slice(at, at + 1 + ahead)) {
    if (!readied.has(one)) readied.set(one, makeReady(one));
    readied.get(one)!.catch(() => {});
  }
  const site = readied.get(proxy)!;
  readied.delete(proxy);
  return site;
}

afterAll(async () => {
  for (const site of await Promise.allSettled(readied.values()))
    if (site.status === "fulfilled") await site.value.stack[Symbol.asyncDispose]();
});

for (const proxy of integrations)
  describeWith(proxy.needed, `through ${proxy.name}`, () => {
    let stack: Site;
    let cookies: Record<Visitor, string>;
    let bindings: ReadonlyMap<Visitor, string>;

    beforeAll(async () => {
      const site = await takeSite(proxy);
      stack = site.stack;
      ({ cookies, bindings } = await visitors(stack, site.provider, site.former));
    });
    afterAll(() => stack?.[Symbol.asyncDispose]());

    test.each(requests.map((request) => [request.name, request] as const))("%s", async (name, request) => {
      if (proxy.renewsAtPortal) cookies = await renewed(stack, cookies, bindings);
      const expected = request.differs?.[proxy.name]?.outcome ?? request.outcome;
      const sent = () => send(stack, request, cookies);
      const { outcome, answer } =
        proxy.renewsAtPortal && request.awaitsHost
          ? await until(async () => {
              const one = await sent();
              if (one.outcome !== expected) throw new Error(`${one.outcome} in place of ${expected}`);
              return one;
            })
          : await sent();
      const row = matrix.get(name) ?? new Map<string, string>();
      matrix.set(name, row.set(proxy.name, outcome));
      expect(outcome).toBe(expected);
      if (!answer || !outcome.startsWith("200 ") || outcome === "200 portal") return;
      expectClean(proxy, answer);
      const digits = (target = "") => target.replace(/%../g, (digit) => digit.toUpperCase());
      if (request.keepsTarget) expect(digits(seen(answer).url)).toBe(digits(request.path));
      // The page for browsers does not tell.
      if (request.body && !answer.body.startsWith("<")) expect(seen(answer).bytes).toBe(request.body.length);
    });

    test("a host in the request line decides, whatever Host says", async () => {
      const [app, open] = ["app", "public"].map((name) => `${name}.zerohop.localhost:${stack.httpsPort}`);
      const text = `GET https://${app}/ HTTP/1.1\r\nHost: ${open}\r\nAccept: text/html\r\nConnection: close\r\n\r\n`;
      expect(await stack.client.exchange(stack.url("app"), text)).toMatch(/^HTTP\/1\.1 (302|400|421) /);
    });

    test("the application gets the host and the port that the client came to: it compares Origin and Destination with them", async () => {
      const url = stack.url("public");
      const { headers } = seen(await stack.client.get(url));
      expect(headers.host).toBe(new URL(url).host);
      expect(headers["x-forwarded-host"] ?? headers.host).toBe(headers.host);
    });

    // ZEROHOP_LONG_BODIES=true makes it 200 MB.
    test(`somebody in 500 groups sends and gets ${longBody} MB, of a known length and in chunks`, {
      timeout: 180_000,
    }, async () => {
      const session = async () => {
        if (proxy.renewsAtPortal) cookies = await renewed(stack, cookies, bindings);
        return cookies.mona;
      };
      expect(await exchangeLong(stack, session)).toEqual([]);
    });

    test("an application's own token reaches it byte for byte, however long", async () => {
      const authorization = `Bearer ${"aB3-._~+/".repeat(700)}==`;
      const answer = await stack.client.get(stack.url("public"), { headers: [["authorization", authorization]] });
      expect([answer.status, seen(answer).headers.authorization]).toEqual([200, authorization]);
    });

    test("a new lease reaches the browser, where the proxy can do that", async () => {
      const cookie = await logIn(stack, "alice", true);
      await sleep(2100);
      const renewed = async () => {
        const answer = await stack.client.get(stack.url("app"), { headers: [["cookie", cookie]] });
        expect(answer.status).toBe(200);
        return answer.cookies.map((line) => line.split(";")[0]);
      };
      if (proxy.dropsRenewal) return expect(await renewed()).toEqual([]);
      // The first answer after it was due has it, or one of the next where no request is held for it.
      const [lease, ...others] = proxy.renewsAtPortal
        ? await until(async () => {
            const cookies = await renewed();
            return cookies.length > 0 && cookies;
          })
        : await renewed();
      expect(others).toEqual([]);
      expect(lease).toMatch(/^zerohop_session=.+\..+\..+$/);
      expect(lease).not.toBe(cookie);
    });

    test("a target in absolute form is the application's in origin form", async () => {
      const { host } = new URL(stack.url("public"));
      for (const scheme of ["http", "https"]) {
        const text = `GET ${scheme}://${host}/a?b HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
        const answer = await stack.client.exchange(stack.url("public"), text);
        if (/^HTTP\/1\.1 200 /.test(answer)) expect(answer).toContain('"url": "/a?b"');
        else expect(answer).toMatch(/^HTTP\/1\.1 (400|426) /);
      }
    });

    test.each(internal)("%s is not reached from outside", async (path) => {
      const { status } = await stack.client.get(stack.url("auth", path));
      // A redirect leads to the path in another spelling, which is another of these.
      expect([400, 404, 301, 307, 308]).toContain(status);
    });
  });

test("the matrix is docs/proxies.md", async () => {
  const names = integrations.map(({ name }) => name);
  console.log(textMatrix(names, matrix));
  expect(requests.length).toBeGreaterThanOrEqual(60);
  await expect(documentedMatrix(names, requests)).toMatchFileSnapshot(document);
});
