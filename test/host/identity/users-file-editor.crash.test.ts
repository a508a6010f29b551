import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readUsers } from "../../../host/identity/users-file.ts";
import { temporaryFolder } from "../../../workshop/host/files.ts";
import { demoPeople, usersFile } from "../../../workshop/host/users.ts";

test("an edit of a users file leaves a whole file, the old or the new one, when it is killed", async () => {
  const file = join(temporaryFolder(), "users.yml");
  writeFileSync(file, await usersFile(demoPeople));
  const script = `
    const { editUsersFile } = await import(${JSON.stringify(join(import.meta.dirname, "../../../host/identity/users-file-editor.ts"))});
    console.log("ready");
    for (let n = 0; ; n++) await editUsersFile(${JSON.stringify(file)}, (users) => (users.set("alice", "displayname", "x".repeat(n % 5000)), true), () => {});
  `;
  for (let round = 0; round < 6; round++) {
    const child = spawn(process.execPath, [
      "--disable-warning=ExperimentalWarning",
      "--input-type=module",
      "-e",
      script,
    ]);
    await once(child.stdout, "data");
    await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 30));
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
    expect(readUsers(file).map(({ user }) => user.name)).toEqual(["alice", "bob"]);
    // What a killed writer holds is waited for; here we know that nobody does.
    rmSync(`${file}.lock`, { force: true });
  }
});
