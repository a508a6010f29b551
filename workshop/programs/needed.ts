// Programs that a test needs and a machine may lack: the tests are skipped with the program's name, and fail when CI=true.
import { describe, test } from "vitest";
import { locateCaddy } from "./caddy.ts";
import { findGo, locateCaddyModule } from "./caddy-module.ts";
import { locateEnvoy } from "./envoy.ts";
import { locateKeycloak } from "./keycloak.ts";
import { type Needed, onPath } from "./on-path.ts";
import { locateTraefik } from "./traefik.ts";

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
