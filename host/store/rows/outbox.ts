// A row of the outbox, as both databases give it.
import type { ClaimedEntry } from "../outbox-store.ts";

export interface OutboxRow {
  id: string;
  purpose: string;
  user_hash: string;
  address_hash: string;
  message: Uint8Array;
  created_at: number;
  expires_at: number;
  attempts: number;
}

export function claimedEntryFrom(row: OutboxRow): ClaimedEntry {
  return {
    id: row.id,
    purpose: row.purpose,
    user: row.user_hash,
    address: row.address_hash,
    message: row.message,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    attempt: row.attempts,
  };
}
