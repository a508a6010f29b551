// The release before and this one together, in a real Envoy: either gate with either host, hosts and gates upgraded in either order, and back.
// The gate of before is kept as it was; the host of before comes out of the history, where that is there (a shallow clone has none).
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { HeaderLines } from "../../../workshop/clients/https-client.ts";
import { temporaryFolder } from "../../../workshop/host/files.ts";
import { describeWith, envoy } from "../../../workshop/programs/needed.ts";
import { Stack, shippedGate } from "../../../workshop/proxies/stack.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const previousGate = join(import.meta.dirname, "gate.protocol-1.wasm");
/** The last commit whose host and gate name no protocol. */
const previousCommit = "ee819e2cc147442457b175260faf8fcabc73a41f";
const git = (...args: readonly string[]) => execFileSync("git", args, { cwd: root, maxBuffer: 1 << 28 });
const hasHistory = (() => {
  try {
    git("cat-file", "-e", `${previousCommit}^{commit}`);
    return true;
  } catch {
    return false;
  }
})();

/** A `zerohop` that is this release's or the one before, as `install` has it. */
function exchangeable() {
  const folder = temporaryFolder();
  const previous = join(folder, "previous");
  if (hasHistory) {
    mkdirSync(previous);
    const archive = git(
      "archive",
      "--format=tar",
      previousCommit,
      "host",
      "portal",
      "package.json",
      "webassembly.d.ts",
    );
    execFileSync("tar", ["-x", "-C", previous], { input: archive });
    for (const name of ["node_modules", "build"]) symlinkSync(join(root, name), join(previous, name));
  }
  const program = join(folder, "zerohop");
  const install = (release: "previous" | "this") => {
    const main = join(release === "this" ? root : previous, "host", "cli", "main.ts");
    const words = [process.execPath, "--disable-warning=ExperimentalWarning", main].map((word) => `'${word}'`);
    writeFileSync(`${program}.new`, `#!/bin/sh\nexec ${words.join(" ")} "$@"\n`, { mode: 0o755 });
    renameSync(`${program}.new`, program);
  };
  return { zerohop: [program] as const, install };
}

describeWith(await envoy(), "an upgrade", (path) => {
  let stack: Stack;
  afterEach(() => stack?.[Symbol.asyncDispose]());

  const statusOf = async (name: string, cookie?: string): Promise<number> => {
    const headers: HeaderLines = [
      ["accept", "text/html"],
      ...(cookie === undefined ? [] : [["cookie", cookie] as const]),
    ];
    return (await stack.client.get(stack.url(name), { headers })).status;
  };
  const decisions = async (alice: string, bob: string) => [
    await statusOf("public"),
    await statusOf("app"),
    await statusOf("app", alice),
    await statusOf("admin", alice),
    await statusOf("admin", bob),
  ];
  const expected = [200, 302, 200, 302, 403];

  /** A site with a gate in a file of its own, whose leases last 4 s. */
  async function start(gate: string, zerohop?: readonly [string]) {
    const file = join(temporaryFolder(), "gate.wasm");
    copyFileSync(gate, file);
    stack = await Stack.start({
      envoy: path,
      gate: file,
      zerohop,
      configureHost: (config) => {
        config.session = { ...config.session, inactivity: "20s" };
      },
    });
    return {
      people: [await stack.login("alice"), await stack.login("bob")] as const,
      /** Another gate in the proxy's place. */
      async replaceGate(by: string) {
        await stack.proxy.stop();
        copyFileSync(by, file);
        stack.startProxy();
        await stack.isOpen(stack.proxy);
      },
    };
  }

  /** Asks with a session until the gate has renewed its lease. */
  const renewed = (cookie: string) =>
    expect
      .poll(
        async () => {
          const headers: HeaderLines = [["cookie", cookie]];
          const { status, cookies } = await stack.client.get(stack.url("app"), { headers });
          return status === 200 && cookies.some((line) => line.startsWith("zerohop_session="));
        },
        { timeout: 60_000, interval: 250 },
      )
      .toBe(true);
  /** Somebody logs out, and the gate, of whichever release, has it from the host, of whichever release. */
  const logsOut = async () => {
    const headers: HeaderLines = [["cookie", await stack.login("bob")]];
    const asked = async () => (await stack.client.get(stack.url("app"), { headers })).status;
    await expect.poll(asked).toBe(200);
    await stack.client.get(stack.url("auth", "/api/logout"), { method: "POST", headers });
    await expect.poll(asked).toBe(401);
  };
  const hostLines = () => linesIn(stack.hostLog);
  const gateLines = () => linesIn(join(stack.folder, "envoy.log"));
  const linesIn = (file: string) =>
    (existsSync(file) ? readFileSync(file, "utf8") : "").match(/.*speaks protocol.*/g) ?? [];

  test("may leave the gate of the release before: it decides, leases are renewed, and the host says so once", async () => {
    const { people } = await start(previousGate);
    expect(await decisions(...people)).toEqual(expected);
    await renewed(people[0]);
    await logsOut();
    expect(hostLines()).toEqual([
      expect.stringContaining(
        "the gate speaks protocol 1, this host 2: they go together, but the next release may not",
      ),
    ]);
  });

  test("that is done leaves nothing to say", async () => {
    const { people } = await start(shippedGate);
    await renewed(people[0]);
    expect([...hostLines(), ...gateLines()]).toEqual([]);
  });

  describe.skipIf(!hasHistory)("from the release before", () => {
    test("takes the host first and then the gate: sessions go on, and nobody is refused", async () => {
      const { zerohop, install } = exchangeable();
      install("previous");
      const { people, replaceGate } = await start(previousGate, zerohop);
      expect(await decisions(...people)).toEqual(expected);
      await stack.host.stop();
      // The gate goes on by itself meanwhile.
      expect(await decisions(...people)).toEqual(expected);
      install("this");
      stack.startHost();
      await stack.hostListens();
      await renewed(people[0]);
      await logsOut();
      expect(hostLines()).toHaveLength(1);
      await replaceGate(shippedGate);
      await renewed(people[0]);
      await logsOut();
      expect(await decisions(...people)).toEqual(expected);
    });

    test("may take the gate first: it says once that the host is older", async () => {
      const { zerohop, install } = exchangeable();
      install("previous");
      const { people, replaceGate } = await start(previousGate, zerohop);
      await replaceGate(shippedGate);
      await renewed(people[0]);
      await logsOut();
      expect(await decisions(...people)).toEqual(expected);
      expect(gateLines()).toEqual([
        expect.stringContaining(
          "the host speaks protocol 1, this gate 2: they go together, but the next release may not",
        ),
      ]);
      await stack.host.stop();
      install("this");
      stack.startHost();
      await stack.hostListens();
      await renewed(people[1]);
      await logsOut();
      expect(hostLines()).toEqual([]);
    });

    test("goes back by a backup of before, and by that alone where the database has changed", async () => {
      const { zerohop, install } = exchangeable();
      install("previous");
      const { people } = await start(previousGate, zerohop);
      const backup = join(temporaryFolder(), "before.sqlite3");
      await stack.command(["storage", "backup", backup]);
      await stack.host.stop();
      install("this");
      stack.startHost();
      await stack.hostListens();
      await renewed(people[0]);
      await stack.host.stop();

      install("previous");
      const database = join(stack.folder, "zerohop.sqlite");
      expect(existsSync(database)).toBe(true);
      // Either both releases have the same schema, or the older one refuses the database with words.
      const opened = await stack.command(["storage", "encryption", "check"]).then(() => "the same schema", String);
      expect(opened).toMatch(/the same schema|it was written by a newer release/);
      copyFileSync(backup, database);
      for (const suffix of ["-wal", "-shm"]) rmSync(database + suffix, { force: true });
      await stack.command(["storage", "restored"]);
      stack.startHost();
      await stack.hostListens();
      // The sessions' key was replaced: everybody logs in again.
      await expect.poll(() => statusOf("app", people[0]), { timeout: 60_000 }).toBe(302);
      const again = await stack.login("alice");
      await expect.poll(() => statusOf("app", again)).toBe(200);
    });
  });
});
