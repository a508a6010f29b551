// Makes what features and gates need: keys, sessions, regulation, the audit trail, mail and the bundle, over an open database.
import { Audit } from "../audit/audit.ts";
import { recordBan } from "../audit/ban.ts";
import { recordConfigChange } from "../audit/config-change.ts";
import { AuditStore } from "../audit/store.ts";
import { LanguageStore } from "../features/language/store.ts";
import { openProviders } from "../features/providers/index.ts";
import type { FactorModules } from "../features/second-factor/factor.ts";
import { tablesOf } from "../features/second-factor/factors.ts";
import { bundleBase } from "../gates/edge/bundle.ts";
import { BundleVersions } from "../gates/edge/bundle-versions.ts";
import { BundlePublisher } from "../gates/edge/publisher.ts";
import { TrustedProxies } from "../http/client-address.ts";
import { openUsers, type UserSources } from "../identity/open-users.ts";
import { VisitorNetworks } from "../identity/regulation/network.ts";
import { placeMemory, Regulation } from "../identity/regulation/regulation.ts";
import { RegulationStore } from "../identity/regulation/store.ts";
import { Subjects } from "../identity/regulation/subjects.ts";
import { passwordWorkQueue } from "../identity/users-file.ts";
import type { Clock } from "../kit/clock.ts";
import { KeyEncryption } from "../kit/encryption/key-encryption.ts";
import { EncryptionStore } from "../kit/encryption/store.ts";
import type { Logger } from "../kit/log.ts";
import { openDatabase } from "../kit/sql/open.ts";
import type { Database } from "../kit/sql/queries.ts";
import { openNotifier } from "../notify/open-notifier.ts";
import { OutboxStore } from "../notify/outbox-store.ts";
import { longestWindow } from "../notify/purposes.ts";
import { KeyStore } from "../session/key-store.ts";
import { Keyring } from "../session/keyring.ts";
import { keyRetention } from "../session/lease.ts";
import { makeUpForOutage } from "../session/outage.ts";
import { OutageStore } from "../session/outage-store.ts";
import { Sessions } from "../session/sessions.ts";
import { SessionStore } from "../session/store.ts";
import type { LoadedConfig } from "./config/load.ts";
import { FollowedConfig } from "./reload/followed-config.ts";
import { FollowedUsers } from "./reload/followed-users.ts";
import { LivePolicy } from "./reload/live-policy.ts";

export type Foundation = Awaited<ReturnType<typeof openFoundation>>;

/** Opens it. Throws HostError and InvalidFileError when something that the operator has to put right keeps it from opening. */
export async function openFoundation(loaded: LoadedConfig, factors: FactorModules, clock: Clock, log: Logger) {
  const { config } = loaded;
  const passwordWork = passwordWorkQueue();
  const offersChange = config.passwordChange.enabled;
  const options = { offersChange, passwordWork };
  const { close: closeUsers, ...users } = await openUsers(config.authenticationBackend, clock, log, options);
  const database = await openDatabase(config.storage);
  try {
    const foundation = await stand(loaded, factors, { ...users, passwordWork, database, clock, log });
    return { ...foundation, closeUsers };
  } catch (error) {
    closeUsers();
    await database.close();
    throw error;
  }
}

type Ground = Omit<UserSources, "close"> & {
  readonly passwordWork: ReturnType<typeof passwordWorkQueue>;
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
};

async function stand(loaded: LoadedConfig, factors: FactorModules, ground: Ground) {
  const { config } = loaded;
  const { usersFile, database, clock, log } = ground;
  const policy = new LivePolicy(loaded.policy);
  const encryption = await KeyEncryption.open(new EncryptionStore(database), config.storage.encryptionKey);
  usersFile?.keepDecoys(encryption.hashKey("decoys"));

  const keyStore = new KeyStore(database);
  const keyring = await Keyring.open(keyStore, encryption, clock);
  const outages = new OutageStore(database);
  await makeUpForOutage(outages, config.session, clock);
  const sessionStore = new SessionStore(database);
  const versions = new BundleVersions(database);
  const publisher = await BundlePublisher.open(
    {
      base: () => bundleBase(config.session, policy.section, keyring),
      advance: (baseHash, signing, since) => versions.advance(baseHash, signing, since),
      root: () => keyring.root,
      lost: (version) =>
        log.error(
          { version },
          "a gate has a version that the database has lost; after a restore run `zerohop storage restored`",
        ),
    },
    clock,
  );
  const publish = () => publisher.publish();
  const trail = new AuditStore(database);
  const audit = new Audit(trail, clock, log);
  const providers = await openProviders(config.providers, {
    ...{ primary: ground.profiles, database, encryption, audit, clock, log },
    factorTables: tablesOf(factors),
    outageGrace: config.session.outageGrace,
    endLogins: (logins) => sessions.endLogins(logins),
  });
  // Without providers no name is one of theirs, unless there were some before.
  const hasProviders = config.providers.length > 0 || (await providers.accountStore.hasAccounts());
  const profiles = hasProviders ? providers.accounts : ground.profiles;
  const passwordCheck = hasProviders ? providers.accounts.guard(ground.passwords) : ground.passwords;
  const sessions = new Sessions(config.session, {
    ...{ store: sessionStore, keyring, profiles, clock, publish },
    askedGroups: () => policy.askedGroups(),
    goesOn: (login) => providers.logins.goesOn(login),
  });

  for (const user of await sessions.endOrphans())
    await audit.record({ action: "session end", by: "host", user, detail: { reason: "user disabled or gone" } });
  const settings = loaded.settings.filter(({ secret }) => !secret);
  const noteConfig = () => recordConfigChange(audit, trail, { settings, policy: policy.section });

  const visitors = new VisitorNetworks(config.server.trustedProxies);
  const regulationStore = new RegulationStore(database);
  const regulation = new Regulation(config.regulation, {
    store: regulationStore,
    subjects: new Subjects(encryption.hashKey("regulation"), (typed) => ground.passwords.nameOf(typed)),
    ...{ visitors, clock },
    banned: (ban, source) => recordBan(audit, ban, source),
  });
  const outbox = new OutboxStore(database);
  const notifier = await openNotifier(config.notifier, { store: outbox, encryption, audit, clock, log });

  const publishPolicy = async () => {
    await publish();
    await noteConfig();
  };
  const followed = {
    config: new FollowedConfig(loaded, { policy, publish: publishPolicy, log }),
    ...(usersFile && { users: new FollowedUsers(usersFile, { sessions, audit, log }) }),
  };

  return {
    ...ground,
    ...{ profiles, passwordCheck, providers },
    ...{ config, policy, encryption, keyring, outages, sessionStore, sessions, publisher, trail, audit, noteConfig },
    ...{ visitors, regulationStore, regulation, outbox, notifier, followed },
    languages: new LanguageStore(database),
    proxies: new TrustedProxies(config.server.trustedProxies),
    async removeExpired(now: number): Promise<void> {
      await sessionStore.removeExpired(now);
      await keyStore.removeRetired(now - keyRetention(config.session));
      await regulationStore.removeExpired(now, now - placeMemory);
      await trail.removeBefore(now - config.audit.retention);
      await outbox.removeExpired(now - longestWindow);
    },
  };
}
