// What a computation costs, however busy the machine is with other things.

/** The CPU time that this process has taken so far, milliseconds. */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
