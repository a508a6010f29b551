// The second factors of this host. A new one is a folder beside this file, and a line in `factors`.
import type { Database } from "../../kit/sql/queries.ts";
import type { FactorModules } from "./factor.ts";
import { passkeys } from "./passkeys/index.ts";
import { preferencesTable } from "./preference-store.ts";
import { recoveryCodes } from "./recovery-codes/index.ts";
import { totp } from "./totp/index.ts";

/** In the order in which the portal lists them, each under the name of its configuration. */
export const factors = { totp, webauthn: passkeys } satisfies FactorModules;

/** What they have in the config file. */
export const factorSections = sectionsOf(factors);

export const factorModules = [...Object.values(factors), recoveryCodes];

/** What they record in the audit trail. */
export const factorActions = factorModules.flatMap(({ actions }) => actions);

/** The tables of some factors, and of the recovery codes that come with them. */
export function tablesOf(modules: FactorModules): readonly string[] {
  return [...Object.values(modules), recoveryCodes].flatMap(({ tables }) => tables);
}

/** Removes all that a user can pass a second factor with: whoever gets their name next would be asked for it. */
export async function removeSecondFactors(database: Database, username: string): Promise<void> {
  await database.transaction(async ({ changes }) => {
    for (const table of [preferencesTable, ...tablesOf(factors)])
      await changes(`DELETE FROM ${table} WHERE username = $1`, username);
  });
}

export function sectionsOf<Modules extends FactorModules>(modules: Modules) {
  const sections = Object.entries(modules).map(([name, { section }]) => [name, section]);
  return Object.fromEntries(sections) as { readonly [Name in keyof Modules]: Modules[Name]["section"] };
}
