// How hard a password is to guess, by zxcvbn: from 0 to 4. It takes its time, more than in proportion to the length, so that
// it runs beside the event loop, in a thread that ends with it: passwords are set too seldom to keep its word lists for them.
import { Worker } from "node:worker_threads";

export interface StrengthQuestion {
  readonly password: string;
  /** Words that whoever guesses for this person would try first. Lower case. */
  readonly words: readonly string[];
}

/** What makes a password easy to guess: its own words, known passwords, something repeated or in a row, or nothing of that. */
export type Weakness = "personal" | "common" | "pattern" | "plain";

export interface Strength {
  readonly score: number;
  readonly weakness: Weakness;
}

/** Half a second is the worst that was seen. Milliseconds. */
const patience = 20_000;

/** Throws when the thread does not answer. */
export async function assessStrength(question: StrengthQuestion): Promise<Strength> {
  const { promise, resolve, reject } = Promise.withResolvers<Strength>();
  const worker = new Worker(new URL("./strength-thread.ts", import.meta.url), { workerData: question });
  const timer = setTimeout(() => void worker.terminate(), patience);
  worker.once("message", resolve);
  worker.once("error", reject);
  worker.once("exit", () => reject(new Error("the thread that assesses a password ended without an answer")));
  return promise.finally(() => clearTimeout(timer));
}
