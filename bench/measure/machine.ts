// What the figures were measured on, for the line under a table.
import { cpus, release, totalmem } from "node:os";

export function machineFacts(): string {
  const processors = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${processors.length} cores (${processors[0]?.model.trim() ?? process.arch}), ${memory} GiB, Linux ${release()}, Node ${process.versions.node}`;
}
