// `npm run bench -- core [--rounds 9] [--seconds 0.1]`: what a decision costs in V8, by the size of the policy and by where
// its rule stands, what a session costs cached and fresh, and what loading a policy takes. Times include the gate's reading of
// a browser's fourteen headers and its header changes, but not the proxy's part in them.
import { parseArgs } from "node:util";
import { bundleKey, freshClaims, newSessionKey, signToken } from "../workshop/gate/tokens.ts";
import { type Gate, type PreparedHeaders, prepareHeaders, startGate } from "./core/gate.ts";
import { absent, domain, early, late, policyOf } from "./core/policies.ts";
import { nanosecondsPerCall } from "./measure/calls.ts";
import { machineFacts } from "./measure/machine.ts";
import { interleave, median, spread } from "./measure/rounds.ts";
import { markdownTable } from "./measure/table.ts";

const portal = `https://auth.${domain}`;
const key = newSessionKey();
const sizes = [10, 100, 1_000, 10_000];

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { rounds: { type: "string", default: "9" }, seconds: { type: "string", default: "0.1" } },
  });
  const rounds = Number(values.rounds);
  const seconds = Number(values.seconds);
  await decisions(rounds, seconds);
  await sessions(rounds, seconds);
  await loading();
  console.log(`\n${rounds} rounds of ${seconds} s; ${machineFacts()}`);
}

/** ns per decision with a cached session, for each size of policy and place of the rule. */
async function decisions(rounds: number, seconds: number): Promise<void> {
  const cookie = sessionCookie(1);
  const calls: Record<string, () => void> = {};
  for (const regexes of [false, true])
    for (const size of sizes) {
      const gate = startGate(configuration(policyOf(size, regexes)));
      for (const [place, host] of Object.entries({ early, late: late(size), miss: absent }))
        calls[`${regexes} ${size} ${place}`] = deciding(gate, headersFor(host, cookie), place === "miss" ? 1 : 0);
    }
  const samples = await measure(calls, rounds, seconds);
  const rows = [false, true].flatMap((regexes) =>
    sizes.map((size) => [
      `${size.toLocaleString("en")} rules${regexes ? ", each with two regexes" : ""}`,
      ...["early", "late", "miss"].map((place) => figure(samples[`${regexes} ${size} ${place}`]!)),
      ratio(samples[`${regexes} ${size} late`]!, samples[`${regexes} 10 late`]!),
    ]),
  );
  console.log(markdownTable(["ns per decision", "hit early", "hit late", "miss (403)", "late, of 10 rules"], rows));
}

/** ns for a session that the cache has, and µs for one whose signature must be verified. */
async function sessions(rounds: number, seconds: number): Promise<void> {
  // A small cache, so that more tokens than it holds go round and none of them is still there when its turn comes again.
  const gate = startGate({ ...configuration(policyOf(10, true)), cache_bytes: 524_288 });
  const cached = headersFor(late(10), sessionCookie(1));
  const anonymous = headersFor(late(10), "theme=dark; lang=en");
  const fresh = Array.from({ length: 5000 }, (_, i) => headersFor(late(10), sessionCookie(i + 2)));
  let next = 0;
  const samples = await measure(
    {
      "no session (302)": deciding(gate, anonymous, 1),
      "session, cached": deciding(gate, cached, 0),
      "session, fresh token": () => deciding(gate, fresh[next++ % fresh.length]!, 0)(),
    },
    rounds,
    seconds,
  );
  const rows = Object.entries(samples).map(([name, sample]) => [name, figure(sample)]);
  console.log(`\n${markdownTable(["ns per request, ten rules with regexes", "ns"], rows)}`);
}

/** Milliseconds and memory that a policy takes to load, in a new instance. */
async function loading(): Promise<void> {
  const empty = startGate(configuration(policyOf(1, false))).memoryBytes;
  const rows = [false, true].flatMap((regexes) =>
    sizes.map((size) => {
      const gates = Array.from({ length: 5 }, () => startGate(configuration(policyOf(size, regexes))));
      const milliseconds = median(gates.map(({ loadMilliseconds }) => loadMilliseconds));
      const megabytes = (gates[0]!.memoryBytes - empty) / 2 ** 20;
      return [
        `${size.toLocaleString("en")} rules${regexes ? ", each with two regexes" : ""}`,
        milliseconds.toFixed(1),
        megabytes.toFixed(1),
      ];
    }),
  );
  console.log(`\n${markdownTable(["loading a policy", "ms", "MB more than one rule"], rows)}`);
}

function configuration(policy: object): object {
  return {
    bundle: {
      version: 1,
      iat: Math.floor(Date.now() / 1000),
      keys: [bundleKey(key)],
      cookies: [{ domain, portal, name: "zerohop_session" }],
      policy,
    },
  };
}

function sessionCookie(number: number): string {
  const claims = freshClaims(portal, domain, { sub: `user-${number}`, exp: 4e9, session_exp: 4e9 });
  return `theme=dark; zerohop_session=${signToken(key, claims)}; lang=en`;
}

function headersFor(host: string, cookie: string): PreparedHeaders {
  return prepareHeaders([
    [":authority", `${host}:8443`],
    [":path", "/projects/42?tab=files"],
    [":method", "GET"],
    [":scheme", "https"],
    ["user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"],
    ["accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"],
    ["accept-language", "en-GB,en;q=0.5"],
    ["accept-encoding", "gzip, deflate, br, zstd"],
    ["cookie", cookie],
    ["upgrade-insecure-requests", "1"],
    ["sec-fetch-dest", "document"],
    ["sec-fetch-mode", "navigate"],
    ["x-forwarded-for", "203.0.113.7"],
    ["x-request-id", "8582e970-2a14-49e9-ad5f-3f9e0b2fee37"],
  ]);
}

/** One decision, which must come out as expected: 0 let through, 1 answered. */
function deciding(gate: Gate, headers: PreparedHeaders, expected: number): () => void {
  return () => {
    if (gate.decide(headers) !== expected) throw new Error("a request was decided wrongly");
  };
}

async function measure<Name extends string>(
  calls: Record<Name, () => void>,
  rounds: number,
  seconds: number,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(calls) as Name[];
  const nanoseconds = async (name: Name) => nanosecondsPerCall(calls[name], seconds, 50);
  await interleave(names, 2, nanoseconds);
  return interleave(names, rounds, nanoseconds);
}

function figure(sample: readonly number[]): string {
  return `${median(sample).toFixed(0)} ± ${spread(sample).toFixed(0)}`;
}

function ratio(sample: readonly number[], reference: readonly number[]): string {
  return `${median(sample.map((value, round) => value / reference[round]!)).toFixed(2)}x`;
}

if (import.meta.main) await run(process.argv.slice(2));
