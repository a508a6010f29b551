// The host's configuration as the rest of the host sees it.
import { resolve } from "node:path";
import type { z } from "zod";
import type { ListenAddress } from "./listen-address.ts";
import { loopback, type Network } from "./network.ts";
import type { LogLevel, schema } from "./schema.ts";
import type { TlsFiles } from "./tls-pair.ts";

/** A domain with one session cookie, and the portal that issues it. */
export interface CookieDomain {
  /** Lower case, without a leading dot. */
  readonly domain: string;
  /** The portal's origin: no path, no trailing slash. */
  readonly portalUrl: string;
}

export interface SessionConfig {
  /** The cookie's name. */
  readonly name: string;
  readonly expiration: number;
  readonly inactivity: number;
  /** null when remembering is switched off. */
  readonly rememberMe: number | null;
  readonly cookies: readonly CookieDomain[];
}

/** All durations are in seconds, all paths absolute. */
export interface Config {
  readonly server: {
    readonly address: ListenAddress;
    readonly trustedProxies: readonly Network[];
    /** Whose forward-auth requests are answered. */
    readonly forwardAuthProxies: readonly Network[];
    /** null: plain HTTP. */
    readonly tls: TlsFiles | null;
  };
  readonly log: { readonly level: LogLevel };
  readonly storage: { readonly encryptionKey: string; readonly local: { readonly path: string } };
  readonly session: SessionConfig;
  readonly authenticationBackend: { readonly file: { readonly path: string } };
  /** The section as it is written, for the bundle. */
  readonly accessControl: unknown;
}

/** Both or, as checkTls makes sure, none. */
function tlsFilesFrom({ certificate, key }: z.output<typeof schema>["server"]["tls"], folder: string): TlsFiles | null {
  return certificate && key ? { certificate: resolve(folder, certificate), key: resolve(folder, key) } : null;
}

/** Names the validated keys as the host does. Relative paths are relative to the config file's folder. */
export function configFrom(keys: z.output<typeof schema>, folder: string): Config {
  const { server, log, storage, session, authentication_backend } = keys;
  return {
    server: {
      address: server.address,
      trustedProxies: server.trusted_proxies ?? [],
      forwardAuthProxies: server.trusted_proxies ?? loopback,
      tls: tlsFilesFrom(server.tls, folder),
    },
    log,
    storage: { encryptionKey: storage.encryption_key, local: { path: resolve(folder, storage.local.path) } },
    session: {
      name: session.name,
      expiration: session.expiration,
      inactivity: session.inactivity,
      rememberMe: session.remember_me,
      cookies: session.cookies.map(({ domain, portal_url }) => ({ domain, portalUrl: portal_url })),
    },
    authenticationBackend: { file: { path: resolve(folder, authentication_backend.file.path) } },
    accessControl: keys.access_control,
  };
}
