// Puts what people had set up with Authelia into the database of the new configuration. Whoever has something of a kind here already
// keeps it, so that it can be done again.
import { PasskeyStore } from "../../features/second-factor/passkeys/store.ts";
import { PreferenceStore } from "../../features/second-factor/preference-store.ts";
import { fromBase32 } from "../../features/second-factor/totp/base32.ts";
import { type TotpAlgorithm, TotpStore } from "../../features/second-factor/totp/store.ts";
import { networkOf } from "../../identity/regulation/network.ts";
import { longestBan } from "../../identity/regulation/schedule.ts";
import { type RegulationRecord, RegulationStore } from "../../identity/regulation/store.ts";
import { everythingGuessed, Subjects } from "../../identity/regulation/subjects.ts";
import { sealings } from "../../kit/encryption/sealed-columns.ts";
import { encryptionOf, type Operator, recordOperation } from "../../operations/operator.ts";
import type { AutheliaData, AutheliaTotp } from "./database.ts";

/** How many of each were put in, and what could not be, in words. */
export interface CarriedOver {
  readonly totp: number;
  readonly passkeys: number;
  readonly bans: number;
  readonly preferences: number;
  readonly leftOut: readonly string[];
}

/** A ban without an end ends in ten years: there are none here. Seconds. */
const endless = 10 * 365 * 86_400;

/** Our factors by Authelia's names of them. Of push messages there are none. */
const factorsOf: ReadonlyMap<string, string> = new Map([
  ["totp", "totp"],
  ["webauthn", "passkey"],
]);

const algorithms: readonly string[] = ["SHA1", "SHA256", "SHA512"] satisfies TotpAlgorithm[];

export async function carryOver(operator: Operator, data: AutheliaData): Promise<CarriedOver> {
  const { database, clock } = operator;
  const encryption = await encryptionOf(operator);
  const leftOut: string[] = [];
  if (data.legacyKeys > 0)
    leftOut.push(`${data.legacyKeys} security keys of U2F, which browsers use nowhere else: set them up anew`);

  let totp = 0;
  const apps = new TotpStore(database);
  for (const one of data.totp) {
    const secret = fromBase32(one.secret);
    if (!secret || secret.length === 0 || !algorithms.includes(one.algorithm)) {
      leftOut.push(`the authenticator app of ${one.username}, which has the algorithm ${one.algorithm}`);
      continue;
    }
    const sealed = encryption.seal(secret, sealings.totpSecret(one.username));
    if (await apps.add(appFrom(one, sealed))) totp++;
    else leftOut.push(`the authenticator app of ${one.username}, who has one here`);
  }

  let passkeys = 0;
  const store = new PasskeyStore(database);
  for (const { username, rpId, handle } of data.handles) await store.madeUserHandle(username, rpId, handle);
  for (const passkey of data.passkeys)
    if (await store.add(passkey)) passkeys++;
    else leftOut.push(`the passkey ${passkey.name} of ${passkey.username}, which is here already`);

  let preferences = 0;
  const preferred = new PreferenceStore(database);
  for (const { username, method } of data.preferences) {
    const factor = factorsOf.get(method);
    if (factor !== undefined && (await preferred.add(username, factor))) preferences++;
  }

  const regulation = new RegulationStore(database);
  const subjects = new Subjects(encryption.hashKey("regulation"));

  const ban = async (
    record: Pick<RegulationRecord, "subject" | "owner" | "kind" | "label">,
    until: number | undefined,
  ) => {
    const heldUntil = until ?? clock() + endless;
    const forgetAt = heldUntil + longestBan * operator.config.regulation.banTime;
    await regulation.update(record.subject, () => ({
      ...record,
      failures: [],
      heldUntil,
      banned: true,
      bans: 0,
      forgetAt,
    }));
  };
  for (const { whom, until } of data.bannedUsers)
    for (const guessed of everythingGuessed) {
      const subject = subjects.user(guessed, whom);
      await ban({ subject, owner: subject, kind: "user", label: whom }, until);
    }
  for (const { whom, until } of data.bannedAddresses) {
    const network = networkOf(whom);
    if (network === undefined) leftOut.push(`the ban of ${whom}, which is no address`);
    else {
      const subject = subjects.network(network);
      await ban({ subject, owner: subject, kind: "address", label: network }, until);
    }
  }
  const counts = { totp, passkeys, preferences, bans: data.bannedUsers.length + data.bannedAddresses.length };
  await recordOperation(operator, { action: "import", detail: { from: "Authelia", ...counts } });
  return { ...counts, leftOut };
}

function appFrom({ username, algorithm, digits, period, createdAt, lastUsedAt }: AutheliaTotp, secret: Uint8Array) {
  return {
    ...{ username, secret, digits, period, createdAt },
    algorithm: algorithm as TotpAlgorithm,
    // A code that was used there is not taken here once more.
    lastStep: lastUsedAt === undefined ? -1 : Math.floor(lastUsedAt / period),
    lastUsedAt: lastUsedAt ?? createdAt,
  };
}
