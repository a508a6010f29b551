// Bundles and session claims, as they are once their signature was found good.
import { compileAssembly } from "../../../workshop/gate/compile-assembly.ts";
import { bundleKey, freshClaims, newSessionKey } from "../../../workshop/gate/tokens.ts";
import { BrokenPromise, Bytes, type Target } from "../target.ts";
import { jsonWords, policy, policyWords } from "./samples.ts";

interface SessionExports {
  readonly memory: WebAssembly.Memory;
  allocate(size: number): number;
  resetArena(): void;
  offer(at: number, length: number): number;
  ask(now: number): number;
  sessionOf(at: number, length: number): number;
  profileOf(at: number, length: number): number;
}

const entry = "../test/assembly/core/session/exports.ts";
const ROLLED_BACK = 5;
const portal = "https://auth.example.com";

export const bundle = {
  version: 1_000_000_000,
  iat: 1000,
  keys: [bundleKey(newSessionKey()), bundleKey(newSessionKey())],
  cookies: [
    { domain: "example.com", portal, name: "zerohop_session" },
    { domain: "test.example.com", portal: "https://auth.test.example.com:8443/x", name: "s" },
  ],
  policy,
  revoked_sessions: ["sid-1", "sid-2"],
  not_before: { alice: 900, bob: 1100 },
};

function placeIn(wasm: SessionExports, bytes: Bytes, input: Uint8Array): number {
  wasm.resetArena();
  const at = wasm.allocate(input.length + 1) >>> 0;
  bytes.all.set(input, at);
  return at;
}

export async function bundles(): Promise<Target> {
  let wasm = (await compileAssembly<SessionExports>(entry)).exports;
  const next = (await compileAssembly<SessionExports>(entry)).exports;
  const fresh = [next];
  let bytes = new Bytes(wasm.memory);
  let version = 0;
  let rolledBack = 0;
  const marker = Buffer.from('"version":1');

  /** An accepted bundle sets a version below which all others are rolled back, so each gets a higher one. */
  function raiseVersion(input: Uint8Array): void {
    const at = Buffer.from(input.buffer, input.byteOffset, input.length).indexOf(marker);
    if (at < 0) return;
    const digits = String(++version).padStart(9, "0");
    for (let i = 0; i < 9; i++) {
      const place = at + marker.length + i;
      if (place >= input.length || input[place]! < 0x30 || input[place]! > 0x39) return;
      input[place] = digits.charCodeAt(i);
    }
  }

  return {
    seeds: [
      JSON.stringify(bundle),
      JSON.stringify({ ...bundle, policy: { default_policy: "one_factor" }, keys: [], not_before: {} }),
    ],
    dictionary: [
      ...jsonWords,
      ...policyWords,
      '"version":1000000000',
      '"keys":',
      '"cookies":',
      '"iat":',
      "https://",
      '"x":',
      '"kid":',
    ],
    pages: () => bytes.pages,
    run(input) {
      raiseVersion(input);
      const result = wasm.offer(placeIn(wasm, bytes, input), input.length);
      if (result === ROLLED_BACK && ++rolledBack > 2000 && fresh.length > 0) {
        wasm = fresh.pop()!;
        bytes = new Bytes(wasm.memory);
        rolledBack = 0;
      }
      return (result << 16) | wasm.ask(1000);
    },
  };
}

/** As the host writes it of a policy that names the groups of the sample. */
const reference = { sha512: "A".repeat(43), of: "A".repeat(22), in: "_w" };

/** Profiles of users, once their digest was found right. */
export async function profiles(): Promise<Target> {
  const { exports: wasm } = await compileAssembly<SessionExports>(entry);
  const bytes = new Bytes(wasm.memory);
  return {
    seeds: [
      JSON.stringify({ name: "Alice Liddell", email: "alice@example.com", groups: ["admins", "dev"] }),
      JSON.stringify({ groups: Array.from({ length: 50 }, (_, i) => `group ${i}`) }),
      '{"groups":["","\\u00e9\\ud83d\\ude00","a,b"],"name":""}',
    ],
    dictionary: [...jsonWords, '"groups":', '"name":', '"email":'],
    pages: () => bytes.pages,
    run(input) {
      const kept = wasm.profileOf(placeIn(wasm, bytes, input), input.length);
      if (kept < 0) throw new BrokenPromise("a profile larger than its memory, or not found again");
      return kept;
    },
  };
}

export async function claims(): Promise<Target> {
  const { exports: wasm } = await compileAssembly<SessionExports>(entry);
  const bytes = new Bytes(wasm.memory);
  const json = Buffer.from(JSON.stringify(bundle));
  wasm.offer(placeIn(wasm, bytes, json), json.length);
  const seed = (more = {}) =>
    JSON.stringify(freshClaims(portal, "example.com", { iat: 1000, exp: 2000, session_exp: 3000, ...more }));

  return {
    seeds: [
      seed(),
      seed({ groups: [], amr: ["pwd", "hwk", "mfa"], level: 2 }),
      seed({ groups: reference }),
      seed({ groups: { sha512: reference.sha512 } }),
      seed({ groups: ["a,b", "", "c\nd", "é", "x".repeat(300)] }),
    ],
    dictionary: [
      ...jsonWords,
      ...["iss", "aud", "sub", "sid", "groups", "amr", "level", "exp", "session_exp", "name", "sha512", "of", "in"].map(
        (key) => `"${key}":`,
      ),
    ],
    pages: () => bytes.pages,
    run(input) {
      const size = wasm.sessionOf(placeIn(wasm, bytes, input), input.length);
      if (size < 0)
        throw new BrokenPromise(size === -1 ? "a session larger than it said" : "a group list longer than its groups");
      return size === 0 ? 0 : 1 + (size >> 6);
    },
  };
}
