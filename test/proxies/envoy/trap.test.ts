// A worker that traps. The shipped gate is not known to, so this is a build of it that does when it is told to.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { HeaderLines } from "../../../workshop/clients/https-client.ts";
import { describeWith, envoy } from "../../../workshop/programs/needed.ts";
import { Stack } from "../../../workshop/proxies/stack.ts";

const root = join(import.meta.dirname, "..", "..", "..");

describeWith(await envoy(), "a worker of Envoy whose gate traps", (path) => {
  const folder = mkdtempSync(join(tmpdir(), "zerohop-trap-"));
  const gate = join(folder, "gate.wasm");
  let stack: Stack;

  beforeAll(() => {
    execFileSync(
      join(root, "node_modules", ".bin", "asc"),
      [
        join("test", "assembly", "proxy-wasm", "trapping-gate.ts"),
        ...["--target", "gate", "--outFile", gate],
        ...["--transform", join(root, "scripts", "text-literals.js")],
      ],
      { cwd: root },
    );
  }, 120_000);
  afterEach(() => stack?.[Symbol.asyncDispose]());
  afterAll(() => rmSync(folder, { recursive: true }));

  const statusOf = async (name: string, ...headers: HeaderLines): Promise<number> =>
    (await stack.client.get(stack.url(name), { headers: [["accept", "text/html"], ...headers] })).status;

  test("answers 503 to that request, and to the next with a fresh gate that has the bundle at once", async () => {
    stack = await Stack.start({ envoy: path, gate });
    const alice: HeaderLines[number] = ["cookie", await stack.login("alice")];
    expect(await statusOf("app", alice)).toBe(200);

    // Each is a connection of its own, so with 16 each worker has trapped.
    const trapped = await Promise.all(Array.from({ length: 16 }, () => statusOf("public", ["x-trap", "now"])));
    expect(new Set(trapped)).toEqual(new Set([503]));
    // Envoy loads a gate anew once a second at most.
    await expect
      .poll(() => Promise.all(Array.from({ length: 16 }, () => statusOf("app", alice))))
      .toEqual(new Array(16).fill(200));
    expect(await statusOf("app")).toBe(302);
  });

  test("still hears of a logout, whichever worker it was that polled", async () => {
    stack = await Stack.start({ envoy: path, gate });
    const alice: HeaderLines[number] = ["cookie", await stack.login("alice")];
    await Promise.all(Array.from({ length: 16 }, () => statusOf("public", ["x-trap", "now"])));
    await expect
      .poll(() => Promise.all(Array.from({ length: 16 }, () => statusOf("app", alice))))
      .toEqual(new Array(16).fill(200));
    await stack.client.get(stack.url("auth", "/api/logout"), { method: "POST", headers: [alice] });
    await expect
      .poll(() => Promise.all(Array.from({ length: 16 }, () => statusOf("app", alice))), { timeout: 10_000 })
      .toEqual(new Array(16).fill(302));
  });
});
