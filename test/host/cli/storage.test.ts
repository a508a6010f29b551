import { copyFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { logIn, startHost } from "../../../workshop/host/in-process.ts";
import { zerohop } from "../../../workshop/host/program.ts";
import { fetchBundle, mint, renew } from "../support/edge.ts";
import { setUpApp } from "../support/second-factor.ts";

const now = () => Math.floor(Date.now() / 1000);

test("a backup of a running host is restored: factors are there, ended sessions stay ended, gates take its bundles", async () => {
  const host = await startHost();
  const token = await mint(host);
  const { cookie } = await setUpApp(host, await logIn(host), now());
  const copy = join(host.folder, "copy.sqlite3");
  const run = (...args: string[]) => zerohop(["storage", ...args, "--config", host.file]);
  expect(await run("backup", copy)).toEqual({ code: 0, stdout: `${copy}\n`, stderr: "" });
  expect(statSync(copy).mode & 0o777).toBe(0o600);
  expect((await run("backup", copy)).stderr).toMatch(/exists already/);

  await host.postJson("/api/logout", {}, { cookie });
  const { payload: before } = await fetchBundle(host, token);
  await host.stop();

  for (const suffix of ["-wal", "-shm"]) rmSync(join(host.folder, `db.sqlite3${suffix}`), { force: true });
  copyFileSync(copy, join(host.folder, "db.sqlite3"));
  expect((await run("restored")).stdout).toMatch(/\nended: 1\n$/);

  const again = await startHost({ folder: host.folder });
  expect((await renew(again, token, cookie)).status).toBe(410);
  const { payload } = await fetchBundle(again, token);
  expect(payload.version).toBeGreaterThan(Number(before.version));
  const info = await again.get("/api/user/info", { cookie: await logIn(again) });
  expect(JSON.parse(info.body).data).toMatchObject({ has_totp: true });
});
