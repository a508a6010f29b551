// What operators do about the tokens by which gates get the bundle.
import { mintEdgeToken } from "../gates/edge/edge-token.ts";
import { EdgeTokenStore, type StoredEdgeToken } from "../gates/edge/edge-token-store.ts";
import { type Operator, recordOperation } from "./operator.ts";

/** Oldest first: names and times, for nobody knows the tokens themselves. */
export function listEdgeTokens({ database }: Operator): Promise<readonly StoredEdgeToken[]> {
  return new EdgeTokenStore(database).list();
}

/** Makes a token, which is returned this once. Those made before stay good, of the same name too. */
export async function makeEdgeToken(operator: Operator, name: string): Promise<string> {
  const token = await mintEdgeToken(new EdgeTokenStore(operator.database), name, operator.clock());
  await recordOperation(operator, { action: "edge token", detail: { name, made: true } });
  return token;
}

/** Takes tokens back by their names. Returns how many there were, and the names that none had. */
export async function revokeEdgeTokens(
  operator: Operator,
  names: readonly string[],
): Promise<{ readonly revoked: number; readonly missing: readonly string[] }> {
  const store = new EdgeTokenStore(operator.database);
  const missing: string[] = [];
  let revoked = 0;
  for (const name of names) {
    const removed = await store.remove(name);
    if (removed === 0) missing.push(name);
    else await recordOperation(operator, { action: "edge token", detail: { name, revoked: removed } });
    revoked += removed;
  }
  return { revoked, missing };
}
