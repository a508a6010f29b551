// Measures what each variant costs Envoy's process per request, in rounds that interleave them.
import { cpuMicroseconds } from "../measure/cpu.ts";
import { interleave, median, spread } from "../measure/rounds.ts";
import { load } from "../measure/wrk.ts";
import type { Variant } from "./bootstrap.ts";
import type { Envoy } from "./envoy.ts";

const CONNECTIONS = 16;

export interface Cost {
  readonly variant: string;
  /** Median over the rounds, microseconds of CPU per request. */
  readonly cpu: number;
  /** Median of the rounds' differences to the first variant, and how far a round lies from it. */
  readonly added: number;
  readonly addedSpread: number;
  /** Median requests per second. */
  readonly throughput: number;
}

export interface Comparison {
  readonly envoy: Envoy;
  /** The first is what the others are compared with. */
  readonly variants: readonly Variant[];
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly rounds: number;
  readonly seconds: number;
  /** Seconds of load before the first round: V8 compiles a filter's hot functions again, better, in the first ones. */
  readonly warmUp: number;
}

export async function compare({
  envoy,
  variants,
  path,
  headers,
  rounds,
  seconds,
  warmUp,
}: Comparison): Promise<Cost[]> {
  const measure = async (name: string, duration: number) => {
    const before = cpuMicroseconds(envoy.process.pid);
    const url = envoy.origin(name) + path;
    const { requests, requestsPerSecond } = await load({ url, headers, seconds: duration, connections: CONNECTIONS });
    return { cpu: (cpuMicroseconds(envoy.process.pid) - before) / requests, throughput: requestsPerSecond };
  };
  const names = variants.map((variant) => variant.name);
  for (const name of names) await measure(name, warmUp);
  const samples = await interleave(names, rounds, (name) => measure(name, seconds));
  const plain = samples[names[0]!]!;
  return names.map((name) => {
    const own = samples[name]!;
    const added = own.map((sample, round) => sample.cpu - plain[round]!.cpu);
    return {
      variant: name,
      cpu: median(own.map((sample) => sample.cpu)),
      added: median(added),
      addedSpread: spread(added),
      throughput: median(own.map((sample) => sample.throughput)),
    };
  });
}
