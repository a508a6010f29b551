// The host as a whole: its parts put together from a configuration, started and stopped.
import { UsersFile } from "./authn/users-file.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { Config } from "./config/config.ts";
import type { Policy } from "./core/policy.ts";
import { bundleContent } from "./edge/bundle.ts";
import { BundlePublisher } from "./edge/publisher.ts";
import { createApp } from "./http/app.ts";
import { forwardAuth } from "./http/forward-auth.ts";
import { readPortalAssets } from "./http/portal-assets.ts";
import { HttpServer } from "./http/server.ts";
import type { Logger } from "./log.ts";
import { KeyEncryption } from "./session/key-encryption.ts";
import { Keyring } from "./session/keyring.ts";
import { longestTokenLife } from "./session/lease.ts";
import { Sessions } from "./session/sessions.ts";
import { openSqliteStore } from "./store/sqlite/open.ts";
import type { Store } from "./store/store.ts";

/** How often what has expired is removed and the age of the bundle looked at. Milliseconds. */
const upkeepInterval = 60_000;

export interface Service {
  /** Where it listens, as a URL. */
  readonly url: string;
  /** Answers what waits, closes the database, and settles when all is done. */
  stop(): Promise<void>;
}

/** Starts the host. Throws HostError when something that the operator has to put right keeps it from starting. */
export async function startService(
  config: Config,
  policy: Policy,
  log: Logger,
  clock: Clock = systemClock,
): Promise<Service> {
  const assets = readPortalAssets();
  const directory = UsersFile.read(config.authenticationBackend.file.path);
  const store = openSqliteStore(config.storage.local.path);
  try {
    const encryption = await KeyEncryption.open(store, config.storage.encryptionKey);
    const keyring = await Keyring.open(store, encryption, clock);
    const publisher = await BundlePublisher.open(
      {
        content: async () => bundleContent(config, keyring, await store.revocations(clock())),
        version: (contentHash) => store.bundleVersion(contentHash),
        root: () => keyring.root,
      },
      clock,
    );
    const publish = () => publisher.publish();
    const sessions = new Sessions(config.session, { store, keyring, directory, clock, publish });
    for (const user of await sessions.endOrphans()) log.info({ user }, "sessions ended: the user is disabled or gone");

    const parts = { config, policy, store, keyring, sessions, publisher, directory, assets, clock, log };
    const server = new HttpServer(createApp(parts).fetch, {
      direct: forwardAuth(parts),
      tls: config.server.tls ? { files: config.server.tls, log } : undefined,
    });
    const url = await server.listen(config.server.address);

    const refresh = async (upkeep: () => Promise<void>) => {
      try {
        await upkeep();
        await publish();
      } catch (error) {
        log.error({ err: error }, "cannot publish the bundle");
      }
    };
    const stopWatching = store.watch(() => void refresh(() => keyring.reload()));
    const timer = setInterval(() => void refresh(() => removeExpired(store, config, clock())), upkeepInterval);

    const stop = async () => {
      clearInterval(timer);
      stopWatching();
      const closed = server.close();
      publisher.close();
      await closed;
      await store.close();
    };
    return { url, stop };
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function removeExpired(store: Store, { session }: Config, now: number): Promise<void> {
  const longestSession = Math.max(session.expiration, session.rememberMe ?? 0);
  await store.removeExpired(now, now - longestSession - longestTokenLife);
}
