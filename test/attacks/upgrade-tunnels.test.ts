// One allowed request makes a tunnel to a backend that speaks HTTP/2 in the clear (h2c), or reads on behind CONNECT; in it any host, any
// path and any Remote-User would arrive undecided. No proxy may open one; a WebSocket must still be opened.
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hypercorn, startHypercorn } from "../../workshop/backends/hypercorn/hypercorn.ts";
import { type NaiveServer, startNaiveServer } from "../../workshop/backends/naive-server.ts";
import { h2cUpgrade, http2Settings, priorKnowledge, UpgradeAttempt } from "../../workshop/clients/h2c-client.ts";
import { connectOver2 } from "../../workshop/clients/http2-connect.ts";
import type { HeaderLines } from "../../workshop/clients/https-client.ts";
import { exchangeMessage, frameLength, maskedText } from "../../workshop/clients/websocket-client.ts";
import { describeWith } from "../../workshop/programs/needed.ts";
import { onPath } from "../../workshop/programs/on-path.ts";
import { ForwardAuthStack } from "../../workshop/proxies/forward-auth-stack.ts";
import { integrations } from "../../workshop/proxies/integrations.ts";
import { nginx } from "../../workshop/proxies/kinds.ts";
import type { ProxyKind } from "../../workshop/proxies/proxy-kind.ts";
import type { Site } from "../../workshop/proxies/site.ts";

/** In what is sent through a tunnel: where it comes to the backend, or back, nobody has decided about it. */
const evil = "evil-4f1c";
const server = await hypercorn();

const upgrade = (...values: string[]): HeaderLines => [
  ["Connection", "Upgrade, HTTP2-Settings"],
  ...values.map((value) => ["Upgrade", value] as const),
  http2Settings,
  ["Sec-WebSocket-Version", "13"],
  ["Sec-WebSocket-Key", randomBytes(16).toString("base64")],
];

type Expected = number | "WebSocket";

interface Attempt {
  readonly name: string;
  readonly headers: HeaderLines;
  /** Where it becomes anything but a plain request that is answered with 200. */
  readonly elsewhere?: Readonly<Record<string, Expected>>;
}

/** Envoy refuses upgrades that its configuration does not name, h2c apart, which it leaves out. */
const envoyRefuses = { envoy: 403, "envoy ext_authz": 403 };
/** These look at the first line only, and pass on that one alone. nginx has done so before 1.23. */
const firstLineCounts = {
  ...({ nginx: "WebSocket", "nginx-wasm": "WebSocket" } as const),
  ...({ traefik: "WebSocket", "traefik plugin": "WebSocket" } as const),
};

const attempts: readonly Attempt[] = [
  { name: "h2c", headers: h2cUpgrade },
  { name: "H2C", headers: upgrade("H2C") },
  { name: "h2c in two Connection lines", headers: [["Connection", "HTTP2-Settings"], ...upgrade("h2c")] },
  { name: "h2c that Connection does not name", headers: [["Upgrade", "h2c"], http2Settings] },
  { name: "websocket, h2c", headers: upgrade("websocket, h2c"), elsewhere: envoyRefuses },
  { name: "h2c, websocket", headers: upgrade("h2c, websocket"), elsewhere: envoyRefuses },
  {
    ...{ name: "websocket and h2c in two lines", headers: upgrade("websocket", "h2c") },
    elsewhere: { ...envoyRefuses, ...firstLineCounts },
  },
  {
    ...{ name: "h2c and websocket in two lines", headers: upgrade("h2c", "websocket") },
    elsewhere: envoyRefuses,
  },
  { name: "websocket/13", headers: upgrade("websocket/13"), elsewhere: envoyRefuses },
  { name: "tcp", headers: upgrade("tcp"), elsewhere: envoyRefuses },
];

/** What nginx.conf said before. */
const open: ProxyKind = {
  ...nginx,
  replace: (places) => [
    ...nginx.replace(places),
    ["map $http_upgrade $websocket { default", "map $http_upgrade $websocket { h2c h2c; default"],
    ["map $websocket $websocket_connection { default", "map $websocket $websocket_connection { h2c upgrade; default"],
    ['proxy_set_header HTTP2-Settings "";', ""],
  ],
};

describeWith(onPath("nginx"), "a proxy that passes h2c on", (program) => {
  const smuggle = async (application?: number) => {
    await using site = await ForwardAuthStack.start(open, program, { application });
    await using attempt = await UpgradeAttempt.open({ ca: site.ca, url: site.url("public"), headers: h2cUpgrade });
    expect(attempt.status).toBe(101);
    const seen = JSON.parse(
      await attempt.smuggle(new URL(site.url("admin")).host, `/${evil}`, [["remote-user", evil]]),
    );
    expect(seen).toMatchObject({ method: "GET", url: `/${evil}`, headers: { "remote-user": evil } });
  };

  test("has the demo's application believe whatever comes through the tunnel", () => smuggle());

  describeWith(server, "with hypercorn", (packages) => {
    test("has it believe whatever comes through the tunnel", async () => {
      const folder = mkdtempSync(join(tmpdir(), "zerohop-"));
      try {
        await using application = await startHypercorn(packages, join(folder, "hypercorn.log"));
        await smuggle(application.port);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });
});

for (const proxy of integrations)
  describeWith(proxy.needed, `through ${proxy.name}`, (program) => {
    const running = new AsyncDisposableStack();
    let naive: NaiveServer;
    let sites: Readonly<Record<"demo" | "hypercorn" | "naive", Site | undefined>>;

    // A site for each application, all at once: much of a start is waiting.
    beforeAll(async () => {
      const keep = async <T extends AsyncDisposable>(starting: Promise<T>) => running.use(await starting);
      const folder = mkdtempSync(join(tmpdir(), "zerohop-"));
      running.defer(() => rmSync(folder, { recursive: true, force: true }));
      naive = await keep(startNaiveServer());
      const log = join(folder, "hypercorn.log");
      const application = server.path === undefined ? undefined : await keep(startHypercorn(server.path, log));
      const start = (port?: number) => keep(proxy.start(program, port));
      const started = await Promise.allSettled([start(), application && start(application.port), start(naive.port)]);
      const [demo, hypercorn, toNaive] = started.map((one) => {
        if (one.status === "rejected") throw one.reason;
        return one.value;
      });
      sites = { demo, hypercorn, naive: toNaive };
    });
    afterAll(() => running.disposeAsync());

    const tests = (name: "demo" | "hypercorn") => {
      let site: Site;
      beforeAll(() => {
        site = sites[name]!;
      });

      test.each(attempts)("an upgrade to $name makes no tunnel", async ({ headers, elsewhere }) => {
        const { ca } = site;
        const expected = elsewhere?.[proxy.name] ?? 200;
        if (expected === "WebSocket") {
          const socket = { ca, url: site.url("public", "/socket"), headers: [], upgrade: headers };
          return expect(await exchangeMessage(socket, "hello")).toEqual({ status: 101, echo: "hello" });
        }
        await using attempt = await UpgradeAttempt.open({ ca, url: site.url("public"), headers });
        if (attempt.status === 101) {
          const got = await attempt.smuggle(new URL(site.url("admin")).host, `/${evil}`, [["remote-user", evil]]);
          expect(got, "what was smuggled").not.toContain(evil);
        }
        expect(attempt.status).toBe(expected);
        if (expected === 200) expect(attempt.body.toLowerCase()).not.toMatch(/"(upgrade|http2-settings)"/);
      });

      test("HTTP/2 by prior knowledge makes no tunnel", async () => {
        const { host } = new URL(site.url("admin"));
        const bytes = priorKnowledge(host, `/${evil}`, [["remote-user", evil]]);
        expect(await site.client.exchange(site.url("public"), bytes)).not.toContain(`"url": "/${evil}`);
      });

      test("a WebSocket is opened, however the word is spelt", async () => {
        for (const word of ["websocket", "WebSocket", "WEBSOCKET"]) {
          const lines = [
            ["Connection", "keep-alive, Upgrade"],
            ["Upgrade", word],
          ] as const;
          const handshake = { ca: site.ca, url: site.url("public", "/socket"), headers: [], upgrade: lines };
          expect(await exchangeMessage(handshake, "hello"), word).toEqual({ status: 101, echo: "hello" });
        }
      });

      test("a WebSocket is opened over HTTP/2, where the proxy offers that", async () => {
        const request = { ca: site.ca, url: site.url("public", "/socket"), protocol: "websocket" };
        const echo = await connectOver2(
          { ...request, headers: { "sec-websocket-version": "13" } },
          (status, stream) => {
            expect(status).toBe(200);
            stream.write(maskedText("hello"));
            return new Promise<string>((resolve) => {
              let received = Buffer.alloc(0);
              stream.on("data", (chunk: Buffer) => {
                received = Buffer.concat([received, chunk]);
                if (received.length >= (frameLength(received) ?? Number.POSITIVE_INFINITY))
                  resolve(received.toString("utf8", 2));
              });
            });
          },
        );
        expect(echo).toBe(proxy.name === "haproxy" ? "hello" : undefined);
      });
    };
    describe("to the demo's application", () => tests("demo"));
    describeWith(server, "to hypercorn", () => tests("hypercorn"));

    describe("to a server that reads on behind CONNECT", () => {
      let site: Site;
      const smuggled = () =>
        `GET /${evil} HTTP/1.1\r\nHost: ${new URL(site.url("admin")).host}\r\nRemote-User: ${evil}\r\n\r\n`;
      const undecided = () => naive.heads.filter((head) => head.includes(evil));

      beforeAll(() => {
        site = sites.naive!;
      });

      test("each request comes with a path, whatever the client's target is", async () => {
        const { host } = new URL(site.url("public"));
        for (const line of ["OPTIONS *", "GET *", `GET https://${host}`, `GET http://${host}/`]) {
          const text = `${line} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
          expect(await site.client.exchange(site.url("public"), text), line).toMatch(/^HTTP\/1\.1 [2345]\d\d /);
        }
        for (const head of naive.heads) expect(head).toMatch(/^[A-Z]+ \/[^ ]* HTTP\/1\.[01]\r\n/);
      });

      test.each(["", "Transfer-Encoding: chunked\r\n"])("CONNECT makes no tunnel (%j)", async (more) => {
        const { host } = new URL(site.url("public"));
        for (const target of [host, "/"]) {
          const text = `CONNECT ${target} HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`;
          const body = more ? `${smuggled().length.toString(16)}\r\n${smuggled()}\r\n0\r\n\r\n` : smuggled();
          const answer = await site.client.exchange(site.url("public"), text + body);
          expect(answer, target).toMatch(/^HTTP\/1\.1 [45]\d\d /);
        }
        expect(undecided()).toEqual([]);
      });

      test.each([undefined, "h2c", "connect-udp", "tcp"])(
        "CONNECT over HTTP/2 makes no tunnel (%s)",
        async (protocol) => {
          const request = { ca: site.ca, url: site.url("public"), ...(protocol ? { protocol } : {}) };
          for (const early of [smuggled(), undefined]) {
            const status = await connectOver2({ ...request, ...(early ? { early } : {}) }, async (status, stream) => {
              stream.end(smuggled());
              stream.resume();
              await new Promise((resolve) => stream.once("close", resolve));
              return status;
            });
            if (protocol === undefined && status !== undefined) expect(status).toBeGreaterThanOrEqual(400);
          }
          expect(undecided()).toEqual([]);
        },
      );
    });
  });
