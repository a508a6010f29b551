// Which Envoy the demo takes.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { locateEnvoy } from "../../workshop/programs/envoy.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "zerohop-envoy-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** A program that says of itself what an Envoy of a release says. */
function envoyOf(release: string): string {
  const path = join(folder, "envoy");
  const line = `${path}  version: 9e55809337/${release}/Clean/RELEASE/BoringSSL`;
  writeFileSync(path, `#!/bin/sh\necho "${line}"\n`, { mode: 0o755 });
  return path;
}

test("ZEROHOP_ENVOY goes first", async () => {
  const path = envoyOf("1.33.0");
  vi.stubEnv("ZEROHOP_ENVOY", path);
  expect(await locateEnvoy(() => {})).toBe(path);
});

test("an Envoy on PATH is taken when it knows FAIL_RELOAD", async () => {
  vi.stubEnv("ZEROHOP_ENVOY", "");
  for (const release of ["1.33.0", "1.40.0", "2.0.0-dev"]) {
    envoyOf(release);
    vi.stubEnv("PATH", `${folder}${delimiter}${process.env.PATH}`);
    expect(await locateEnvoy(() => {}), release).toBe("envoy");
  }
});

test("an Envoy that is too old is passed over on PATH, and refused by name", async () => {
  const path = envoyOf("1.32.9");
  vi.stubEnv("ZEROHOP_ENVOY", path);
  await expect(locateEnvoy(() => {})).rejects.toThrow("ZEROHOP_ENVOY is Envoy 1.32; the gate needs 1.33 or newer.");
  vi.stubEnv("ZEROHOP_ENVOY", join(folder, "nothing"));
  await expect(locateEnvoy(() => {})).rejects.toThrow("does not run or is not Envoy");
});
