// Keycloak, from Maven Central by Maven, built for a database in memory and kept in .cache/: what is built once need not be at every
// start. It runs on Java 17 or newer.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { SetupError } from "../setup-error.ts";
import type { Progress } from "./wheel.ts";

const version = "26.7.3";
const megabytes = 172;
const cache = join(import.meta.dirname, "..", "..", ".cache");
const run = promisify(execFile);

/** Of Java's compilers only the quick one: starting Keycloak costs half of the CPU then. */
export const javaOptions = { JAVA_OPTS_APPEND: "-XX:TieredStopAtLevel=1", JAVA_OPTS_KC_HEAP: "-Xms64m -Xmx512m" };

/** The folder of a Keycloak. Throws SetupError when there is no Java, or it cannot be fetched. */
export async function locateKeycloak(progress: Progress): Promise<string> {
  const runs = (command: string, option: string) => run(command, [option]).then(Boolean, () => false);
  if (!(await runs("java", "-version"))) throw new SetupError("Keycloak needs Java (openjdk-17-jre-headless).");
  const folder = join(cache, `keycloak-${version}-built`);
  if (existsSync(join(folder, "bin", "kc.sh"))) return folder;
  if (!(await runs("mvn", "-version")))
    throw new SetupError("Keycloak is fetched by Maven, and there is none (maven).");
  progress(`fetching Keycloak ${version} (${megabytes} MB) ...`);
  const fetched = join(cache, "keycloak");
  mkdirSync(fetched, { recursive: true });
  try {
    const artifact = `org.keycloak:keycloak-quarkus-dist:${version}:zip`;
    await run("mvn", ["-B", "-q", "dependency:copy", `-Dartifact=${artifact}`, `-DoutputDirectory=${fetched}`]);
    await run("python3", ["-m", "zipfile", "-e", join(fetched, `keycloak-quarkus-dist-${version}.zip`), fetched]);
    const unpacked = join(fetched, `keycloak-${version}`);
    const build = [join(unpacked, "bin", "kc.sh"), "build", "--db=dev-mem", "--cache=local"];
    await run("bash", build, { env: { ...process.env, ...javaOptions } });
    renameSync(unpacked, folder);
  } catch (error) {
    throw new SetupError(`Keycloak cannot be fetched: ${(error as Error).message.slice(0, 500)}`);
  } finally {
    rmSync(fetched, { recursive: true, force: true });
  }
  return folder;
}
