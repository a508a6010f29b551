// What one call of a function takes.

/** Calls a function for so many seconds, in batches between looks at the clock, and returns nanoseconds per call. */
export function nanosecondsPerCall(call: () => unknown, seconds: number, batch: number): number {
  const start = process.hrtime.bigint();
  const end = start + BigInt(Math.round(seconds * 1e9));
  let calls = 0;
  let now = start;
  while (now < end) {
    for (let i = 0; i < batch; i++) call();
    calls += batch;
    now = process.hrtime.bigint();
  }
  return Number(now - start) / calls;
}
