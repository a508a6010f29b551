// A row of the sessions, as both databases give it.
import type { StoredSession } from "../store.ts";

export interface SessionRow {
  sid: string;
  username: string;
  domain: string;
  created_at: number;
  auth_time: number;
  level: 1 | 2;
  amr: string;
  remember_me: 0 | 1;
  expires_at: number;
  lease_until: number;
  last_seen: number;
  address: string;
  user_agent: string;
}

export function sessionFrom(row: SessionRow): StoredSession {
  return {
    sid: row.sid,
    username: row.username,
    domain: row.domain,
    createdAt: row.created_at,
    authTime: row.auth_time,
    level: row.level,
    amr: JSON.parse(row.amr) as string[],
    rememberMe: row.remember_me === 1,
    expiresAt: row.expires_at,
    leaseUntil: row.lease_until,
    lastSeen: row.last_seen,
    address: row.address,
    userAgent: row.user_agent,
  };
}
