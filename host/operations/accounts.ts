// What operators do to the accounts of people who sign in with providers, and to those who are to have one.
import { Invitations } from "../features/providers/invitations.ts";
import { ProviderLoginStore } from "../features/providers/store.ts";
import { type ProviderAccount, ProviderAccountStore } from "../identity/provider-accounts/store.ts";
import { HostError } from "../kit/errors.ts";
import { revokeUser } from "../session/revocation.ts";
import { SessionStore } from "../session/store.ts";
import { type Operator, recordOperation } from "./operator.ts";
import { forgetUser } from "./users.ts";

/** By name. */
export function listAccounts({ database }: Operator): Promise<readonly ProviderAccount[]> {
  return new ProviderAccountStore(database).accounts();
}

/** Their owners cannot sign in, and their sessions end at once. Returns how many did. */
export function disableAccounts(operator: Operator, names: readonly string[]): Promise<number> {
  return changeAccounts(operator, "disabled", names, (store, name) => store.setDisabled(name, true));
}

export async function enableAccounts(operator: Operator, names: readonly string[]): Promise<void> {
  await changeAccounts(operator, "enabled", names, (store, name) => store.setDisabled(name, false));
}

/** Their sessions end at once, and their second factors are removed. Whoever signs in again has a new account. */
export function deleteAccounts(operator: Operator, names: readonly string[]): Promise<number> {
  return changeAccounts(operator, "deleted", names, async (store, name) => {
    await store.remove(name);
    await forgetUser(operator, name);
  });
}

/** Makes an invitation to an account, good for one and for so many seconds. Returns its code. */
export async function invite(operator: Operator, provider: string, lifetime: number): Promise<string> {
  const { database, clock } = operator;
  const code = await new Invitations(new ProviderLoginStore(database), clock).make(provider, lifetime);
  await recordOperation(operator, { action: "user change", detail: { change: "invited", provider } });
  return code;
}

/** Throws HostError "not_found", with nothing changed, when one of the names is no account's. */
async function changeAccounts(
  operator: Operator,
  change: "disabled" | "enabled" | "deleted",
  names: readonly string[],
  apply: (store: ProviderAccountStore, name: string) => Promise<unknown>,
): Promise<number> {
  const { config, database, clock } = operator;
  const store = new ProviderAccountStore(database);
  for (const name of names)
    if (!(await store.account(name))) throw new HostError("not_found", `no provider's account is called ${name}`);
  let ended = 0;
  for (const user of names) {
    await apply(store, user);
    // After the change: nobody logs in between the two.
    const sessions =
      change === "enabled" ? 0 : await revokeUser(new SessionStore(database), config.session, user, clock());
    ended += sessions;
    await recordOperation(operator, { action: "user change", user, detail: { change, sessions } });
  }
  return ended;
}
