// The proxy's clock. It stands still unless a test moves it, but for a microsecond a reading: that is how fine Envoy's
// clock is, and hardly two readings of it are the same.

export class Clock {
  /** Milliseconds since 1970. */
  now: number;
  private readings = 0n;

  constructor(now: number) {
    this.now = now;
  }

  /** Nanoseconds since 1970. */
  read(): bigint {
    this.readings += 1n;
    return (BigInt(Math.round(this.now * 1000)) + this.readings) * 1000n;
  }
}
