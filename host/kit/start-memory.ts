// What a process that starts takes of the machine's memory, and gives back before it waits for work. By itself V8 keeps the room that
// loading took, compiles for speed what runs only then, and so begins with twice of what it needs.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

type Collect = (options: { type: "major"; execution: "sync"; flavor: "last-resort" }) => void;

/** Has V8 compile nothing for speed, and not enlarge the room for new objects, until the process has started. */
export function startSmall(): void {
  setFlags("--no-opt", "--no-maglev", "--no-sparkplug", "--semi-space-growth-factor=1");
}

/** Ends what startSmall began: what is hot from now on is compiled for speed. Gives back what only the start had a use for. */
export function started(): void {
  setFlags("--opt", "--maglev", "--sparkplug", "--semi-space-growth-factor=2");
  giveBack();
}

/** Collects this thread's garbage as V8 does before it runs out of memory. Some 50 ms of the thread's time. */
export function giveBack(): void {
  // Only a context that is made under this flag has a function for it. Flags are the process's, and code that was compiled ahead is
  // used under none but the usual ones: it is taken back at once, by whichever thread is first.
  setFlags("--expose-gc");
  const collect: Collect | undefined = runInNewContext("globalThis.gc");
  setFlags("--no-expose-gc");
  collect?.({ type: "major", execution: "sync", flavor: "last-resort" });
}

function setFlags(...flags: readonly string[]): void {
  for (const flag of flags) setFlagsFromString(flag);
}
