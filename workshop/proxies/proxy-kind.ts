// How a proxy is described to the workshop: who writes its configuration, and what has to be put right in it for the machine.

import type { ProxyName } from "../../host/proxies/proxies.ts";
import type { TlsFiles } from "../certificates/tls-files.ts";
import type { Program } from "../processes/program.ts";

/** What of a configuration differs from machine to machine. */
export interface Places {
  readonly folder: string;
  readonly https: number;
  readonly http: number;
  readonly tls: TlsFiles;
}

/** What it cannot do, as docs/forward-auth.md and its configuration say. */
export interface Limits {
  readonly passesSession?: boolean;
  readonly dropsRenewal?: boolean;
  /** Can hold no request until the host has answered: browsers whose lease has run out go by the portal, and a new lease comes later. */
  readonly renewsAtPortal?: boolean;
  /** Passes on what comes behind a body in chunks. */
  readonly passesTrailers?: boolean;
  /** Adds the client to the X-Forwarded-For it came with, of which only the last entry is to be believed then. */
  readonly appendsForwardedFor?: boolean;
}

/** A change of a configuration, wherever in its files it is. */
export type Edit = readonly [from: string | RegExp, to: string];

/** A proxy: what `zerohop proxy` calls it, or files of a test's own, what has to be replaced in them, and how it is started. */
export interface ProxyKind extends Limits {
  readonly name: string;
  /** False: it is not waited for that it lets anybody in. */
  readonly opens?: boolean;
  /** Seconds, when it is not `inactivity`. */
  readonly inactivity?: number;
  /** What it runs in, when its name is another. */
  readonly program?: string;
  readonly writes?: ProxyName | undefined;
  /** Paths from the repository's root, of files that have an example's names, ports and certificate. */
  readonly files?: readonly string[];
  readonly replace: (places: Places) => readonly Edit[];
  /** Further options of `zerohop proxy`. */
  readonly options?: readonly string[];
  readonly args: (folder: string) => readonly string[];
  /** Sets up what it needs besides, and returns what else is to be replaced, and what runs beside it. */
  readonly prepare?: (site: PreparedSite) => Promise<Preparation>;
}

export interface PreparedSite {
  readonly folder: string;
  /** The host's config file, and where it listens. */
  readonly config: string;
  readonly hostUrl: string;
  readonly places: Places;
  readonly applicationPort: number;
}

export interface Preparation {
  readonly replace: readonly Edit[];
  /** What runs beside the proxy, if anything does. */
  readonly program?: Program;
}
