// A proxy as a benchmark starts it: a program that listens on one port.
import { setTimeout as sleep } from "node:timers/promises";
import { isListening } from "../../workshop/processes/ports.ts";
import { type Child, startChild } from "../measure/children.ts";

const startSeconds = 30;

export interface ProxyProcess {
  readonly process: Child;
  readonly origin: string;
}

/** Starts one whose configuration names this port, and waits until it listens there. */
export async function startProxy(
  name: string,
  program: string,
  args: readonly string[],
  { folder, port }: { readonly folder: string; readonly port: number },
): Promise<ProxyProcess> {
  const process = startChild(program, args, folder);
  for (let waited = 0; waited < startSeconds && !process.ended; waited += 0.05) {
    await sleep(50);
    if (await isListening(port)) return { process, origin: `http://127.0.0.1:${port}` };
  }
  throw new Error(`${name} did not start:\n${process.errorOutput}`);
}
