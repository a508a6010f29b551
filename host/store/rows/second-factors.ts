// Rows of second factors, as both databases give them.
import type { StoredPasskey, StoredTotp, TotpAlgorithm } from "../second-factor-store.ts";

export interface TotpRow {
  username: string;
  secret: Uint8Array;
  algorithm: TotpAlgorithm;
  digits: number;
  period: number;
  created_at: number;
  last_step: number;
  last_used_at: number;
}

export interface PasskeyRow {
  id: string;
  username: string;
  rp_id: string;
  public_key: Uint8Array;
  counter: number;
  transports: string;
  synced: 0 | 1;
  discoverable: 0 | 1;
  name: string;
  created_at: number;
  last_used_at: number | null;
}

export function totpFrom(row: TotpRow): StoredTotp {
  const { username, secret, algorithm, digits, period } = row;
  return {
    ...{ username, secret, algorithm, digits, period },
    createdAt: row.created_at,
    lastStep: row.last_step,
    lastUsedAt: row.last_used_at,
  };
}

export function passkeyFrom(row: PasskeyRow): StoredPasskey {
  return {
    id: row.id,
    username: row.username,
    rpId: row.rp_id,
    publicKey: row.public_key,
    counter: row.counter,
    transports: JSON.parse(row.transports) as string[],
    synced: row.synced === 1,
    discoverable: row.discoverable === 1,
    name: row.name,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  };
}
