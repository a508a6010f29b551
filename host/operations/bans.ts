// What operators do about failed logins: see who is banned, and let somebody try again at once.
import { VisitorNetworks } from "../identity/regulation/network.ts";
import { Regulation } from "../identity/regulation/regulation.ts";
import { type RegulationRecord, RegulationStore } from "../identity/regulation/store.ts";
import { Subjects } from "../identity/regulation/subjects.ts";
import { encryptionOf, type Operator, recordOperation } from "./operator.ts";

export function listBans({ database, clock }: Operator): Promise<readonly RegulationRecord[]> {
  return new RegulationStore(database).bans(clock());
}

/** Lifts bans and delays of a user, wherever from, or of an address (IPv6: its /64). Returns how many there were. */
export async function liftBans(
  operator: Operator,
  whom: { readonly user: string } | { readonly address: string },
): Promise<number> {
  const regulation = await regulationOf(operator);
  const lifted = "user" in whom ? await regulation.liftUser(whom.user) : await regulation.liftAddress(whom.address);
  if (lifted > 0) await recordOperation(operator, { action: "ban lift", ...whom });
  return lifted;
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
