// Files for the host's tests: a folder of its own for each test, a config and users whose hashes are cheap to verify.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { demoPeople, usersFile } from "./users.ts";

export { cheapParameters } from "./users.ts";

export const encryptionKey = "only for the tests of zerohop";

/** A folder that goes with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "zerohop-host-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const configText = `
server:
  address: 127.0.0.1:0
  trusted_proxies: [127.0.0.1]
storage:
  encryption_key: ${encryptionKey}
  local:
    path: db.sqlite3
session:
  cookies:
    - domain: example.com
      portal_url: https://auth.example.com
authentication_backend:
  file:
    path: users.yml
access_control:
  default_policy: deny
  rules:
    - domain: public.example.com
      policy: bypass
    - domain: app.example.com
      policy: one_factor
    - domain: admin.example.com
      policy: two_factor
      subject: group:admins
    - domain: dev.example.com
      policy: one_factor
      subject: group:dev
`;

/** alice (groups admins and dev), bob (no group) and carol (disabled), all with the password "demo". */
export function usersText(): Promise<string> {
  const { alice } = demoPeople;
  return usersFile({ alice, bob: { displayname: "Bob" }, carol: { disabled: true } });
}

/** Writes a config and its users file into a folder; returns the config's path. */
export async function writeConfig(folder: string, text = configText, users?: string): Promise<string> {
  writeFileSync(join(folder, "users.yml"), users ?? (await usersText()));
  const file = join(folder, "config.yml");
  writeFileSync(file, text);
  return file;
}
