// The plugin in real Traefik: which request headers reach the application, and what hostile ones do to the plugin.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Answer, HeaderLines } from "../../../workshop/clients/https-client.ts";
import { logIn } from "../../../workshop/clients/portal-login.ts";
import { describeWith, traefik } from "../../../workshop/programs/needed.ts";
import { ForwardAuthStack } from "../../../workshop/proxies/forward-auth-stack.ts";
import { traefikPlugin } from "../../../workshop/proxies/kinds.ts";
import { seenBy } from "../../../workshop/proxies/stack.ts";

const evil = "evil-4f1c";
const forged = ["user", "groups", "name", "email"].flatMap((part) =>
  ["-", "_", ".", "~", "!", "'", "|"].flatMap((separator) => [
    [`remote${separator}${part}`, evil] as const,
    [`REMOTE${separator}${part.toUpperCase()}`, `${evil}-again`] as const,
    [`rEmOtE${separator}${part}`, evil] as const,
  ]),
);

// As shipped Traefik drops aliases before the plugin sees them. Switching that off shows that the plugin needs no help.
const variants = {
  "as Traefik is shipped": [],
  "with aliases left in by Traefik": [["http: { aliasHeadersStrategy: delete }", ""]],
} as const;

for (const [variant, changed] of Object.entries(variants))
  describeWith(await traefik(), `the application, ${variant},`, (program) => {
    let stack: ForwardAuthStack;
    let session: string;
    const ask = (name: string, headers: HeaderLines) => stack.client.get(stack.url(name), { headers });
    const text = (answer: Answer) => JSON.stringify(seenBy(answer).headers);

    beforeAll(async () => {
      const { replace } = traefikPlugin;
      stack = await ForwardAuthStack.start(
        { ...traefikPlugin, inactivity: 600, replace: (places) => [...replace(places), ...changed] },
        program,
      );
      session = await logIn(stack, "alice", true);
    });
    afterAll(() => stack?.[Symbol.asyncDispose]());

    test("never sees a Remote-* header of a client, however it is spelt, one by one and all at once", async () => {
      for (const line of forged) expect(text(await ask("public", [line])), line[0]).not.toContain(evil);
      for (const get of [stack.client.get.bind(stack.client), stack.client.getOver2.bind(stack.client)])
        expect(text(await get(stack.url("public"), { headers: forged }))).not.toContain(evil);
    });

    test("sees who is logged in, and not whom the client claims to be, over HTTP/1.1 and HTTP/2", async () => {
      const headers: HeaderLines = [...forged, ["cookie", session], ...forged];
      for (const get of [stack.client.get.bind(stack.client), stack.client.getOver2.bind(stack.client)]) {
        const seen = seenBy(await get(stack.url("app"), { headers })).headers;
        expect(JSON.stringify(seen)).not.toContain(evil);
        expect(seen).toMatchObject({
          ...{ "remote-user": "alice", "remote-groups": "admins,dev" },
          ...{ "remote-name": "Alice Liddell", "remote-email": "alice@example.com" },
        });
      }
    });

    test("sees who is logged in also when the client declares the header to be hop-by-hop", async () => {
      const host = `app.zerohop.localhost:${stack.httpsPort}`;
      for (const connection of ["close, Remote-User", "Remote-User, close, X-Forwarded-Proto", "close, Cookie"]) {
        const lines = [`Host: ${host}`, `Cookie: ${session}`, `Connection: ${connection}`];
        const answer = await stack.client.exchange(stack.url("app"), `GET / HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
        if (connection.includes("Cookie")) expect(answer).toMatch(/^HTTP\/1\.1 401 /);
        else expect(answer).toContain('"remote-user": "alice"');
      }
    });

    test("gets every byte of the other cookies, and never the session, in one line and in several", async () => {
      const cookies = async (...lines: string[]) =>
        seenBy(
          await ask(
            "app",
            lines.map((line) => ["cookie", line] as const),
          ),
        ).headers.cookie;
      expect(await cookies(session)).toBeUndefined();
      expect(await cookies(`a="1"; ${session}; b=\xe9`)).toBe('a="1"; b=\xe9');
      expect([await cookies("a=1", session, "b=2")].flat().join("; ")).toBe("a=1; b=2");
      expect(await cookies(`zerohop_session=x; ${session}; zerohop_session = y; c=3`)).toBe("c=3");
    });

    test("is reached, and nobody else, whatever else the headers hold", async () => {
      const hostile: HeaderLines[] = [
        Array.from({ length: 250 }, (_, i) => [`x-${i}`, "y".repeat(40)] as const),
        Array.from({ length: 1000 }, (_, i) => [`x-${i}`, "y".repeat(80)] as const),
        [["x-a", "y".repeat(200_000)]],
        [["x-a", "\x80\xff\xc0\xaf"]],
        [["cookie", `a=${"y".repeat(100_000)}`]],
        Array.from({ length: 31 }, (_, i) => ["cookie", `c${i}=1`] as const),
        [
          ["x-forwarded-proto", "http"],
          ["x-forwarded-for", "10.0.0.1"],
          ["x-real-ip", "10.0.0.1"],
        ],
      ];
      for (const lines of hostile) {
        const [known, anonymous] = await Promise.all([ask("app", [...lines, ["cookie", session]]), ask("app", lines)]);
        expect(anonymous.status).toBe(401);
        // The application has a limit of 64 KB for its headers, which it answers with 431.
        if (lines.flat().join("").length > 64 * 1024) expect(known.status).toBe(431);
        else expect(seenBy(known).headers["remote-user"]).toBe("alice");
      }
      const many = Array.from({ length: 40 }, (_, i) => ["cookie", `c${i}=1`] as const);
      expect((await ask("app", [...many, ["cookie", session]])).status).toBe(400);
    });

    test("is not reached by a request for another host behind its name", async () => {
      const [app, open] = [`app.zerohop.localhost:${stack.httpsPort}`, `public.zerohop.localhost:${stack.httpsPort}`];
      for (const head of [
        `GET https://${app}/ HTTP/1.1\r\nHost: ${open}`,
        `GET / HTTP/1.1\r\nHost: ${app}\r\nX-Forwarded-Host: ${open}`,
        `GET / HTTP/1.1\r\nHost: ${open.toUpperCase().replace("PUBLIC", "APP")}`,
      ]) {
        const answer = await stack.client.exchange(stack.url("app"), `${head}\r\nConnection: close\r\n\r\n`);
        expect(answer, head).toMatch(/^HTTP\/1\.1 (401|400|404) /);
      }
    });
  });
