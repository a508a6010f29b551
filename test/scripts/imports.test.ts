import { expect, test } from "vitest";
import { type Import, importsOf, mistakesIn, strays } from "../../scripts/check-imports.ts";

const imported = (from: string, to: string): Import => ({ from, line: 1, to });

test.each([
  ["host/kit/log.ts", "host/session/store.ts", "which is above it"],
  ["host/core/module.ts", "host/lint/lint.ts", "which stands beside it"],
  ["host/features/login/routes.ts", "host/gates/edge/routes.ts", "which is above it"],
  ["host/features/login/routes.ts", "host/features/account/routes.ts", "which is the inside of another feature"],
  [
    "host/features/second-factor/totp/routes.ts",
    "host/features/second-factor/passkeys/store.ts",
    "which is the inside of another feature",
  ],
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
  ["host/features/second-factor/totp/routes.ts", "host/features/second-factor/factor.ts"],
  ["host/features/second-factor/totp/routes.ts", "host/features/second-factor/pages/notice.ts"],
  ["host/features/second-factor/factors.ts", "host/features/second-factor/totp/index.ts"],
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

test("a file that is in no room is a mistake, for nothing would check its imports", () => {
  const rooms = ["host/kit/log.ts", "assembly/core/request.ts", "test/host/cli/user.test.ts", "vitest.config.ts"];
  expect(strays(rooms)).toEqual([]);
  for (const file of ["host/new-room/a.ts", "host/a.ts", "assembly/glue.ts", "tools/b.js"])
    expect(strays([...rooms, file])).toEqual([expect.stringContaining(`${file}: is in none of the rooms`)]);
});

test.each([
  'import type { A } from "../b.ts";',
  'import { type A } from "../b.ts";',
  "import {\n  // Of \"a\"; and of b.\n  a,\n} from '../b.ts';",
  'export { a } from "../b.ts";',
  'export * as b from "../b.ts";',
  'export type { A } from "../b.ts";',
  'import "../b.ts";',
  "const one = 1; import '../b.ts';",
  'import data from "../b.ts" with { type: "json" };',
  'const b = await import("../b.ts");',
  "const b = await import(`../b.ts`);",
  'const b = await import(/* later */ "../b.ts");',
  'let a: import("../b.ts").A;',
  'const b = require("../b.ts");',
])("an import is found as it is written in %j", (text) => {
  expect(importsOf("host/kit/x.ts", text)).toEqual([
    { from: "host/kit/x.ts", line: expect.any(Number), to: "host/b.ts" },
  ]);
});

test("a thread's file is imported by whoever starts it, and may import in turn what that one exports", () => {
  const [starter, thread] = ["host/kit/hash.ts", "host/kit/hash-thread.ts"] as const;
  const starts = importsOf(starter, 'new Worker(new URL("./hash-thread.ts", import.meta.url));');
  expect(starts).toEqual([{ from: starter, line: 1, to: thread, startsThread: true }]);
  expect(mistakesIn([...starts, imported(thread, starter)])).toEqual([]);
  expect(mistakesIn(importsOf(starter, 'new Worker(new URL("../session/keys.ts", import.meta.url));'))).toHaveLength(1);
});

test("an import is told by its line, and what is no relative path of an import is none", () => {
  const text = [
    'import { f } from "node:fs";',
    'const g = "from ./g.ts";',
    'const h = ["./h.ts"];',
    'import "./i.ts";',
  ];
  expect(importsOf("host/kit/x.ts", text.join("\n"))).toEqual([
    { from: "host/kit/x.ts", line: 4, to: "host/kit/i.ts" },
  ]);
});
