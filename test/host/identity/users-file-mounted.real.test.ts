// A users file that is mounted singly, as containers do: its name cannot be given to another file.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hashArgon2 } from "../../../host/identity/passwords/argon2.ts";
import { cheapParameters, configText, temporaryFolder, writeConfig } from "../../../workshop/host/files.ts";

const hash = JSON.stringify(await hashArgon2("demo", cheapParameters));
const people = Array.from({ length: 200 }, (_, index) => `  user${index}: { password: ${hash} } # ${index}\n`).join("");
const text = `users:\n  alice: { password: ${hash}, displayname: "Alice" } # since 2019\n${people}`;
const withName = (name: string) => text.replace("Alice", name);
const long = "A".repeat(250);

const canMount = spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "none", "/tmp"]).status === 0;

/** A file outside, and its place inside of a folder of the container. */
function mounted(content = text) {
  const folder = temporaryFolder();
  const [outside, inside] = [join(folder, "outside.yml"), join(folder, "inside")];
  mkdirSync(inside);
  writeFileSync(outside, content);
  writeFileSync(join(inside, "users.yml"), "");
  return { folder, outside, inside, file: join(inside, "users.yml") };
}

type Mounted = ReturnType<typeof mounted>;

const modules = [
  "identity/users-file-editor.ts",
  "identity/users-file.ts",
  "app/reload/followed-users.ts",
  "kit/log.ts",
].map((file) => JSON.stringify(join(import.meta.dirname, "../../../host", file)));

/** Runs a script where the file is mounted, after `prepare` for the shell; `write` may stand in the place of writeSync. */
function runMounted({ outside, file }: Mounted, script: string, { prepare = ":", write = "" } = {}) {
  const whole = `
    import fs from "node:fs";
    import { syncBuiltinESMExports } from "node:module";
    const [file, outside] = ${JSON.stringify([file, outside])};
    ${write}
    syncBuiltinESMExports();
    const { editUsersFile, finishUsersFile, obstacleToChanges } = await import(${modules[0]});
    const { checkUsersText, readUsers, UsersFile } = await import(${modules[1]});
    const { FollowedUsers } = await import(${modules[2]});
    const { createLog } = await import(${modules[3]});
    const rename = (name) => editUsersFile(
      file, (users) => (users.set("alice", "displayname", name), true), (edited) => checkUsersText(file, edited));
    const print = (value) => console.log(JSON.stringify(value));
    ${script}`;
  const shell = `${prepare}; mount --bind "$1" "$2" && shift 2 && exec "$@"`;
  const node = [process.execPath, "--disable-warning=ExperimentalWarning", "--input-type=module", "-e", whole];
  const { stdout, stderr, signal, status } = spawnSync(
    "unshare",
    ["-m", "sh", "-c", shell, "sh", outside, file, ...node],
    {
      encoding: "utf8",
    },
  );
  if (status !== 0 && signal === null) throw new Error(stderr);
  return { signal, printed: stdout === "" ? undefined : (JSON.parse(stdout) as unknown) };
}

const aliceRead = `print(readUsers(file).map(({ user }) => user.name === "alice" ? user.displayName : "").join(""))`;
const remnants = ({ inside }: Mounted) => readdirSync(inside).filter((name) => name !== "users.yml");

/** Is killed after so many bytes of the new text, and on the way to cutting the file where it writes all of them. */
const killedAfter = (bytes: number) => `
  const { writeSync } = fs;
  const kill = () => process.kill(process.pid, "SIGKILL");
  fs.writeSync = (descriptor, buffer, at, length, position) => {
    // The copy is written without a position.
    if (typeof position !== "number") return writeSync(descriptor, buffer, at, length, position);
    const written = writeSync(descriptor, buffer, at, Math.min(length, ${bytes}), position);
    if (length > ${bytes}) kill();
    return written;
  };
  fs.ftruncateSync = kill;`;

const name = `a users file that is mounted singly${canMount ? "" : " (this process may not mount)"}`;

describe.skipIf(!canMount)(name, () => {
  test.each(["B", long, "Carol"])("is changed in place, in a file of the same mode: %.5s", (name) => {
    const place = mounted();
    chmodSync(place.outside, 0o640);
    const { ino } = statSync(place.outside);
    const { printed } = runMounted(
      place,
      `print(await obstacleToChanges(file) ?? null); await rename(${JSON.stringify(name)})`,
    );
    expect(printed).toBe(null);
    expect(readFileSync(place.outside, "utf8")).toBe(withName(name));
    expect([statSync(place.outside).ino, statSync(place.outside).mode & 0o777]).toEqual([ino, 0o640]);
    expect(remnants(place)).toEqual([]);
  });

  test("takes a new password of its user", () => {
    const place = mounted();
    const script = `
      const users = UsersFile.read(file);
      const changed = await users.changePassword("alice", "another");
      const after = UsersFile.read(file);
      print([await users.canChangePasswords(), changed.outcome, (await after.verify("alice", "another")).outcome]);`;
    expect(runMounted(place, script).printed).toEqual([true, "changed", "verified"]);
  });

  test.each([
    ["nothing", long, 0],
    ["a part of a longer text", long, 9_000],
    ["a part of a shorter text", "B", 9_001],
    ["all but the cut", "B", 1_000_000],
  ])("is whole for whoever reads it after a kill -9 in the middle of the change: %s was written", (_, name, bytes) => {
    const place = mounted();
    const killed = runMounted(place, `await rename(${JSON.stringify(name)})`, { write: killedAfter(bytes) });
    expect(killed.signal).toBe("SIGKILL");
    rmSync(`${place.file}.lock`);
    const left = readFileSync(place.outside, "utf8");
    const outcome = bytes === 0 ? text : withName(name);
    expect(left === outcome).toBe(bytes === 0);
    expect(statSync(join(place.inside, ".users.yml.change")).mode & 0o777).toBe(statSync(place.outside).mode & 0o777);
    expect(runMounted(place, aliceRead).printed).toBe(bytes === 0 ? "Alice" : name);
    expect(readFileSync(place.outside, "utf8")).toBe(left);
    // As the host does soon after its start.
    const log = "createLog('info', { write: () => {} })";
    runMounted(place, `await new FollowedUsers(UsersFile.read(file), { log: ${log} }).reload()`);
    expect(readFileSync(place.outside, "utf8")).toBe(outcome);
    expect(remnants(place)).toEqual([]);
  });

  test("is changed again after a change was cut off", () => {
    const place = mounted();
    runMounted(place, `await rename(${JSON.stringify(long)})`, { write: killedAfter(9_000) });
    rmSync(`${place.file}.lock`);
    runMounted(place, `await rename("Carol")`);
    expect(readFileSync(place.outside, "utf8")).toBe(withName("Carol"));
    expect(remnants(place)).toEqual([]);
  });

  test("keeps what somebody wrote after a change was cut off", () => {
    const place = mounted();
    runMounted(place, `await rename(${JSON.stringify(long)})`, { write: killedAfter(9_000) });
    rmSync(`${place.file}.lock`);
    writeFileSync(place.outside, withName("Dora"));
    expect(runMounted(place, `${aliceRead}; await finishUsersFile(file)`).printed).toBe("Dora");
    expect(readFileSync(place.outside, "utf8")).toBe(withName("Dora"));
    expect(remnants(place)).toEqual([]);
  });

  test("gets no text from a copy that others may have written", () => {
    const place = mounted();
    runMounted(place, `await rename(${JSON.stringify(long)})`, { write: killedAfter(9_000) });
    rmSync(`${place.file}.lock`);
    chmodSync(join(place.inside, ".users.yml.change"), 0o666);
    const left = readFileSync(place.outside, "utf8");
    runMounted(place, "await finishUsersFile(file)");
    expect(readFileSync(place.outside, "utf8")).toBe(left);
  });

  test("keeps its old text where there is no room for the new one", () => {
    const place = mounted();
    const disk = join(place.folder, "disk");
    mkdirSync(disk);
    const onDisk = { ...place, outside: join(disk, "outside.yml") };
    const prepare = `mount -t tmpfs -o size=48k none ${disk}; cp ${place.outside} ${onDisk.outside}`;
    const script = `
      const tooLong = "A".repeat(60_000);
      const error = await editUsersFile(file, (users) => (users.set("alice", "displayname", tooLong), true), () => {})
        .catch(({ message }) => message);
      print([error.slice(-6), fs.readFileSync(outside, "utf8")]);`;
    expect(runMounted(onDisk, script, { prepare }).printed).toEqual(["ENOSPC", text]);
    expect(remnants(place)).toEqual([]);
  });

  test("is not changed where another file has its name outside, or its folder cannot be written", () => {
    const place = mounted();
    const replace = `
      fs.renameSync(outside, outside + ".old"); fs.rmSync(outside + ".old");
      print([await obstacleToChanges(file), await UsersFile.read(file).canChangePasswords(), await rename("B").catch(({ message }) => message)]);`;
    const { printed } = runMounted(place, replace);
    const message = expect.stringMatching(/replaced outside .* mount its folder/);
    expect(printed).toEqual([message, false, message]);
    expect(remnants(place)).toEqual([]);

    const fixed = mounted();
    const prepare = `mount --bind ${fixed.inside} ${fixed.inside}; mount -o remount,bind,ro ${fixed.inside}`;
    expect(runMounted(fixed, "print(await obstacleToChanges(file))", { prepare }).printed).toMatch(
      /inside cannot be written/,
    );
  });

  test.each([
    ["", /config\.yml:\d+:\d+: warning: authentication_backend\.file\.path: .* cannot be written \(EROFS\)/, 1],
    ["  password_change: { disable: true }\n", /^$/, 0],
  ])("is told by `zerohop check` where it is mounted for reading only: %j", async (keys, message, warnings) => {
    const place = mounted();
    const config = await writeConfig(place.inside, configText.replace("  file:\n", `${keys}  file:\n`));
    const main = join(import.meta.dirname, "../../../host/cli/main.ts");
    const script = `
      const { spawnSync } = await import("node:child_process");
      spawnSync("mount", ["-o", "remount,bind,ro", file]);
      const flag = "--disable-warning=ExperimentalWarning";
      const args = [flag, ${JSON.stringify(main)}, "check", "--config", ${JSON.stringify(config)}];
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
      print([status, stdout.trim(), stderr.trim()]);`;
    const told = warnings === 0 ? "no mistakes" : "no mistakes, 1 warning";
    expect(runMounted(place, script).printed).toEqual([0, `${config}: ${told}`, expect.stringMatching(message)]);
  });
});
