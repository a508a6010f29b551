// Which request headers reach the application: never an identity that the client made up, never the session, everything
// else as it was.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { HeaderLines } from "../../../workshop/clients/https-client.ts";
import { describeWith, envoy } from "../../../workshop/programs/needed.ts";
import { Stack, seenBy } from "../../../workshop/proxies/stack.ts";

const evil = "evil-4f1c";
const forged = ["user", "groups", "name", "email"].flatMap((part) =>
  [`remote-${part}`, `REMOTE-${part.toUpperCase()}`, `rEmOtE-${part}`, `remote_${part}`, `Remote_${part}`].flatMap(
    (name) => [[name, evil] as const, [name, `${evil}-again`] as const],
  ),
);

// Envoy drops headers with an underscore before the gate sees them. Switching that off shows that the gate needs no help.
const variants = {
  "as Envoy is shipped": (config: string) => config,
  "with underscores allowed in Envoy": (config: string) => replaceOnce(config, "DROP_HEADER", "ALLOW"),
};

for (const [variant, configureEnvoy] of Object.entries(variants)) {
  describeWith(await envoy(), `the application, ${variant},`, (path) => {
    let stack: Stack;
    let session: string;

    beforeAll(async () => {
      stack = await Stack.start({ envoy: path, configureEnvoy });
      session = await stack.login("alice");
    });
    afterAll(() => stack?.[Symbol.asyncDispose]());

    test("never sees a Remote-* header of an anonymous client, however it is spelt", async () => {
      for (const line of forged) {
        const { headers } = seenBy(await stack.client.get(stack.url("public"), { headers: [line] }));
        expect(JSON.stringify(headers), line[0]).not.toContain(evil);
      }
    });

    test("never sees one of many at once, over HTTP/1.1 and HTTP/2", async () => {
      const { client } = stack;
      for (const ask of [client.get.bind(client), client.getOver2.bind(client)]) {
        const { headers } = seenBy(await ask(stack.url("public"), { headers: forged }));
        expect(JSON.stringify(headers)).not.toContain(evil);
      }
    });

    test("sees who is logged in, and not whom the client claims to be", async () => {
      const { client } = stack;
      for (const ask of [client.get.bind(client), client.getOver2.bind(client)]) {
        const headers: HeaderLines = [...forged, ["cookie", session], ...forged];
        const seen = seenBy(await ask(stack.url("app"), { headers })).headers;
        expect(JSON.stringify(seen)).not.toContain(evil);
        expect(seen).toMatchObject({ "remote-user": "alice", "remote-groups": "admins,dev" });
      }
    });

    test("sees who is logged in also when the client declares the header to be hop-by-hop", async () => {
      const [host, cookie] = [`app.zerohop.localhost:${stack.httpsPort}`, session];
      const request = `GET / HTTP/1.1\r\nHost: ${host}\r\nCookie: ${cookie}\r\nConnection: close, Remote-User\r\n\r\n`;
      expect(await stack.client.exchange(stack.url("app"), request)).toContain('"remote-user": "alice"');
    });

    test("never sees the session cookie, and sees all others byte for byte", async () => {
      const cookies: readonly (readonly [sent: string, seen: string | undefined])[] = [
        [session, undefined],
        [`${session}; a=1`, "a=1"],
        [`a=1; ${session}`, "a=1"],
        [`a=1; ${session}; b=2`, "a=1; b=2"],
        [`a=1; ${session}; b=2; ${session}; c=3`, "a=1; b=2; c=3"],
        [`zerohop_session=forged; ${session}; zerohop_session=`, undefined],
        [`zerohop_session2=x; ${session}; xzerohop_session=y`, "zerohop_session2=x; xzerohop_session=y"],
        [`a="x, y"; b=a=b==; c=%3B; d=\xe9\xff; e; f=; ${session}`, `a="x, y"; b=a=b==; c=%3B; d=\xe9\xff; e; f=`],
      ];
      for (const [sent, expected] of cookies) {
        const { headers } = seenBy(
          await stack.client.get(stack.url("app"), { headers: [["cookie", `${session}; ${sent}`]] }),
        );
        expect(headers.cookie, sent).toBe(expected);
      }
    });

    test("sees a Cookie header without a session exactly as it was sent", async () => {
      for (const cookie of ["a=1", "a=1;b=2", "a=1;  b=2 ;c", ";;a", "a=1;", "=x; ,"]) {
        const { headers } = seenBy(await stack.client.get(stack.url("public"), { headers: [["cookie", cookie]] }));
        expect(headers.cookie).toBe(cookie);
      }
    });

    test("never sees the session on a host that needs none", async () => {
      const { headers } = seenBy(
        await stack.client.get(stack.url("public"), { headers: [["cookie", `a=1; ${session}`]] }),
      );
      expect(headers.cookie).toBe("a=1");
    });

    test("never sees the session of several Cookie lines, of HTTP/1.1 or of HTTP/2", async () => {
      const lines: HeaderLines = [
        ["cookie", "a=1"],
        ["cookie", `${session}; b=2`],
        ["cookie", "c=3"],
        ["cookie", session],
      ];
      const { client } = stack;
      for (const ask of [client.get.bind(client), client.getOver2.bind(client)]) {
        const { headers } = seenBy(await ask(stack.url("app"), { headers: lines }));
        expect([headers.cookie].flat().join("; ")).toBe("a=1; b=2; c=3");
      }
    });

    test("sees no header that would move its idea of host, path or client", async () => {
      const names = [
        "forwarded",
        "x-forwarded-host",
        "x-forwarded-uri",
        "x-original-url",
        "x-rewrite-url",
        "x-real-ip",
      ];
      const headers = names.map((name) => [name, evil] as const);
      const seen = seenBy(await stack.client.get(stack.url("public"), { headers })).headers;
      expect(JSON.stringify(seen)).not.toContain(evil);
    });

    test("sees every other header as it was sent", async () => {
      const headers: HeaderLines = [
        ["x-custom", "a, b;c=\xe9"],
        ["authorization", "Bearer t"],
        ["x-remote-user", "kept"],
      ];
      const seen = seenBy(await stack.client.get(stack.url("public"), { headers })).headers;
      expect(seen).toMatchObject(Object.fromEntries(headers));
    });
  });
}

function replaceOnce(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`${from} is not there exactly once`);
  return text.replace(from, to);
}
