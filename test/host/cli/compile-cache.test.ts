import { chmodSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isPrivate } from "../../../host/cli/compile-cache.ts";
import { temporaryFolder } from "../../../workshop/host/files.ts";
import { zerohop } from "../../../workshop/host/program.ts";

/** A folder in two others. */
function folders() {
  const outer = temporaryFolder();
  const folder = join(outer, "cache", "zerohop");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return { outer, parent: join(outer, "cache"), folder };
}

test("compiled code is kept where nobody else can put any", () => {
  const { outer, parent, folder } = folders();
  chmodSync(outer, 0o755);
  expect(isPrivate(folder)).toBe(true);
  for (const open of [0o770, 0o707]) {
    chmodSync(folder, open);
    expect(isPrivate(folder)).toBe(false);
  }
  chmodSync(folder, 0o700);
  for (const place of [parent, outer]) {
    // As /tmp is.
    chmodSync(place, 0o1777);
    expect(isPrivate(folder)).toBe(false);
    chmodSync(place, 0o755);
  }
  expect(isPrivate(folder)).toBe(true);
  symlinkSync(folder, join(parent, "link"));
  expect(isPrivate(join(parent, "link"))).toBe(false);
});

test("a command keeps what it compiled where the environment says", async () => {
  const folder = join(temporaryFolder(), "compiled");
  expect((await zerohop(["--help"], { environment: { NODE_COMPILE_CACHE: folder } })).code).toBe(0);
  expect(readdirSync(folder)).toHaveLength(1);
});
