// What a person and a program read who are refused, through every proxy with what `zerohop proxy` writes for it.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Answer, HeaderLines } from "../../../workshop/clients/https-client.ts";
import { logIn } from "../../../workshop/clients/portal-login.ts";
import { describeWith } from "../../../workshop/programs/needed.ts";
import { integrations } from "../../../workshop/proxies/integrations.ts";
import type { Site } from "../../../workshop/proxies/site.ts";
import { until } from "../../../workshop/waiting.ts";

/** Those that have words of their own for what they cannot read (docs/canonical-target.md). */
const ownWords = ["nginx-wasm", "haproxy", "apache", "caddy", "caddy module", "traefik", "traefik plugin"];
/** Envoy has read no header by then, and takes everybody for a program. */
const onlyJson = ["envoy", "envoy ext_authz"];
/** Its auth_request passes no body on: a page of its own stands for the host's, which knows nobody's name. */
const readsNoBody = ["nginx"];
const hasGate = ["envoy", "nginx-wasm", "caddy module", "traefik plugin"];
/** Traefik has no page of its own to give (docs/forward-auth.md). */
const awayStatus: Readonly<Record<string, readonly [app: number, portal: number]>> = {
  // The plugin asks nobody: it goes by the portal's leases, and by its bundle.
  ...{ traefik: [500, 502], "traefik plugin": [401, 502] },
};
/** Has one text for everybody where the portal's own pages are asked for. */
const onePortalPage = ["haproxy"];

const typeOf = (answer: Answer) => answer.header("content-type")?.split(";")[0];

for (const { name, needed, start } of integrations)
  describeWith(needed, `who is refused through ${name}`, (program) => {
    let stack: Site;
    beforeAll(async () => {
      // The plugin in Traefik sends pages to the portal where a lease has run out.
      stack = await start(program, undefined, (config) => {
        config.session.inactivity = "10m";
      });
    });
    afterAll(() => stack?.[Symbol.asyncDispose]());

    async function bothAnswers(host: string, path: string, cookie = "") {
      const ask = (accept: string) =>
        stack.client.get(stack.url(host, path), {
          headers: [["accept", accept], ...(cookie === "" ? [] : [["cookie", cookie] as const])],
        });
      return { page: await ask("text/html,*/*;q=0.8"), json: await ask("application/json") };
    }

    test("for a path reads what to do on a page, and a program JSON", async () => {
      const { page, json } = await bothAnswers("public", "/a%2f..%2fb");
      expect([page.status, typeOf(page)]).toEqual([400, "text/html"]);
      expect(page.body).toMatch(/<h1>Bad request<\/h1>.*mistake in the address/);
      expect([json.status, typeOf(json)]).toEqual([400, "application/json"]);
      expect(JSON.parse(json.body)).toEqual({ status: 400, error: expect.any(String) });
    });

    test("for two sessions reads on a page to log out or to delete cookies", async () => {
      const two = `${await logIn(stack, "alice")}; ${await logIn(stack, "bob")}`;
      const { page, json } = await bothAnswers("app", "/", two);
      expect([page.status, typeOf(page)]).toEqual([400, "text/html"]);
      expect(page.body).toMatch(/<h1>Bad request<\/h1>.*cookies/);
      expect([json.status, JSON.parse(json.body)]).toEqual([400, { status: 400, error: expect.any(String) }]);
    });

    test("for the rules reads that access is denied, and as whom", async () => {
      const { page, json } = await bothAnswers("admin", "/", await logIn(stack, "bob"));
      expect([page.status, typeOf(page)]).toEqual([403, "text/html"]);
      expect(page.body).toMatch(
        readsNoBody.includes(name) ? /<h1>Access denied<\/h1>/ : /<h1>Access denied<\/h1>.*bob/i,
      );
      expect([json.status, JSON.parse(json.body)]).toEqual([403, { status: 403, error: "forbidden" }]);
    });

    test("for what the proxy cannot read gets an answer, and a page where the proxy can have one", async () => {
      const { host } = new URL(stack.url("public"));
      const text = `GET / HTTP/1.1\r\nHost: ${host}\r\nAccept: text/html\r\nno header\r\nConnection: close\r\n\r\n`;
      const answer = await stack.client.exchange(stack.url("public"), text);
      expect(answer).toMatch(/^HTTP\/1\.[01] 400 /);
      if (ownWords.includes(name)) expect(answer).not.toContain("<h1>Bad request</h1>");
      else if (onlyJson.includes(name))
        expect(answer).toContain('{"status":400,"error":"the request could not be read"}');
      else expect(answer).toContain("<h1>Bad request</h1>");
    });

    // What a gate answers itself is in test/gate/verification-budget.test.ts.
    test.skipIf(hasGate.includes(name))(
      "for too many forged sessions from one address reads to come back",
      async () => {
        const good = await logIn(stack, "alice");
        let count = 0;
        const forged = () => `${good.slice(0, -10)}${String(count++).padStart(8, "A")}${good.slice(-2)}`;
        const eight = () => Array.from({ length: 8 }, forged).join("; ");
        const { host } = new URL(stack.url("app"));
        let hasEnded = false;
        // At the host itself, where another proxy says that they come from the address that this client has.
        const flood = async () => {
          while (!hasEnded) {
            const forwarded = {
              "x-forwarded-for": "127.0.0.1",
              "x-forwarded-proto": "https",
              "x-forwarded-host": host,
            };
            const headers = { ...forwarded, "x-forwarded-method": "GET", "x-forwarded-uri": "/", cookie: eight() };
            await (await fetch(`${stack.hostUrl}/api/authz/forward-auth`, { headers })).text();
          }
        };
        const floods = Promise.all(Array.from({ length: 4 }, flood));
        try {
          const ask = (accept: string) =>
            until(async () => {
              const headers: HeaderLines = [
                ["accept", accept],
                ["cookie", forged()],
              ];
              const answer = await stack.client.get(stack.url("app"), { headers });
              return answer.status !== 302 && answer.status !== 401 && answer;
            });
          expectTemporary(429, await ask("text/html,*/*;q=0.8"), await ask("application/json"));
        } finally {
          hasEnded = true;
          await floods;
        }
      },
    );

    const both = (host: string) => {
      const credential = ["proxy-authorization", `Basic ${Buffer.from("alice:demo").toString("base64")}`] as const;
      const ask = (accept: string) => stack.client.get(stack.url(host), { headers: [["accept", accept], credential] });
      return Promise.all([ask("text/html,*/*;q=0.8"), ask("application/json")]);
    };

    // It takes as long as they wait.
    test.skipIf(process.env.ZEROHOP_HANGING_HOST !== "true" || awayStatus[name])(
      "while the host hangs is let in nowhere, and reads to come back",
      async () => {
        process.kill(stack.host.pid, "SIGSTOP");
        const before = performance.now();
        expectTemporary(503, ...(await both("app")));
        expect(performance.now() - before).toBeLessThan(8000);
        process.kill(stack.host.pid, "SIGCONT");
      },
    );

    test("while the host is away is let in nowhere, and reads to come back", async () => {
      await stack.host.stop("SIGKILL");
      const [app, portal] = await Promise.all([both("app"), both("auth")]);
      const own = awayStatus[name];
      if (own) return expect([app[1].status, portal[0].status, portal[1].status]).toEqual([...own, own[1]]);
      expectTemporary(503, ...app);
      expectTemporary(503, portal[0], onePortalPage.includes(name) ? app[1] : portal[1]);
      expect(portal[1].status).toBe(503);
    });

    /** A page for a person, JSON for a program, and when to ask again. */
    function expectTemporary(status: number, page: Answer, json: Answer): void {
      expect([page, json].map((answer) => [answer.status, typeOf(answer)])).toEqual([
        [status, "text/html"],
        [status, "application/json"],
      ]);
      expect([page, json].map((answer) => Number(answer.header("retry-after")) > 0)).toEqual([true, true]);
      expect([page, json].map((answer) => answer.header("cache-control"))).toEqual(["no-store", "no-store"]);
      expect(page.body).toContain("<h1>Back in a moment</h1>");
      expect(JSON.parse(json.body)).toEqual({ status, error: expect.any(String) });
    }
  });
