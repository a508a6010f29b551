// WebSockets through Envoy and the gate.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exchangeMessage, type Handshake, WebSocketConnection } from "../../../workshop/clients/websocket-client.ts";
import { describeWith, envoy } from "../../../workshop/programs/needed.ts";
import { Stack } from "../../../workshop/proxies/stack.ts";

/** Envoy's delayed_close_timeout: the client hears of the end this much later than the backend. Milliseconds. */
const envoysDelay = 1000;

describeWith(await envoy(), "a WebSocket through Envoy", (path) => {
  let stack: Stack;
  let handshake: (headers: Handshake["headers"]) => Handshake;

  beforeAll(async () => {
    stack = await Stack.start({ envoy: path });
    const ca = readFileSync(stack.tls.authority, "utf8");
    handshake = (headers) => ({ ca, url: stack.url("app", "/socket"), headers });
  });
  afterAll(() => stack?.[Symbol.asyncDispose]());

  test("passes with a session", async () => {
    const session = handshake([["cookie", await stack.login("bob")]]);
    expect(await exchangeMessage(session, "hello ✓")).toEqual({ status: 101, echo: "hello ✓" });
  });

  test("without a session is not opened", async () => {
    expect(await exchangeMessage(handshake([]), "hello")).toEqual({ status: 401, echo: undefined });
  });

  test("with the session of a user who may not is not opened", async () => {
    const session = { ...handshake([["cookie", await stack.login("bob")]]), url: stack.url("admin", "/socket") };
    expect(await exchangeMessage(session, "hello")).toEqual({ status: 403, echo: undefined });
  });

  test("carries nothing more half a second after its session's logout; those of other sessions go on", async () => {
    const [alice, bob] = [await stack.login("alice"), await stack.login("bob")];
    const open = (cookie: string) => WebSocketConnection.open(handshake([["cookie", cookie]]));
    // So many that both workers have some.
    const ended = await Promise.all(Array.from({ length: 12 }, () => open(alice)));
    const others = await Promise.all(Array.from({ length: 12 }, () => open(bob)));
    const anonymous = await WebSocketConnection.open({ ...handshake([]), url: stack.url("public", "/socket") });
    const kept = [...others, anonymous];
    try {
      for (const socket of [...ended, ...kept]) expect(await socket.exchange("before")).toBe("before");

      await stack.client.get(stack.url("auth", "/api/logout"), { method: "POST", headers: [["cookie", alice]] });
      const allClosed = Promise.all(ended.map(({ closed }) => closed)).then(() => "closed");
      const tooLate = sleep(500 + envoysDelay, "still open");
      await sleep(500);
      const answers = await Promise.allSettled(ended.map((socket) => socket.exchange("after")));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(["rejected"]));
      expect(await Promise.race([allClosed, tooLate])).toBe("closed");
      for (const socket of kept) expect(await socket.exchange("after")).toBe("after");
    } finally {
      await Promise.all([...ended, ...kept].map((socket) => socket[Symbol.asyncDispose]()));
    }
  });
});
