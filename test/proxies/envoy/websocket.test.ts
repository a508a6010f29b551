// WebSockets through Envoy and the gate.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWith, envoy } from "../../support/programs.ts";
import { Stack } from "../../support/stack.ts";
import { exchangeMessage, type Handshake } from "../../support/websocket-client.ts";

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
});
