// `npm run bench -- crypto [--rounds 15] [--seconds 0.1]`: what an Ed25519 verification costs in the gate's WebAssembly and in
// node:crypto, for a message as long as a session token, and what preparing a key costs the gate once per bundle.
import { generateKeyPairSync, randomBytes, sign, verify } from "node:crypto";
import { parseArgs } from "node:util";
import { compileAssembly } from "../workshop/gate/compile-assembly.ts";
import { nanosecondsPerCall } from "./measure/calls.ts";
import { machineFacts } from "./measure/machine.ts";
import { interleave, median, spread } from "./measure/rounds.ts";
import { markdownTable } from "./measure/table.ts";

/** The signed part of a session token with a few groups. */
const messageBytes = 600;

export interface VerificationCost {
  readonly variant: "gate: verify" | "node:crypto: verify" | "gate: prepare a key";
  /** Nanoseconds per call: the median of the rounds, and half the distance between their quartiles. */
  readonly nanoseconds: number;
  readonly spread: number;
  /** The median over the rounds of this variant's time to node:crypto's in the same round. */
  readonly ratio: number;
}

interface Ed25519Exports {
  readonly PREPARED_KEY_BYTES: { readonly value: number };
  prepareKey(encoded: number, prepared: number): number;
  verify(prepared: number, message: number, messageLength: number, signature: number): number;
}

/** Times each variant for `seconds` in every one of `rounds` interleaved rounds, after a round that counts for nothing. */
export async function measureVerification(rounds: number, seconds: number): Promise<VerificationCost[]> {
  const calls = await prepareCalls();
  const names = Object.keys(calls) as VerificationCost["variant"][];
  const measure = async (name: VerificationCost["variant"]) => nanosecondsPerCall(calls[name], seconds, 20);
  await interleave(names, 1, measure);
  const samples = await interleave(names, rounds, measure);
  const reference = samples["node:crypto: verify"];
  return names.map((variant) => ({
    variant,
    nanoseconds: median(samples[variant]),
    spread: spread(samples[variant]),
    ratio: median(samples[variant].map((sample, round) => sample / reference[round]!)),
  }));
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { rounds: { type: "string", default: "15" }, seconds: { type: "string", default: "0.1" } },
  });
  const costs = await measureVerification(Number(values.rounds), Number(values.seconds));
  const rows = costs.map(({ variant, ratio, nanoseconds, spread }) => [
    variant,
    `${ratio.toFixed(2)}x`,
    `${(nanoseconds / 1000).toFixed(1)} ± ${(spread / 1000).toFixed(1)}`,
  ]);
  console.log(markdownTable([`Ed25519, ${messageBytes} bytes`, "of node:crypto", "µs"], rows));
  console.log(
    `\n${values.rounds} rounds of ${values.seconds} s; ${machineFacts()}, OpenSSL ${process.versions.openssl}`,
  );
}

/** One call of each variant on the same key, message and signature. Each throws where it does not accept them. */
async function prepareCalls(): Promise<Record<VerificationCost["variant"], () => void>> {
  const { exports, memory } = await compileAssembly<Ed25519Exports>("crypto/ed25519/verify.ts");
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const message = randomBytes(messageBytes);
  const signature = sign(null, message, privateKey);
  const key = memory.place(Buffer.from(publicKey.export({ format: "jwk" }).x!, "base64url"));
  const messageAt = memory.place(message);
  const signatureAt = memory.place(signature);
  const prepared = memory.reserve(exports.PREPARED_KEY_BYTES.value);
  const expect = (accepted: boolean) => {
    if (!accepted) throw new Error("a valid signature was refused");
  };
  expect(exports.prepareKey(key, prepared) === 1);
  return {
    "gate: verify": () => expect(exports.verify(prepared, messageAt, messageBytes, signatureAt) === 1),
    "node:crypto: verify": () => expect(verify(null, message, publicKey, signature)),
    "gate: prepare a key": () => expect(exports.prepareKey(key, prepared) === 1),
  };
}

if (import.meta.main) await run(process.argv.slice(2));
