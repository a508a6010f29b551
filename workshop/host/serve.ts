// `zerohop serve` as a process of its own that ends with the test.
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { spawnZerohop } from "./program.ts";

export interface Serving {
  /** Where it listens, as a URL. */
  readonly url: string;
  /** Its log so far, as lines of JSON. */
  readonly log: readonly string[];
  readonly pid: number;
  /** Settles with the exit code and signal it ended with. */
  readonly ended: Promise<readonly [number | null, NodeJS.Signals | null]>;
  /** Sends a signal and waits for its end. */
  end(signal: NodeJS.Signals): Promise<readonly [number | null, NodeJS.Signals | null]>;
}

/** Runs `zerohop serve` until it listens. It ends with the test. */
export async function serve(config: string): Promise<Serving> {
  const child = spawnZerohop(["serve", "--config", config]);
  const ended = new Promise<readonly [number | null, NodeJS.Signals | null]>((resolve) =>
    child.on("close", (code, signal) => resolve([code, signal])),
  );
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  onTestFinished(async () => {
    await end("SIGKILL");
  });
  const log: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    let rest = "";
    child.stdout.on("data", (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split("\n");
      rest = lines.pop()!;
      log.push(...lines);
      const line = lines.map((entry) => JSON.parse(entry)).find(({ msg }) => msg.startsWith("listening on "));
      if (line) resolve(line.address);
    });
    const stderr = text(child.stderr);
    ended.then(async () => reject(new Error(`serve ended before it listened: ${await stderr}`)), reject);
  });
  return { url, log, pid: child.pid!, ended, end };
}
