// Programs that a test needs and a machine may lack: the tests are skipped with the program's name, and fail when CI=true.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, test } from "vitest";
import { locateCaddy } from "./caddy.ts";
import { findGo, locateCaddyModule } from "./caddy-module.ts";
import { locateEnvoy } from "./envoy.ts";
import { locateKeycloak } from "./keycloak.ts";
import { locateTraefik } from "./traefik.ts";

export interface Needed {
  readonly name: string;
  /** Path, or the name where PATH finds it. Undefined when it is missing. */
  readonly path: string | undefined;
  /** Whether CI may lack it too: a build of minutes, which a step of its own asks for. */
  readonly isOptional?: boolean;
}

/** The first of the programs that PATH has. */
export function onPath(...names: readonly string[]): Needed {
  // Debian has servers in /usr/sbin, which a user's PATH may lack.
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  const path = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  return { name: names.join(" or "), path };
}

/** The Envoy that the demo would run; fetched when there is none. */
export function envoy(): Promise<Needed> {
  return fetched("envoy", locateEnvoy(console.error));
}

/** What builds container images, and runs them in namespaces: that is root's. */
export function buildah(): Needed {
  const tools = ["buildah", "ip", "nsenter", "setpriv", "unshare"].map((name) => onPath(name));
  const missing = process.getuid?.() === 0 ? tools.filter(({ path }) => path === undefined) : [{ name: "root" }];
  const names = missing.map(({ name }) => name).join(", ");
  return missing.length > 0 ? { name: `buildah (${names})`, path: undefined } : tools[0]!;
}

export function caddy(): Promise<Needed> {
  return fetched("caddy", locateCaddy(console.error));
}

export function caddyModule(): Promise<Needed> {
  return fetched("Go, to build Caddy with the gate inside", locateCaddyModule(console.error));
}

export function keycloak(): Promise<Needed> {
  return fetched("Keycloak", locateKeycloak(console.error));
}

export function go(): Promise<Needed> {
  return fetched("Go", findGo());
}

export function traefik(): Promise<Needed> {
  return fetched("traefik", locateTraefik(console.error));
}

async function fetched(name: string, path: Promise<string>): Promise<Needed> {
  return { name, path: await path.catch((error: Error) => void console.error(error.message)) };
}

/** A suite that runs with the path of a program. */
export function describeWith(needed: Needed, name: string, tests: (path: string) => void): void {
  const { path } = needed;
  if (path !== undefined) describe(name, () => tests(path));
  else if (process.env.CI === "true" && !needed.isOptional)
    test(`${name}: ${needed.name} is installed`, failFor(needed));
  else test.skip(`${name} (${needed.name} is not installed)`, () => {});
}

function failFor({ name }: Needed): () => never {
  return () => {
    throw new Error(`${name} is not installed; with CI=true that is a failure`);
  };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
