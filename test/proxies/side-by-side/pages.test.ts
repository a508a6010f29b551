// What a person and a program read who are refused, through every proxy with what `zerohop proxy` writes for it.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Answer } from "../../../workshop/clients/https-client.ts";
import { logIn } from "../../../workshop/clients/portal-login.ts";
import { describeWith } from "../../../workshop/programs/needed.ts";
import { integrations } from "../../../workshop/proxies/integrations.ts";
import type { Site } from "../../../workshop/proxies/site.ts";

/** Those that have words of their own for what they cannot read (docs/canonical-target.md). */
const ownWords = ["nginx-wasm", "haproxy", "apache", "caddy", "caddy module", "traefik", "traefik plugin"];
/** Envoy has read no header by then, and takes everybody for a program. */
const onlyJson = ["envoy", "envoy ext_authz"];
/** Its auth_request passes no body on: a page of its own stands for the host's, and for a denial none. */
const readsNoBody = ["nginx"];

/** What they answer themselves to whoever the host would have to be asked about, while it is away; gates have a page, and JSON. */
const awayStatus: Readonly<Record<string, number>> = {
  ...{ "envoy ext_authz": 503, nginx: 503, haproxy: 503, apache: 503, caddy: 502, traefik: 500 },
};

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

    test.skipIf(readsNoBody.includes(name))("for the rules reads that access is denied, and as whom", async () => {
      const { page, json } = await bothAnswers("admin", "/", await logIn(stack, "bob"));
      expect([page.status, typeOf(page)]).toEqual([403, "text/html"]);
      expect(page.body).toMatch(/<h1>Access denied<\/h1>.*bob/i);
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

    // The plugin in Traefik asks nobody: it goes by the portal's leases, and by its bundle.
    test.skipIf(name === "traefik plugin")(
      "for the host's being away is let in nowhere, and reads so at a gate",
      async () => {
        await stack.host.stop("SIGKILL");
        const credential = ["proxy-authorization", `Basic ${Buffer.from("alice:demo").toString("base64")}`] as const;
        const ask = (accept: string) =>
          stack.client.get(stack.url("app"), { headers: [["accept", accept], credential] });
        const page = await ask("text/html,*/*;q=0.8");
        const json = await ask("application/json");
        const own = awayStatus[name];
        expect([page.status, json.status]).toEqual(own === undefined ? [503, 503] : [own, own]);
        if (own !== undefined) return;
        expect([typeOf(page), typeOf(json)]).toEqual(["text/html", "application/json"]);
        expect([page, json].map((answer) => Number(answer.header("retry-after")) > 0)).toEqual([true, true]);
        expect(JSON.parse(json.body)).toEqual({ status: 503, error: expect.any(String) });
      },
    );
  });
