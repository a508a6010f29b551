// What all instances of a filter in one proxy process share.
import type { LogLevel } from "./abi.ts";
import type { Clock } from "./clock.ts";
import type { Metrics } from "./metrics.ts";
import type { OutboundCalls } from "./outbound-calls.ts";
import type { SharedData } from "./shared-data.ts";

export interface LogLine {
  /** The thread that wrote it. */
  readonly thread: string;
  readonly level: LogLevel;
  readonly message: string;
}

export type ForeignFunction = (argument: Buffer) => Buffer;

export interface Surroundings {
  readonly clock: Clock;
  readonly sharedData: SharedData;
  readonly metrics: Metrics;
  readonly calls: OutboundCalls;
  readonly log: LogLine[];
  /** What instances died of, oldest first. */
  readonly traps: Error[];
  readonly foreignFunctions: Readonly<Record<string, ForeignFunction>>;
  readonly configuration: Buffer;
  readonly vmConfiguration: Buffer;
  /** The variables that the module may see. */
  readonly environment: Readonly<Record<string, string>>;
}
