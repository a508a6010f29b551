// Adds the users of a list to the users file, and their authenticator apps to the database.
import { fromBase32 } from "../../features/second-factor/totp/base32.ts";
import { TotpStore } from "../../features/second-factor/totp/store.ts";
import { sealings } from "../../kit/encryption/sealed-columns.ts";
import { usage } from "../../kit/errors.ts";
import { encryptionOf, type Operator } from "../../operations/operator.ts";
import { addUsers, listUsers } from "../../operations/users.ts";
import type { ImportedUser } from "./list.ts";

/** No password has it (shadow(5)). */
const locked = "!";

export interface Added {
  readonly added: readonly ImportedUser[];
  /** Who is there already, and stays as they are. */
  readonly known: readonly string[];
  readonly apps: number;
}

/**
 * All of them or, where this throws, none. `hashed` is called with how many passwords are hashed, and how many there are. Throws what `addUsers`
 * does, and HostError "usage" about a secret that is none.
 */
export async function addListed(
  operator: Operator,
  users: readonly ImportedUser[],
  hashed: (count: number, all: number) => void,
): Promise<Added> {
  const there = new Set(listUsers(operator.config).map(({ user }) => user.name));
  const added = users.filter(({ name }) => !there.has(name));
  const secrets = added.flatMap(({ name, line, totp }) => {
    if (totp === undefined) return [];
    const secret = fromBase32(totp);
    if (secret && secret.length > 0) return [{ username: name, secret }];
    throw usage(`line ${line}: the secret of the authenticator app of ${name} is no base32`);
  });
  const encryption = await encryptionOf(operator);
  const store = new TotpStore(operator.database);
  const createdAt = operator.clock();
  const apps: string[] = [];
  const passwords = added.filter(({ password }) => password !== undefined).length;
  let count = 0;
  try {
    // Before the users: a host that runs takes these over at once, and lets whoever has no app set one up.
    for (const { username, secret } of secrets) {
      const sealed = encryption.seal(secret, sealings.totpSecret(username));
      const app = { username, secret: sealed, algorithm: "SHA1", digits: 6, period: 30 } as const;
      if (await store.add({ ...app, createdAt, lastStep: -1, lastUsedAt: createdAt })) apps.push(username);
    }
    await addUsers(
      operator,
      added.map(({ name, displayName, email, groups, disabled, hash, password }) => ({
        name,
        keys: {
          ...(displayName !== undefined && { displayname: displayName }),
          ...(email !== undefined && { email }),
          ...(groups !== undefined && { groups }),
          ...(disabled && { disabled }),
        },
        ...(password === undefined ? { hash: hash ?? locked } : { password }),
      })),
      () => hashed(++count, passwords),
    );
  } catch (error) {
    for (const username of apps) await store.remove(username);
    throw error;
  }
  return { added, known: users.flatMap(({ name }) => (there.has(name) ? [name] : [])), apps: apps.length };
}
