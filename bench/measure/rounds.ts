// Interleaved rounds: every variant is measured once in each round, so that what else the machine does hits all alike.

/** Per variant, one sample a round. The order turns by one from round to round, so that no variant has a fixed neighbour. */
export async function interleave<Name extends string, Sample>(
  names: readonly Name[],
  rounds: number,
  measure: (name: Name, round: number) => Promise<Sample>,
): Promise<Record<Name, Sample[]>> {
  const samples = Object.fromEntries(names.map((name) => [name, [] as Sample[]])) as Record<Name, Sample[]>;
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round) % names.length]!;
      samples[name].push(await measure(name, round));
    }
  }
  return samples;
}

/** The middle value, or the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Half the distance between the quartiles: how far a round's value typically lies from the median. */
export function spread(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const quartile = (part: number) => sorted[Math.round((sorted.length - 1) * part)]!;
  return (quartile(0.75) - quartile(0.25)) / 2;
}
