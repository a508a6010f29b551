// What sessions have cost this worker so far, for its metrics.

@unmanaged
class SessionCounts {
  /** Sessions found in the cache. */
  cacheHits: u64;
  /** Signatures of clients' tokens that were checked. */
  verifications: u64;
  /** Tokens that were left unproven, for too many were forged. */
  postponements: u64;
  /** Sessions that made way for others before their lease was over. */
  forgotten: u64;
}

export const sessionCounts: SessionCounts = changetype<SessionCounts>(memory.data(offsetof<SessionCounts>(), 8));
