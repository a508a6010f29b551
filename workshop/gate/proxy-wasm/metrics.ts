// Counters, gauges and histograms that the guest defines. All workers that define a name share it.
import { MetricType, Status } from "./abi.ts";

interface Metric {
  readonly type: number;
  value: bigint;
  /** What a histogram was given. */
  readonly records: bigint[];
}

export class Metrics {
  private readonly byName = new Map<string, Metric>();
  private readonly byId: Metric[] = [];

  /** The value of a counter or gauge, undefined when nobody defined it. */
  value(name: string): bigint | undefined {
    return this.byName.get(name)?.value;
  }

  /** What was recorded into a histogram. */
  records(name: string): readonly bigint[] {
    return this.byName.get(name)?.records ?? [];
  }

  /** Returns the new metric's id, or undefined when there is no such type. */
  define(type: number, name: string): number | undefined {
    if (type > MetricType.histogram) return undefined;
    const metric = this.byName.get(name) ?? { type, value: 0n, records: [] };
    this.byName.set(name, metric);
    return this.byId.push(metric) - 1;
  }

  increment(id: number, offset: bigint): Status {
    const metric = this.byId[id];
    if (!metric) return Status.notFound;
    if (metric.type === MetricType.histogram) return Status.badArgument;
    if (metric.type === MetricType.counter && offset <= 0n) return Status.badArgument;
    metric.value += offset;
    return Status.ok;
  }

  record(id: number, value: bigint): Status {
    const metric = this.byId[id];
    if (!metric) return Status.notFound;
    if (metric.type === MetricType.histogram) metric.records.push(value);
    else metric.value = metric.type === MetricType.counter ? metric.value + value : value;
    return Status.ok;
  }
}
