// A logout reaches every worker of every proxy.
import { afterEach, expect, test } from "vitest";
import type { HeaderLines } from "../../../workshop/clients/https-client.ts";
import { describeWith, envoy } from "../../../workshop/programs/needed.ts";
import { Stack } from "../../../workshop/proxies/stack.ts";

/** Each request is a connection of its own: of so many, each of two workers gets some but for one case in half a million. */
const connections = 20;

describeWith(await envoy(), "Envoy", (path) => {
  let stack: Stack;
  afterEach(() => stack?.[Symbol.asyncDispose]());

  test("refuses a session on every worker, and so does a second Envoy, at most a second after its logout", async () => {
    stack = await Stack.start({ envoy: path });
    const ports = [stack.httpsPort, await stack.startSecondProxy()];
    const [alice, bob] = [await stack.login("alice"), await stack.login("bob")];
    const statuses = async (cookie: string): Promise<readonly number[]> => {
      const headers: HeaderLines = [
        ["accept", "text/html"],
        ["cookie", cookie],
      ];
      const asked = ports.flatMap((port) =>
        Array.from({ length: connections }, () => stack.client.get(stack.url("app", "/", port), { headers })),
      );
      return [...new Set((await Promise.all(asked)).map(({ status }) => status))];
    };
    // The second worker of the new Envoy may take the bundle a moment after the first.
    await expect.poll(() => statuses(alice)).toEqual([200]);

    await stack.client.get(stack.url("auth", "/api/logout"), { method: "POST", headers: [["cookie", alice]] });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(await statuses(alice)).toEqual([302]);
    expect(await statuses(bob)).toEqual([200]);
  });
});
