// The host as HAProxy's agent: the same decisions as forward-auth's, whatever pieces questions come in, and nothing for whoever may not ask.
import * as fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { text as body, frame, hello, integer, question, SpopClient } from "../../../../workshop/clients/spop-client.ts";
import { configText } from "../../../../workshop/host/files.ts";
import { logIn, startHost, type TestHost } from "../../../../workshop/host/in-process.ts";

async function startAgent(config = configText): Promise<{ readonly host: TestHost; readonly port: number }> {
  const host = await startHost({ text: config.replace("server:\n", "server:\n  spoe_address: 127.0.0.1:0\n") });
  const line = host.log.find(({ msg }) => msg === "HAProxy can ask over SPOP");
  return { host, port: Number(String(line?.address).split(":").at(-1)) };
}

/** The session's cookie without the browser's own beside it. */
const session = async (host: TestHost) =>
  (await logIn(host)).split("; ").find((cookie) => cookie.startsWith("zerohop_session="))!;

function open(port: number): SpopClient {
  const client = new SpopClient(port);
  onTestFinished(() => client[Symbol.asyncDispose]());
  return client;
}

const app = ["host", "app.example.com"] as const;

describe("an agent", () => {
  test("answers with a decision's status, headers and body as variables", async () => {
    const { host, port } = await startAgent();
    const cookie = await session(host);
    const client = open(port);
    client.send(hello(16380));
    client.send(
      question(1, { headers: [app, ["cookie", `a=1; ${cookie}; b=2`], ["accept", "text/html"]] }),
      question(2, { headers: [app, ["accept", "text/html"]], target: "/x?y=1" }),
      question(3, { headers: [app, ["accept", "application/json"]], method: "POST" }),
      question(4, {
        headers: [
          ["host", "public.example.com"],
          ["authorization", "Bearer theirs"],
        ],
      }),
      question(5, { headers: [app, ["authorization", "Basic YTph"], ["authorization", "Basic YTpi"]] }),
      question(6, { headers: [["host", "public.example.com"]], target: "/a%2f..%2fb" }),
      question(7, { headers: [["host", "elsewhere.example.org"]] }),
      question(8, { headers: [app, ["cookie", `a=1`], ["cookie", cookie]] }),
      question(9, { headers: [app, ["cookie", cookie]] }),
    );
    await expect.poll(() => client.answers.size, { timeout: 20_000 }).toBe(9);
    const answer = (number: number) => client.answers.get(number)!;
    expect(answer(1)).toMatchObject({ status: "200", remote_user: "alice", cookie: "a=1; b=2" });
    expect(answer(1)).not.toHaveProperty("body");
    expect(answer(2)).toMatchObject({
      status: "302",
      location: `https://auth.example.com/?rd=${encodeURIComponent("https://app.example.com/x?y=1")}&rm=GET`,
      cache_control: "no-store",
    });
    expect(answer(3)).toMatchObject({ status: "401", location: expect.stringContaining("rm=POST") });
    expect(answer(4)).toEqual({ status: "200", authorization: "Bearer theirs" });
    expect(answer(5)).toMatchObject({ status: "400" });
    expect(answer(6)).toMatchObject({ status: "400", body: expect.stringContaining("400") });
    expect(answer(7).status).toBe("400");
    expect(answer(8)).toMatchObject({ status: "200", cookie: "a=1" });
    expect(answer(9)).toMatchObject({ status: "200", cookie: "" });
  });

  test("takes questions byte by byte, and many at once", async () => {
    const { host, port } = await startAgent();
    const cookie = await session(host);
    const client = open(port);
    for (const byte of Buffer.concat([hello(16380), question(900, { headers: [app, ["cookie", cookie]] })]))
      client.send(Buffer.from([byte]));
    await expect.poll(() => client.answers.get(900), { timeout: 20_000 }).toMatchObject({ remote_user: "alice" });
    client.send(...Array.from({ length: 500 }, (_, i) => question(i + 1, { headers: [app, ["cookie", cookie]] })));
    await expect.poll(() => client.answers.size, { timeout: 20_000 }).toBe(501);
    for (const answer of client.answers.values()) expect(answer.remote_user).toBe("alice");
  });

  test("answers nothing, and so lets nobody in, where the answer is longer than HAProxy takes", async () => {
    const { host, port } = await startAgent();
    const client = open(port);
    client.send(hello(300), question(1, { headers: [app, ["accept", "text/html"]], target: "/a%2f..%2fb" }));
    await expect.poll(() => client.answers.get(1), { timeout: 20_000 }).toEqual({});
    expect(host.log.map(({ msg }) => msg)).toContainEqual(expect.stringContaining("raise tune.bufsize"));
  });

  test("answers no peer that is not trusted", async () => {
    const { host, port } = await startAgent(configText.replace(/trusted_proxies: .*/, "trusted_proxies: [192.0.2.1]"));
    const client = open(port);
    client.send(hello(16380), question(1, { headers: [app] }));
    await client.closed;
    expect(client.types).toEqual([]);
    expect(host.log.map(({ msg }) => msg)).toContainEqual(expect.stringContaining("not in server.trusted_proxies"));
  });

  test("ends a connection that speaks something else, and answers the others", async () => {
    const { port } = await startAgent();
    const others = open(port);
    others.send(hello(16380));
    const wrong: readonly (readonly Buffer[])[] = [
      [Buffer.from("GET / HTTP/1.1\r\nHost: auth.example.com\r\n\r\n")],
      [question(1, { headers: [app] })],
      [hello(100)],
      [hello(16380), frame(3, 1, 1, Buffer.concat([body("zerohop-check"), Buffer.from([1]), body("method")]))],
      [hello(16380), frame(3, 1, 1, Buffer.concat([body("zerohop-check"), Buffer.from([0])]))],
      [hello(16380), frame(77, 1, 1, Buffer.alloc(0))],
      [hello(16380), frame(3, 1, 1, integer(2 ** 30))],
      [hello(16380), Buffer.from([0xff, 0xff, 0xff, 0xff])],
    ];
    for (const bytes of wrong) {
      const client = open(port);
      client.send(...bytes);
      await client.closed;
      expect(client.answers.size).toBe(0);
    }
    others.send(question(1, { headers: [["host", "public.example.com"]] }));
    await expect.poll(() => others.answers.get(1), { timeout: 20_000 }).toEqual({ status: "200" });
  });

  test("outlives whatever comes behind a length", async () => {
    const { port } = await startAgent();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 80 }), fc.boolean(), async (bytes, asMessage) => {
        const client = new SpopClient(port);
        const payload = Buffer.from(bytes);
        client.send(
          hello(16380),
          asMessage
            ? frame(3, 1, 1, Buffer.concat([body("zerohop-check"), payload]))
            : frame(payload[0]!, 1, 1, payload.subarray(1)),
        );
        client.send(Buffer.from([0xff, 0xff, 0xff, 0xff]));
        await client.closed;
        expect(client.answers.get(1)?.status).not.toBe("200");
      }),
      { numRuns: 150 },
    );
    const client = open(port);
    client.send(hello(16380), question(1, { headers: [["host", "public.example.com"]] }));
    await expect.poll(() => client.answers.get(1), { timeout: 20_000 }).toEqual({ status: "200" });
  });

  test("says goodbye when the host stops", async () => {
    const { host, port } = await startAgent();
    const client = open(port);
    client.send(hello(16380));
    await expect.poll(() => client.types, { timeout: 20_000 }).toEqual([101]);
    await host.stop();
    await client.closed;
    expect(client.types).toEqual([101, 102]);
  });
});

test("a port that is taken keeps the host from starting", async () => {
  const { port } = await startAgent();
  const text = configText.replace("server:\n", `server:\n  spoe_address: 127.0.0.1:${port}\n`);
  await expect(startHost({ text })).rejects.toThrow(/cannot listen on 127.0.0.1:\d+: the port is taken/);
});
