import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { watchFile } from "../../../host/kit/files/watch-file.ts";
import { temporaryFolder } from "../../../workshop/host/files.ts";

/** Watches a file and notes what it holds each time that it is told to have changed; the first telling has come. */
async function watched(file: string): Promise<(string | undefined)[]> {
  const told: (string | undefined)[] = [];
  const stop = watchFile(file, () => {
    try {
      told.push(readFileSync(file, "utf8"));
    } catch {
      told.push(undefined);
    }
  });
  onTestFinished(stop);
  await vi.waitFor(() => expect(told).toHaveLength(1), { timeout: 10_000 });
  return told;
}

function fileWith(text: string): string {
  const file = join(temporaryFolder(), "config.yml");
  writeFileSync(file, text);
  return file;
}

async function becomes(told: (string | undefined)[], ...expected: (string | undefined)[]) {
  await vi.waitFor(() => expect(told).toEqual(expected), { timeout: 20_000, interval: 10 });
}

test("a file that is written in place is told, once its writer is done", async () => {
  const file = fileWith("a");
  const told = await watched(file);
  const started = performance.now();
  for (let i = 0; i < 20; i++) {
    writeFileSync(file, `${i} half`);
    await sleep(10);
  }
  writeFileSync(file, "whole");
  await becomes(told, "a", "whole");
  expect(performance.now() - started).toBeLessThan(4000);
});

test("a file that an editor replaces is told each time", async () => {
  const file = fileWith("a");
  const told = await watched(file);
  for (const text of ["b", "c"]) {
    writeFileSync(`${file}~`, text);
    renameSync(`${file}~`, file);
    await vi.waitFor(() => expect(told.at(-1)).toBe(text), { timeout: 10_000 });
  }
  expect(told).toEqual(["a", "b", "c"]);
});

test("a file behind Kubernetes' links is told when they are swapped", async () => {
  const folder = temporaryFolder();
  for (const version of ["1", "2"]) {
    mkdirSync(join(folder, `..${version}`));
    writeFileSync(join(folder, `..${version}`, "config.yml"), version);
  }
  symlinkSync("..1", join(folder, "..data"));
  symlinkSync("..data/config.yml", join(folder, "config.yml"));
  const told = await watched(join(folder, "config.yml"));
  symlinkSync("..2", join(folder, "..data_tmp"));
  renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
  rmSync(join(folder, "..1"), { recursive: true });
  await becomes(told, "1", "2");
});

test("a file that is missing for a moment is told when it is back, one that stays away in the end", async () => {
  const file = fileWith("a");
  const told = await watched(file);
  rmSync(file);
  await sleep(500);
  writeFileSync(file, "b");
  await becomes(told, "a", "b");
  rmSync(file);
  await becomes(told, "a", "b", undefined);
});

test("other files of its folder are no change, however busy they are", async () => {
  const file = fileWith("a");
  const told = await watched(file);
  const busy = setInterval(() => writeFileSync(`${file}-wal`, String(Math.random())), 5);
  onTestFinished(() => clearInterval(busy));
  await sleep(300);
  expect(told).toEqual(["a"]);
  writeFileSync(file, "b");
  await becomes(told, "a", "b");
});

test("a change that the system does not tell is found by looking", async () => {
  // A link into another folder, which is not watched.
  const target = fileWith("a");
  const link = join(temporaryFolder(), "config.yml");
  symlinkSync(target, link);
  const told = await watched(link);
  writeFileSync(target, "b");
  await vi.waitFor(() => expect(told).toEqual(["a", "b"]), { timeout: 20_000 });
});

test("nothing is told after the end", async () => {
  const file = fileWith("a");
  let told = 0;
  const stop = watchFile(file, () => told++);
  stop();
  writeFileSync(file, "b");
  await sleep(400);
  expect(told).toBe(0);
});
