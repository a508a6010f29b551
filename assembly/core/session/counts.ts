// What sessions have cost this worker so far, for its metrics.

@unmanaged
class SessionCounts {
  /** Sessions found in the cache. */
  cacheHits: u64;
  /** Signatures of clients' tokens that were checked. */
  verifications: u64;
  /** Tokens that were left unproven, for too many had to be verified. */
  postponements: u64;
}

export const sessionCounts: SessionCounts = changetype<SessionCounts>(memory.data(offsetof<SessionCounts>(), 8));
