// The thread that slow-hash.ts starts.
import { timingSafeEqual } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import { compareSync } from "bcryptjs";
import { sha512CryptDigest } from "./sha512-crypt.ts";
import type { SlowHash } from "./slow-hash.ts";

const { algorithm, password, hash } = workerData as SlowHash;
parentPort!.postMessage(algorithm === "bcrypt" ? compareSync(password, hash) : hasSha512Crypt());

function hasSha512Crypt(): boolean {
  const expected = Buffer.from(hash.slice(hash.lastIndexOf("$") + 1));
  const actual = Buffer.from(sha512CryptDigest(password, hash));
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}
