import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test, vi } from "vitest";
import { KeyEncryption } from "../../../host/kit/encryption/key-encryption.ts";
import { zerohopInProcess } from "../../../workshop/host/command-in-process.ts";
import { configText, encryptionKey } from "../../../workshop/host/files.ts";
import { ask, cookieOf, logIn, startHost } from "../../../workshop/host/in-process.ts";
import { zerohop } from "../../../workshop/host/program.ts";
import { serve } from "../../../workshop/host/serve.ts";
import { fromOutside } from "../support/edge.ts";
import { setUpApp } from "../support/second-factor.ts";

const newKey = "another key of more than twenty characters";
const variable = "ZEROHOP_NEW_STORAGE_ENCRYPTION_KEY";
const now = () => Math.floor(Date.now() / 1000);

function at(file: string, ...args: string[]) {
  return (environment: Readonly<Record<string, string>> = {}) =>
    zerohopInProcess(["storage", "encryption", ...args, "--config", file], { environment });
}

/** As if the host had been stopped an hour ago: the command does not wait to see whether it is up. */
function stoppedLongAgo(folder: string): void {
  const database = new DatabaseSync(join(folder, "db.sqlite3"));
  database.exec("UPDATE heartbeat SET at = at - 3600");
  database.close();
}

test("a database whose key is changed keeps sessions, factors and bans, for the new key alone", async () => {
  const text = configText.replace("access_control:", "regulation: { max_retries: 1 }\naccess_control:");
  const host = await startHost({ text });
  const { app, cookie } = await setUpApp(host, await logIn(host), now());
  await host.postJson("/api/firstfactor", { username: "bob", password: "wrong" });
  expect((await host.postJson("/api/firstfactor", { username: "bob", password: "demo" })).status).toBe(429);
  await host.stop();
  stoppedLongAgo(host.folder);
  const check = at(host.file, "check");
  const change = at(host.file, "change-key");
  expect(await check()).toMatchObject({ code: 0, stderr: "" });
  expect((await check()).stdout).toMatch(/^ENCRYPTED +VALUES\nsigning_keys.private_key +2\ntotp.secret +1\n/);

  const file = join(host.folder, "new-key");
  writeFileSync(file, `${newKey}\n`);
  const changed = await at(host.file, "change-key", "--new-key-file", file)();
  expect(changed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^encrypted anew: \d+\n$/) });
  for (const text of [changed.stdout, changed.stderr]) expect(text).not.toContain(newKey);

  expect(await check()).toMatchObject({ code: 1, stderr: expect.stringContaining("is not the key that the database") });
  expect((await change({ [variable]: newKey })).stderr).toContain("encrypted with the new key already");
  const audit = await zerohopInProcess(["audit", "--config", host.file, "--action", "encryption key change", "--json"]);
  expect(JSON.parse(audit.stdout)).toMatchObject({ action: "encryption key change", by: "operator" });

  await expect(startHost({ folder: host.folder, text })).rejects.toMatchObject({ code: "encryption_key" });
  const again = await startHost({ folder: host.folder, text: text.replace(encryptionKey, newKey) });
  expect((await again.get("/api/user/info", { cookie })).body).toContain('"has_totp":true');
  expect((await again.postJson("/api/firstfactor", { username: "bob", password: "demo" })).status).toBe(429);
  const fresh = await logIn(again);
  const raised = await again.postJson("/api/secondfactor/totp", { token: app.code(now() + 30) }, { cookie: fresh });
  expect(raised.status).toBe(200);
}, 120_000);

test("a new key comes from one place that others cannot read, and is a good one", async () => {
  const host = await startHost();
  await host.stop();
  stoppedLongAgo(host.folder);
  const change = at(host.file, "change-key");
  expect((await at(host.file, "change-key", newKey)()).code).toBe(2);
  expect((await at(host.file, "change-key", "--new-key", newKey)()).code).toBe(2);
  expect((await change()).stderr).toContain("there is no terminal to ask for the new key on");
  expect((await change({ [variable]: "short" })).stderr).toContain("the new key must be at least 20 characters long");
  const template = await change({ [variable]: `{{ secret "/run/secrets/new_key" }}` });
  expect(template.stderr).toContain("the new key is a template ({{ … }}), and Zerohop fills none in");
  expect((await change({ [variable]: encryptionKey })).stderr).toContain("the new key is the one in the config");
  const missing = join(host.folder, "missing");
  expect((await change({ [`${variable}_FILE`]: missing })).stderr).toContain("there is no such file");
  const twice = await change({ [variable]: newKey, [`${variable}_FILE`]: missing });
  expect(twice.stderr).toContain("is given twice");
  for (const { code } of [twice, await change({ [variable]: "short" })]) expect(code).toBe(2);
  expect((await change({ [variable]: newKey })).code).toBe(0);
}, 120_000);

test("a running host keeps its key from being changed, and stops where it is changed all the same", async () => {
  const host = await startHost();
  await host.stop();
  const served = await serve(host.file);
  const words = ["storage", "encryption", "change-key", "--config", host.file];
  const refused = await zerohop(words, { environment: { [variable]: newKey } });
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("a host is using the database") });
  const credentials = { method: "POST", headers: { "content-type": "application/json" } } as const;
  const body = JSON.stringify({ username: "alice", password: "demo" });
  const cookie = cookieOf(await ask(`${served.url}/api/firstfactor`, { ...credentials, body }));

  await fromOutside(host, async (store) => (await KeyEncryption.open(store.encryption, encryptionKey)).change(newKey));
  await vi.waitFor(() => expect(served.log.join("\n")).toContain("was changed while this host was running"), 20_000);
  expect(await served.ended).toEqual([1, null]);

  writeFileSync(host.file, configText.replace(encryptionKey, newKey));
  const again = await serve(host.file);
  expect((await ask(`${again.url}/api/state`, { headers: { cookie } })).body).toContain('"username":"alice"');
}, 60_000);
