// What operators do to the key that signs session tokens.
import { keyringOf, type Operator, recordOperation } from "./operator.ts";

/** Makes a new key. Sessions live on. Returns the key's id. */
export async function rotateSessionKey(operator: Operator): Promise<string> {
  const kid = await (await keyringOf(operator)).rotateSessionKey();
  await recordOperation(operator, { action: "key rotation", detail: { kid } });
  return kid;
}

/** For a key that has leaked: makes a new one and believes no other, so that every session ends. */
export async function revokeSessionKeys(
  operator: Operator,
  reason?: string,
): Promise<{ readonly kid: string; readonly ended: number }> {
  const { kid, ended } = await (await keyringOf(operator)).revokeSessionKeys();
  const detail = { kid, revoked: true, sessions: ended, ...(reason !== undefined && { reason }) };
  await recordOperation(operator, { action: "key rotation", detail });
  return { kid, ended };
}
