// Event streams through Envoy and the gate.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EventStream } from "../../../workshop/clients/event-stream.ts";
import type { HeaderLines } from "../../../workshop/clients/https-client.ts";
import { describeWith, envoy } from "../../../workshop/programs/needed.ts";
import { Stack } from "../../../workshop/proxies/stack.ts";

const eventSource: HeaderLines = [["accept", "text/event-stream"]];
const fetched: HeaderLines = [["accept", "*/*"]];

describeWith(await envoy(), "an event stream through Envoy", (path) => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await Stack.start({ envoy: path });
  });
  afterAll(() => stack?.[Symbol.asyncDispose]());

  test.each(["1.1", "2"] as const)(
    "over HTTP/%s ends within a second of its session's logout; those of other sessions, and downloads, go on",
    async (http) => {
      const [alice, bob] = [await stack.login("alice"), await stack.login("bob")];
      const open = (host: string, path: string, headers: HeaderLines, cookie?: string) =>
        EventStream.open({
          ...{ http, ca: stack.ca, url: stack.url(host, path) },
          headers: cookie === undefined ? headers : [...headers, ["cookie", cookie]],
        });
      // So many that both workers have some.
      const several = (cookie: string, headers: HeaderLines) =>
        Array.from({ length: 6 }, () => open("app", "/events", headers, cookie));
      const ended = await Promise.all([...several(alice, eventSource), ...several(alice, fetched)]);
      const kept = await Promise.all([
        ...several(bob, eventSource),
        ...several(bob, fetched),
        open("app", "/events?type=application/octet-stream", fetched, alice),
        open("public", "/events", eventSource),
      ]);
      try {
        for (const stream of [...ended, ...kept]) expect(await stream.next()).toContain("data: ");
        await stack.client.get(stack.url("auth", "/api/logout"), { method: "POST", headers: [["cookie", alice]] });
        const closed = Promise.all(ended.map((stream) => stream.closed)).then(() => "closed");
        expect(await Promise.race([closed, sleep(1000, "still open")])).toBe("closed");
        for (const stream of kept) {
          await stream.next();
          expect(await stream.next()).toContain("data: more");
        }
      } finally {
        await Promise.all([...ended, ...kept].map((stream) => stream[Symbol.asyncDispose]()));
      }
    },
  );
});
