// The thread that slow-hash.ts starts.
import { timingSafeEqual } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import { compareSync } from "bcryptjs";
import { shaCryptDigest } from "./sha-crypt.ts";
import type { SlowHash } from "./slow-hash.ts";

const { algorithm, password, hash } = workerData as SlowHash;
parentPort!.postMessage(algorithm === "bcrypt" ? compareSync(password, hash) : hasShaCrypt());

function hasShaCrypt(): boolean {
  const expected = Buffer.from(hash.slice(hash.lastIndexOf("$") + 1));
  const actual = Buffer.from(shaCryptDigest(password, hash));
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}
