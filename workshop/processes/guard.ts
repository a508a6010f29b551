// Runs beside the process that starts programs (program.ts) and ends those programs when it dies, however it dies. It
// hears of each program over the IPC channel, whose end is the sign.
import type { Notice } from "./program.ts";

const patience = 5000;
const programs = new Set<number>();

process.on("message", (notice: Notice) => {
  if (notice.running) programs.add(notice.pid);
  else programs.delete(notice.pid);
});
process.on("disconnect", () => {
  for (const pid of programs) signal(pid, "SIGTERM");
  const deadline = Date.now() + patience;
  const wait = (): void => {
    const running = [...programs].filter((pid) => signal(pid, 0));
    if (running.length > 0 && Date.now() < deadline) return;
    for (const pid of running) signal(pid, "SIGKILL");
    process.exit();
  };
  wait();
  setInterval(wait, 100);
});

/** Sends a signal, 0 for none. False when the program is gone. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
