// The host's configuration that a proxy's is held to by `zerohop lint`: what --config names, or else the one beside the proxy's files.
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { loadSite } from "../app/config/load.ts";
import { writtenNetwork } from "../kit/config/network.ts";
import { InvalidFileError } from "../kit/yaml/problem.ts";
import { remoteHeaders } from "../lint/identity-headers.ts";
import type { Site } from "../lint/site.ts";
import { namesOf } from "../session/identity-headers.ts";

export interface HostConfig {
  /** Its files, as a person would name them. */
  readonly name: string;
  /** What is wrong in one that was found beside the proxy's. */
  readonly site: Site | InvalidFileError;
}

/** Where it lies where nobody says where: beside the proxy's file, in a folder of its own there or above, or where services have theirs. */
const usualPlaces = (folder: string) => [
  ...[folder, dirname(folder)].flatMap((near) => [near, join(near, "zerohop")]),
  "/etc/zerohop",
];

/** Tells what a file is held to; nothing where there is no configuration. Throws InvalidFileError for names that were given. */
export function hostConfigs(given: readonly string[]): (file: string) => HostConfig | undefined {
  const named = given.length === 0 ? undefined : { name: given.join(", "), site: siteIn(given) };
  const found = new Map<string, HostConfig>();
  return (file) => {
    if (named) return named;
    const name = usualPlaces(dirname(resolve(file)))
      .flatMap((folder) => [join(folder, "zerohop.yml"), join(folder, "zerohop.yaml")])
      .find((candidate) => existsSync(candidate));
    if (name === undefined) return undefined;
    const known = found.get(name) ?? { name, site: orMistakes(name) };
    found.set(name, known);
    return known;
  };
}

function orMistakes(name: string): Site | InvalidFileError {
  try {
    return siteIn([name]);
  } catch (error) {
    if (error instanceof InvalidFileError) return error;
    throw error;
  }
}

function siteIn(names: readonly string[]): Site {
  return siteOf(loadSite(names, process.env));
}

/** What a proxy's configuration is held to. */
export function siteOf({ server, session, gate }: ReturnType<typeof loadSite>): Site {
  return {
    identityHeaders: [...remoteHeaders, ...namesOf(session.cookies.map(({ identityHeaders }) => identityHeaders))],
    sessionCookie: session.name,
    portalHosts: session.cookies.map(({ portalUrl }) => new URL(portalUrl).hostname),
    trustedProxies: {
      host: server.trustedProxies.map(writtenNetwork),
      gate: gate.trustedProxies.map(writtenNetwork),
    },
  };
}
