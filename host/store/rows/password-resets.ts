// A row of the links for forgotten passwords, as both databases give it.
import type { StoredPasswordReset } from "../password-reset-store.ts";

export interface PasswordResetRow {
  username: string;
  token: Uint8Array;
  browser: Uint8Array;
  created_at: number;
  not_before: number;
  expires_at: number;
}

export function passwordResetFrom(row: PasswordResetRow): StoredPasswordReset {
  const { username, token, browser } = row;
  return {
    ...{ username, token, browser },
    createdAt: row.created_at,
    notBefore: row.not_before,
    expiresAt: row.expires_at,
  };
}
