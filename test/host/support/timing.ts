// Whether two kinds of requests can be told apart by how long they take, on a machine that is busy with other things.

/** Runs both in turns, whichever goes first by chance, and returns how long each took. Milliseconds. */
export async function interleaved(
  rounds: number,
  one: (round: number) => Promise<unknown>,
  other: (round: number) => Promise<unknown>,
): Promise<readonly [readonly number[], readonly number[]]> {
  const times: [number[], number[]] = [[], []];
  const runs = [one, other] as const;
  for (let round = 0; round < rounds; round++)
    for (const index of Math.random() < 0.5 ? ([0, 1] as const) : ([1, 0] as const)) {
      const started = performance.now();
      await runs[index](round);
      times[index].push(performance.now() - started);
    }
  return times;
}

/** The chance that a random time of one takes longer than one of the other: a half when they are alike. */
export function chanceOfLonger(a: readonly number[], b: readonly number[]): number {
  let longer = 0;
  for (const x of a) for (const y of b) longer += x > y ? 1 : x === y ? 0.5 : 0;
  return longer / (a.length * b.length);
}

export function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!;
}

/**
 * The chance that two samples of one distribution differ as much as these, by the Mann-Whitney rank test with its normal
 * approximation: a few very slow answers count no more than slow ones.
 */
export function chanceOfDifference(one: readonly number[], other: readonly number[]): number {
  const all = [...one.map((time) => ({ time, first: true })), ...other.map((time) => ({ time, first: false }))];
  all.sort((a, b) => a.time - b.time);
  const ranks = all.reduce((sum, { first }, index) => (first ? sum + index + 1 : sum), 0);
  const [n, m] = [one.length, other.length];
  const u = ranks - (n * (n + 1)) / 2;
  const z = Math.abs(u - (n * m) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12);
  return complementaryError(z / Math.SQRT2);
}

/** erfc for what is not negative (Abramowitz and Stegun, 7.1.26): right to 1.5e-7. */
function complementaryError(x: number): number {
  const t = 1 / (1 + 0.3275911 * x);
  const polynomial = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return polynomial * Math.exp(-x * x);
}
