// The host as a whole: started from a configuration, kept up, and stopped.
import type { FactorModules } from "../features/second-factor/factor.ts";
import { factors } from "../features/second-factor/factors.ts";
import { type DirectListener, HttpServer } from "../http/server.ts";
import { type Clock, systemClock } from "../kit/clock.ts";
import { HostError } from "../kit/errors.ts";
import { type Logger, logFailures } from "../kit/log.ts";
import { beatInterval } from "../session/outage.ts";
import { createApp } from "./app.ts";
import type { LoadedConfig } from "./config/load.ts";
import { type Features, makeFeatures } from "./features.ts";
import { type Foundation, openFoundation } from "./foundation.ts";
import { logWarning } from "./reload/followed-config.ts";

/** How often what has expired is removed and the age of the bundle looked at. Milliseconds. */
const upkeepInterval = 60_000;

export interface Service {
  /** Where it listens, as a URL. */
  readonly url: string;
  /** What its router knows, each `METHOD /path` with parameters as in `:id`. */
  readonly routes: readonly string[];
  /** Settles with what keeps the host from going on; it must be stopped then. */
  readonly failed: Promise<HostError>;
  /** Looks at the configuration and the users file now, which are followed besides. */
  reload(): void;
  /** Answers what waits, closes the database, and settles when all is done. */
  stop(): Promise<void>;
}

/**
 * Starts the host with these second factors. Throws HostError when something that the operator has to put right keeps it from
 * starting.
 */
export async function startService(
  loaded: LoadedConfig,
  log: Logger,
  clock: Clock = systemClock,
  secondFactorModules: FactorModules = factors,
): Promise<Service> {
  for (const warning of loaded.warnings) logWarning(log, warning);
  const foundation = await openFoundation(loaded, secondFactorModules, clock, log);
  try {
    return await serve(foundation, await makeFeatures(foundation, secondFactorModules));
  } catch (error) {
    foundation.closeUsers();
    await foundation.database.close();
    throw error;
  }
}

async function serve(
  foundation: Foundation,
  { all: features, appearance, forwardAuth, polls }: Features,
): Promise<Service> {
  const { config, proxies, publisher, sessions, audit, notifier, database, clock, log } = foundation;
  const app = createApp({ features, appearance, proxies, cookieDomains: config.session.cookies, log });
  const tls = config.server.tls ? { files: config.server.tls, log } : undefined;
  const direct: DirectListener = (request, response) =>
    forwardAuth.direct(request, response) || polls(request, response);
  const server = new HttpServer(app.fetch, { direct, tls });
  const { address, spoeAddress } = config.server;
  const agent = spoeAddress ? forwardAuth.agent(config.server.tls) : undefined;
  if (agent && spoeAddress) log.info({ address: await agent.listen(spoeAddress) }, "HAProxy can ask over SPOP");
  const url = await server.listen(address).catch(async (error) => {
    await agent?.close();
    throw error;
  });
  // With a port that is taken, it would not be this host that runs with it.
  await foundation.noteConfig();
  notifier?.start();
  for (const feature of features) feature.start?.();

  const upkeep = async () => {
    await audit.putCounts(clock());
    await foundation.removeExpired(clock());
    for (const feature of features) await feature.removeExpired?.(clock());
  };
  const { failed, stop: stopKeeping } = keepUp(foundation, upkeep);

  const stop = async () => {
    stopKeeping();
    const closed = Promise.all([server.close(), agent?.close()]);
    publisher.close();
    await closed;
    for (const feature of features) await feature.stop?.();
    await notifier?.stop();
    await audit.putCounts().catch((error) => log.error({ err: error }, "cannot put down how much was refused"));
    foundation.closeUsers();
    await sessions
      .close()
      .catch((error) => log.error({ err: error }, "the last leases, or ends of sessions, could not be noted"));
    await database.close();
  };
  const routes = app.routes.filter(({ method }) => method !== "ALL").map(({ method, path }) => `${method} ${path}`);
  const reload = () => {
    for (const file of Object.values(foundation.followed)) void file.reload();
  };
  return { url, routes: [...new Set(routes)], failed, reload, stop };
}

/** Keeps the bundle, the keys and the followed files as they are elsewhere, and does the upkeep, until it is stopped. */
function keepUp(
  { publisher, encryption, keyring, outages, followed, regulation, database, clock, log }: Foundation,
  upkeep: () => Promise<void>,
): { readonly failed: Promise<HostError>; stop(): void } {
  const failed = Promise.withResolvers<HostError>();
  const refresh = async (before: () => Promise<void>) => {
    try {
      await before();
      await publisher.publish();
    } catch (error) {
      log.error({ err: error }, "cannot publish the bundle");
    }
  };
  const takeOver = async () => {
    if (await encryption.isInForce()) return keyring.reload();
    failed.resolve(new HostError("encryption_key", "storage.encryption_key was changed while this host was running"));
  };
  // Thousands of log-outs at another host are as many calls: those that come while a look is under way share the next one.
  let hasChanged = false;
  let isLooking = false;
  const look = async () => {
    isLooking = true;
    while (hasChanged) {
      hasChanged = false;
      await refresh(takeOver);
    }
    isLooking = false;
  };
  const stopWatching = database.watch(() => {
    regulation.lookAgain();
    hasChanged = true;
    if (!isLooking) void look();
  });
  const timer = setInterval(() => void refresh(upkeep), upkeepInterval);
  const logPulse = logFailures(log, "cannot note that the host is up");
  const pulse = setInterval(() => {
    outages.beat(clock()).catch(logPulse);
  }, beatInterval);
  const stopFollowing = Object.values(followed).map((file) => file.watch());

  const stop = () => {
    clearInterval(timer);
    clearInterval(pulse);
    stopWatching();
    for (const stopOne of stopFollowing) stopOne();
  };
  return { failed: failed.promise, stop };
}
