import { expect, test } from "vitest";
import { type Import, importsOf, mistakesIn } from "../../scripts/check-imports.ts";

const imported = (from: string, to: string): Import => ({ from, line: 1, to });

test.each([
  ["host/kit/log.ts", "host/session/store.ts", "which is above it"],
  ["host/core/module.ts", "host/lint/lint.ts", "which stands beside it"],
  ["host/features/login/routes.ts", "host/gates/edge/routes.ts", "which is above it"],
  ["host/features/login/routes.ts", "host/features/account/routes.ts", "which is the inside of another feature"],
  ["portal/pages/login.ts", "host/http/site.ts", "and portal/ knows nothing of it"],
  ["assembly/core/decide/decide.ts", "assembly/proxy-wasm/edge/call.ts", "which is above it"],
  ["assembly/proxy-wasm/nginx/index.ts", "assembly/proxy-wasm/envoy/index.ts", "which stands beside it"],
  ["host/app/app.ts", "test/host/support/edge.ts", "and host/ knows nothing of it"],
  ["workshop/host/files.ts", "test/host/support/edge.ts", "which is above it"],
])("%s may not import %s", (from, to, mistake) => {
  expect(mistakesIn([imported(from, to)])).toEqual([`${from}:1: imports ${to}, ${mistake}`]);
});

test.each([
  ["host/session/store.ts", "host/kit/log.ts"],
  ["host/features/login/routes.ts", "host/features/second-factor/index.ts"],
  ["host/features/login/routes.ts", "host/features/elevation/elevation.ts"],
  ["host/features/login/routes.ts", "portal/pages/login.ts"],
  ["host/features/login/routes.ts", "host/features/login/api.ts"],
  ["test/host/cli/user.test.ts", "host/cli/main.ts"],
])("%s may import %s", (from, to) => {
  expect(mistakesIn([imported(from, to)])).toEqual([]);
});

test("a circle is a mistake, also within a room", () => {
  const [a, b, c] = ["host/kit/a.ts", "host/kit/b.ts", "host/kit/c.ts"] as const;
  expect(mistakesIn([imported(a, b), imported(b, c), imported(c, a), imported(c, b)])).toEqual([
    `${a}: is in a circle of imports: ${a} > ${b} > ${c} > ${a}`,
  ]);
});

test("imports are found however they are written", () => {
  const text = [
    'import type { A } from "./a.ts";',
    "import {",
    "  b,",
    '} from "../b.ts";',
    'export * from "./c.ts";',
    'import "./d.ts";',
    'const e = await import("./e.ts");',
    'import { f } from "node:fs";',
    'const g = "from ./g.ts";',
  ].join("\n");
  const found = importsOf("host/kit/x.ts", text).map(({ line, to }) => [line, to]);
  expect(found).toEqual([
    [1, "host/kit/a.ts"],
    [2, "host/b.ts"],
    [5, "host/kit/c.ts"],
    [6, "host/kit/d.ts"],
    [7, "host/kit/e.ts"],
  ]);
});
