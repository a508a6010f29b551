// What Go itself says of the module in deploy/caddy-module: its own tests, the seeds of its fuzzers among them, vet, formatting, and
// whether it builds from the files that a tag of the repository has.
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { moduleFolder as cwd } from "../../../workshop/programs/caddy-module.ts";
import { describeWith, go } from "../../../workshop/programs/needed.ts";

const run = promisify(execFile);

describeWith(await go(), "the module for Caddy", (program) => {
  const told = (args: readonly string[], folder = cwd) =>
    run(program, args, { cwd: folder, maxBuffer: 1 << 24 }).then(
      ({ stdout }) => stdout,
      ({ stdout, stderr }) => {
        throw new Error(`${stdout}${stderr}`);
      },
    );

  test("passes its own tests", { timeout: 600_000 }, async () => {
    expect(await told(["test", "./..."])).toMatch(/^ok\s+zerohop\.dev\/caddy\s/m);
  });

  test("is without a finding of go vet, and formatted by gofmt", { timeout: 600_000 }, async () => {
    await told(["vet", "./..."]);
    expect(
      (await run(join(await told(["env", "GOROOT"]).then((root) => root.trim()), "bin", "gofmt"), ["-l", cwd])).stdout,
    ).toBe("");
  });

  test("builds without gate.wasm, which the repository does not have", { timeout: 600_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "zerohop-caddy-"));
    try {
      cpSync(cwd, folder, { recursive: true, filter: (name) => !name.endsWith(".wasm") });
      expect(await told(["vet", "."], folder)).toBe("");
      expect(await told(["test", "-run", "TestNamesWhatIsMissing", "-v", "."], folder)).toMatch(/--- PASS/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
