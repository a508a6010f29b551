// Verifies hashes that node:crypto cannot compute beside the event loop: each in a thread that ends with it. Such hashes are
// replaced at their first login, so that a thread is not kept for them.
import { Worker } from "node:worker_threads";

export interface SlowHash {
  readonly algorithm: "bcrypt" | "sha-crypt";
  readonly password: string;
  readonly hash: string;
}

/** Whether the password has the hash. */
export function inThread(work: SlowHash): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const worker = new Worker(new URL("./slow-hash-thread.ts", import.meta.url), { workerData: work });
  worker.once("message", (matches) => resolve(matches === true));
  worker.once("error", reject);
  worker.once("exit", () => reject(new Error("the thread that verifies a password ended without an answer")));
  return promise;
}
