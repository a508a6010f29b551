// A row of the signing keys, as both databases give it.
import type { KeyPurpose, StoredKey } from "../store.ts";

export interface KeyRow {
  kid: string;
  purpose: KeyPurpose;
  public_key: string;
  private_key: Uint8Array | null;
  created_at: number;
  retired_at: number | null;
}

export function keyFrom(row: KeyRow): StoredKey {
  return {
    kid: row.kid,
    purpose: row.purpose,
    publicKey: row.public_key,
    privateKey: row.private_key,
    createdAt: row.created_at,
    retiredAt: row.retired_at,
  };
}
