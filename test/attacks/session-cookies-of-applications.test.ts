// An application sets a cookie of the session's name for the whole cookie domain: the visitor would be somebody else at all the others,
// or be refused there. Where the proxy can take one cookie out of several, it does, and leaves the rest as it is.
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CookieSetter, settingPath, startCookieSetter } from "../../workshop/backends/cookie-setter.ts";
import { chromiumProgram, launchChromium } from "../../workshop/browser/chromium.ts";
import { logIn } from "../../workshop/clients/portal-login.ts";
import { TlsConnection } from "../../workshop/clients/tls-connection.ts";
import { domain } from "../../workshop/host/site.ts";
import { describeWith, envoy } from "../../workshop/programs/needed.ts";
import { type Integration, integrations } from "../../workshop/proxies/integrations.ts";
import type { Site } from "../../workshop/proxies/site.ts";
import { Stack } from "../../workshop/proxies/stack.ts";

const attributes = `Domain=${domain}; Path=/; Secure; HttpOnly`;
const others = [
  "a=1; Path=/; Expires=Thu, 01 Jan 2099 00:00:00 GMT",
  `theme=dark, or not;  Domain=${domain} ;SameSite=None`,
  "zerohop_session2=x",
  "Zerohop_session=x",
  "xzerohop_session=x",
  "b=zerohop_session=x",
  "c; zerohop_session=x",
  "=d=zerohop_session",
  "zerohop_session",
  'e="=zerohop_session=x"',
  "a=2",
];
interface Spelling {
  readonly name: string;
  spell(token: string): string;
  /** Who its visitor then is at another application, in Chromium. */
  readonly inChromium: "bob" | "nobody";
}

/** Ways to write it, each of which some browser may send back as the session's cookie. */
const spellings: readonly Spelling[] = [
  {
    ...{ name: "as the portal does", inChromium: "bob" },
    spell: (token) => `zerohop_session=${token}; ${attributes}`,
  },
  {
    ...{ name: "without an attribute", inChromium: "nobody" },
    spell: (token) => `zerohop_session=${token}`,
  },
  {
    ...{ name: "with blanks around the name", inChromium: "bob" },
    spell: (token) => `  zerohop_session =${token};${attributes}`,
  },
  {
    ...{ name: "with tabs around the name", inChromium: "bob" },
    spell: (token) => `\tzerohop_session\t=\t${token}; ${attributes}`,
  },
  {
    ...{ name: "as a cookie without a name", inChromium: "nobody" },
    spell: (token) => `=zerohop_session=${token}; ${attributes}`,
  },
  {
    ...{ name: "as one without a name, with blanks", inChromium: "nobody" },
    spell: (token) => `= \tzerohop_session =${token}; ${attributes}`,
  },
  {
    ...{ name: "as one whose value begins like one without a name", inChromium: "nobody" },
    spell: (token) => `==zerohop_session=${token}; ${attributes}`,
  },
  {
    ...{ name: "with other attributes", inChromium: "bob" },
    spell: (token) => `zerohop_session=${token}; domain=${domain}; path=/; Max-Age=99; Priority=High`,
  },
];

/** What gets to the browser of what an application sets. Lines that are empty set nothing. */
async function cookiesOf(site: Site, values: readonly string[], cookie?: string): Promise<readonly string[]> {
  const headers = cookie === undefined ? [] : ([["cookie", cookie]] as const);
  const { status, cookies } = await site.client.get(site.url("public", settingPath(values)), { headers });
  expect(status).toBe(200);
  return cookies.filter((line) => line !== "");
}

interface Kind extends Omit<Integration, "start"> {
  /** Whether it takes such cookies out. */
  readonly drops: boolean;
  /** Whether it decides by itself: then what it refuses has no cookie. */
  readonly gate?: boolean;
  start(program: string, application: number): Promise<Site>;
}

const dropping = new Set(["envoy ext_authz", "haproxy", "apache", "caddy"]);
const kinds: readonly Kind[] = [
  ...integrations.map((proxy) => ({ ...proxy, drops: dropping.has(proxy.name) })),
  {
    ...{ name: "envoy with gate.drop_session_set_cookie", needed: await envoy(), drops: true, gate: true },
    start: (program, application) => startGate(program, application, true),
  },
];

async function startGate(program: string, application: number, drops: boolean): Promise<Stack> {
  return Stack.start({
    ...{ envoy: program, application },
    configureHost(config) {
      config.gate = { drop_session_set_cookie: drops };
      config.session.inactivity = "5s";
    },
  });
}

for (const proxy of kinds)
  describeWith(proxy.needed, `through ${proxy.name}`, (program) => {
    let application: CookieSetter;
    let site: Site;
    let bob: string;

    beforeAll(async () => {
      application = await startCookieSetter();
      site = await proxy.start(program, application.port);
      // That there is a session at all says that the portal's own cookies pass.
      bob = (await logIn(site, "bob", true)).slice("zerohop_session=".length);
    });
    afterAll(async () => {
      await site?.[Symbol.asyncDispose]();
      await application?.[Symbol.asyncDispose]();
    });

    test.skipIf(proxy.drops)("the session's cookie passes: nothing here can take out one of several", async () => {
      const tossed = `zerohop_session=${bob}; ${attributes}`;
      expect(await cookiesOf(site, ["a=1", tossed])).toEqual(["a=1", tossed]);
    });

    describe.skipIf(!proxy.drops)("the session's cookie", () => {
      test.each(spellings)("written $name does not pass", async ({ spell }) => {
        expect(await cookiesOf(site, [spell(bob)])).toEqual([]);
        expect(await cookiesOf(site, ["a=1", spell(bob), "b=2", spell("junk"), spell(bob)])).toEqual(["a=1", "b=2"]);
      });

      test("does not pass beside others, which keep every byte and their order", async () => {
        const mixed = others.flatMap((other, i) => [other, spellings[i % spellings.length]!.spell(bob)]);
        expect(await cookiesOf(site, mixed)).toEqual(others);
        expect(await cookiesOf(site, others)).toEqual(others);
        expect(await cookiesOf(site, [])).toEqual([]);
      });

      // Apache's mod_headers does not see that answer (docs/more-proxies.md).
      const opens = proxy.name === "apache" ? "passes" : "does not pass";
      test(`${opens} with the answer that opens a WebSocket`, async () => {
        await using connection = new TlsConnection(site.url("public"), site.ca);
        const { host } = new URL(site.url("public"));
        const path = settingPath(["a=1", `zerohop_session=${bob}; ${attributes}`, "b=2"]);
        const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13";
        const key = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==";
        connection.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${upgrade}\r\n${key}\r\n\r\n`);
        const head = await connection.takeHead();
        expect(head).toMatch(/^HTTP\/1\.1 101 /);
        const cookies = [...head.matchAll(/^set-cookie: *(.*?)\r$/gim)].map(([, value]) => value);
        const passing = cookies.filter((value) => value !== "");
        if (opens === "passes") expect(passing).toHaveLength(3);
        else expect(passing).toEqual(["a=1", "b=2"]);
      });

      test("of a new lease gets through beside it", async () => {
        const own = await logIn(site, "alice", true);
        await sleep(2100);
        const tossed = `zerohop_session=${bob}; ${attributes}`;
        const { status, cookies } = await site.client.get(site.url("app", settingPath(["a=1", tossed, "b=2"])), {
          headers: [["cookie", own]],
        });
        expect(status).toBe(200);
        const [renewed, ...rest] = cookies.filter((line) => line.startsWith("zerohop_session="));
        expect(cookies.filter((line) => line !== "" && line !== renewed)).toEqual(["a=1", "b=2"]);
        expect(rest).toEqual([]);
        if (proxy.dropsRenewal) expect(renewed).toBeUndefined();
        else expect(subjectOf(renewed!)).toBe("alice");
      });

      test.skipIf(proxy.gate)("of a new lease gets through with the host's own answers", async () => {
        const own = await logIn(site, "alice", true);
        await sleep(2100);
        const headers = [["cookie", own]] as const;
        const { status, cookies } = await site.client.get(site.url("admin"), { headers });
        expect([status, cookies.map(subjectOf)]).toEqual([401, ["alice"]]);
      });
    });
  });

function subjectOf(cookie: string): string {
  return JSON.parse(Buffer.from(cookie.split(".")[1]!, "base64url").toString()).sub;
}

describeWith(await envoy(), "behind Envoy", (program) => {
  describeWith(chromiumProgram, "in Chromium", (chromiumPath) => {
    let application: CookieSetter;
    let browser: Browser;

    beforeAll(async () => {
      application = await startCookieSetter();
      browser = await launchChromium(chromiumPath);
    });
    afterAll(async () => {
      await browser?.close();
      await application?.[Symbol.asyncDispose]();
    });

    /** Who somebody without a session is at app. after an application has set bob's, by the way that it was written. */
    async function visit(drops: boolean): Promise<Record<string, string>> {
      await using stack = await startGate(program, application.port, drops);
      const bob = (await logIn(stack, "bob", true)).slice("zerohop_session=".length);
      const seen: Record<string, string> = {};
      for (const { name, spell } of spellings) {
        const context = await browser.newContext({ ignoreHTTPSErrors: true });
        const page = await context.newPage();
        await page.goto(stack.url("public", settingPath([spell(bob)])));
        await page.goto(stack.url("app"));
        seen[name] = new URL(page.url()).hostname.startsWith("auth.") ? "nobody" : await page.innerText("body");
        await context.close();
      }
      return seen;
    }

    test("an application logs its visitor in as somebody else at another", async () => {
      const expected = spellings.map(({ name, inChromium }) => [name, inChromium]);
      expect(await visit(false)).toEqual(Object.fromEntries(expected));
    });

    test("with gate.drop_session_set_cookie it does not", async () => {
      const seen = await visit(true);
      expect(Object.keys(seen)).toHaveLength(spellings.length);
      expect(new Set(Object.values(seen))).toEqual(new Set(["nobody"]));
    });
  });
});
