// What is wrong with a peer's requests, in the log once.
import type { Logger } from "../../kit/log.ts";

export type WarnOnce = (peer: string, problem: string) => void;

/** Logs behind `title` what is wrong, once for each peer, and so many times in all. */
export function warnOnce(log: Logger, title: string, capacity: number): WarnOnce {
  const warned = new Set<string>();
  return (peer, problem) => {
    const warning = `${peer} ${problem}`;
    if (warned.has(warning) || warned.size >= capacity) return;
    warned.add(warning);
    log.warn({ peer }, `${title}: ${problem}`);
  };
}
