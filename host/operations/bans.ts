// What operators do about failed logins: see who is banned, and let somebody try again at once.
import { openUsers } from "../identity/open-users.ts";
import { DirectoryUnavailable } from "../identity/profiles.ts";
import { VisitorNetworks } from "../identity/regulation/network.ts";
import { Regulation } from "../identity/regulation/regulation.ts";
import { type RegulationRecord, RegulationStore } from "../identity/regulation/store.ts";
import { Subjects } from "../identity/regulation/subjects.ts";
import { createLog } from "../kit/log.ts";
import { InvalidFileError } from "../kit/yaml/problem.ts";
import { encryptionOf, type Operator, recordOperation } from "./operator.ts";

export function listBans({ database, clock }: Operator): Promise<readonly RegulationRecord[]> {
  return new RegulationStore(database).bans(clock());
}

/**
 * Lifts bans and delays of a user, wherever from, or of an address (IPv6: its /64). Returns how many there were. The user can be named
 * as people name themselves at the login.
 */
export async function liftBans(
  operator: Operator,
  whom: { readonly user: string } | { readonly address: string },
): Promise<number> {
  const regulation = await regulationOf(operator);
  let lifted = 0;
  if ("address" in whom) lifted = await regulation.liftAddress(whom.address);
  else for (const name of await namesOf(operator, whom.user)) lifted += await regulation.liftUser(name);
  if (lifted > 0) await recordOperation(operator, { action: "ban lift", ...whom });
  return lifted;
}

/** What is typed, and the name of the user whom it means; it alone where that cannot be known now. */
async function namesOf({ config, clock }: Operator, typed: string): Promise<ReadonlySet<string>> {
  try {
    const users = await openUsers(config.authenticationBackend, clock, createLog("error", { write: () => {} }));
    try {
      return new Set([typed, (await users.profiles.identify(typed))?.name ?? typed]);
    } finally {
      users.close();
    }
  } catch (error) {
    if (error instanceof InvalidFileError || error instanceof DirectoryUnavailable) return new Set([typed]);
    throw error;
  }
}

async function regulationOf(operator: Operator): Promise<Regulation> {
  const { config, database, clock } = operator;
  const encryption = await encryptionOf(operator);
  return new Regulation(config.regulation, {
    store: new RegulationStore(database),
    subjects: new Subjects(encryption.hashKey("regulation")),
    visitors: new VisitorNetworks(config.server.trustedProxies),
    clock,
    banned: async () => {},
  });
}
