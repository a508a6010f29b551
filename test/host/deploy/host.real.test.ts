// The host as a service and as an image: checked as far as that goes without installing it.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../../workshop/host/files.ts";
import { describeWith } from "../../../workshop/programs/needed.ts";
import { onPath } from "../../../workshop/programs/on-path.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const unit = readFileSync(join(root, "deploy/systemd/zerohop.service"), "utf8");
const command = /^ExecStart=\/opt\/zerohop\/(\S+) (.*) (\S+\.ts) serve --config \S+$/m;

describe("the systemd unit", () => {
  test("starts what the checkout has, with as little as can be", () => {
    const [, node, options, main] = command.exec(unit)!;
    expect([existsSync(join(root, node!)), existsSync(join(root, main!))]).toEqual([true, true]);
    expect(options).toBe("--disable-warning=ExperimentalWarning");
    for (const line of ["DynamicUser=yes", "NoNewPrivileges=yes", "CapabilityBoundingSet=", "ProtectSystem=strict"])
      expect(unit.split("\n")).toContain(line);
    // V8 compiles at run time.
    expect(unit).not.toContain("MemoryDenyWriteExecute");
  });
});

describeWith(onPath("systemd-analyze"), "systemd", (program) => {
  test("has nothing against the unit", () => {
    const file = join(temporaryFolder(), "zerohop.service");
    writeFileSync(file, unit.replace("/opt/zerohop/node_modules/.bin/node", process.execPath));
    const { status, stderr } = spawnSync(program, ["verify", "--man=no", file], { encoding: "utf8" });
    expect(stderr.split("\n").filter((line) => line.includes("zerohop"))).toEqual([]);
    expect(status).toBe(0);
  });
});

describe("the unit of the bundle watch", () => {
  const watch = readFileSync(join(root, "deploy/systemd/zerohop-bundle-watch.service"), "utf8");

  test("starts what the checkout has, as confined as the host's", () => {
    const [, node, main] = /^ExecStart=\/opt\/zerohop\/(\S+) \S+ (\S+\.ts) bundle watch --gate \S+ --output \S+$/m.exec(
      watch,
    )!;
    expect([existsSync(join(root, node!)), existsSync(join(root, main!))]).toEqual([true, true]);
    const confines = (text: string) =>
      text
        .split("\n")
        .filter(
          (line) =>
            /^(No|Cap|Amb|Private|Protect|Restrict|Lock|System)/.test(line) && !/^(Restart|SystemMax)/.test(line),
        );
    expect(confines(watch)).toEqual(confines(unit));
  });

  describeWith(onPath("systemd-analyze"), "systemd", (program) => {
    test("has nothing against it", () => {
      const file = join(temporaryFolder(), "zerohop-bundle-watch.service");
      writeFileSync(file, watch.replace("/opt/zerohop/node_modules/.bin/node", process.execPath));
      const { status, stderr } = spawnSync(program, ["verify", "--man=no", file], { encoding: "utf8" });
      expect(stderr.split("\n").filter((line) => line.includes("zerohop"))).toEqual([]);
      expect(status).toBe(0);
    });
  });
});

describe("the Containerfile", () => {
  const text = readFileSync(join(root, "deploy/container/Containerfile"), "utf8");
  const instructions = text.split("\n").filter((line) => /^[A-Z]+ /.test(line));
  const named = (name: string) => instructions.filter((line) => line.startsWith(`${name} `));

  // test/package/containers.test.ts builds it, on a base image of its own.
  test("takes from the Node that the project names, by its digest, what runs", () => {
    expect(named("FROM")).toEqual([
      expect.stringMatching(/^FROM docker\.io\/library\/node:24\.\S*@sha256:[0-9a-f]{64} AS node$/),
      "FROM scratch",
    ]);
    expect(named("ADD")).toEqual([]);
    expect(text.slice(text.lastIndexOf("\nFROM "))).not.toMatch(/^RUN /m);
  });

  test("runs as nobody special", () => {
    expect(named("USER")).toEqual(["USER 65532:65532"]);
    expect(instructions.indexOf("USER 65532:65532")).toBeLessThan(
      instructions.findIndex((line) => line.startsWith("ENTRYPOINT ")),
    );
  });
});
