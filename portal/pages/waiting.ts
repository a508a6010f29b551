// How long somebody has to wait, in words.

/** Rounded up, in the largest unit that fits: `1 second`, `40 seconds`, `5 minutes`, `2 hours`. */
export function waitingTime(seconds: number): string {
  if (seconds < 60) return counted(seconds, "second");
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? counted(minutes, "minute") : counted(Math.ceil(seconds / 3600), "hour");
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
