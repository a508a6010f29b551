// `npm run bench -- envoy [--rounds 30] [--seconds 1] [--warm-up 3] [--set-cookie]`: what a check adds to Envoy's CPU time per
// allowed request, for the gate, for Envoy's own filters that do the same, and for asking a server. One run measures all, in
// interleaved rounds; `--set-cookie` adds what the gate costs with `gate.drop_session_set_cookie`. With `--ablation` it is gates that do
// a part of the work each, and with `--against FILE` another build of gate.wasm.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { locateEnvoy } from "../workshop/programs/envoy.ts";
import { compilePartialGate, partialGates } from "./envoy/ablation.ts";
import type { Variant } from "./envoy/bootstrap.ts";
import { type Cost, compare } from "./envoy/compare.ts";
import { type Envoy, startEnvoy } from "./envoy/envoy.ts";
import { browserHeaders, path, statusOf, withoutSession } from "./envoy/request.ts";
import { createSession, type Session } from "./envoy/session.ts";
import { authorizer, droppingVariants, gateVariant, variantsFor } from "./envoy/variants.ts";
import { stopChildren } from "./measure/children.ts";
import { machineFacts } from "./measure/machine.ts";
import { positiveInteger } from "./measure/options.ts";
import { markdownTable } from "./measure/table.ts";

/** What the ratios are of: the best that Envoy does by itself. */
const reference = "jwt_authn + rbac";
/** Asks a server, whose cost is no part of what ablation is about. */
const authorizing = "ext_authz";
const whole = "zerohop gate";

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string", default: "30" },
      seconds: { type: "string", default: "1" },
      "warm-up": { type: "string", default: "3" },
      "set-cookie": { type: "boolean", default: false },
      ablation: { type: "boolean", default: false },
      against: { type: "string" },
    },
  });
  const rounds = positiveInteger("rounds", values.rounds);
  const seconds = positiveInteger("seconds", values.seconds);
  const warmUp = positiveInteger("warm-up", values["warm-up"]);
  const program = await locateEnvoy((line) => console.error(line));
  const session = createSession();
  const headers = browserHeaders(session);
  const folder = mkdtempSync(join(tmpdir(), "zerohop-bench-"));
  try {
    const asked = await startEnvoy(program, [authorizer]);
    const compared = variantsFor(session, Number(new URL(asked.origin(authorizer.name)).port));
    const checking = values.ablation ? compared.filter(({ name }) => name !== authorizing) : [...compared];
    if (values["set-cookie"]) checking.push(...droppingVariants(session));
    if (values.against) checking.push(gateVariant(session, values.against, values.against));
    const partial = values.ablation ? await partialVariants(session, folder) : [];
    const variants = [...checking, ...partial];
    const envoy = await startEnvoy(program, variants);
    for (const variant of checking) await verify(envoy, variant, headers);
    console.error(`measuring ${variants.length} variants, ${rounds} rounds of ${seconds} s each ...`);
    const costs = await compare({ envoy, variants, path, headers, rounds, seconds, warmUp });
    console.log(table(costs));
    console.log(`\n${rounds} rounds of ${seconds} s; ${machineFacts()}; ${versions(program)}`);
    if (values.ablation) console.log(`\n${tableOfParts(costs)}`);
  } finally {
    stopChildren();
    rmSync(folder, { recursive: true });
  }
}

async function partialVariants(session: Session, folder: string): Promise<Variant[]> {
  const variants: Variant[] = [];
  for (const gate of partialGates) {
    console.error(`compiling the gate that ${gate.name} ...`);
    variants.push(gateVariant(session, gate.name, await compilePartialGate(gate, folder)));
  }
  return variants;
}

/** A variant that does not check is no measure: it must let the session through, and nobody without it. */
async function verify(envoy: Envoy, { name, filters }: Variant, headers: Record<string, string>): Promise<void> {
  const origin = envoy.origin(name);
  const allowed = await statusOf(origin, headers);
  if (allowed !== 200) throw new Error(`${name} answers ${allowed} to the session:\n${envoy.process.errorOutput}`);
  if (filters.length === 0) return;
  const anonymous = await statusOf(origin, withoutSession(headers));
  if (anonymous === 200) throw new Error(`${name} lets a request without a session through`);
}

function table(costs: readonly Cost[]): string {
  const native = costs.find((cost) => cost.variant === reference)!.added;
  const rows = costs.map(({ variant, cpu, added, addedSpread, throughput }, i) =>
    i === 0
      ? [variant, "", "", "", cpu.toFixed(1), throughput.toFixed(0)]
      : [
          variant,
          `${(added / native).toFixed(2)}x`,
          `+${added.toFixed(1)}`,
          addedSpread.toFixed(1),
          cpu.toFixed(1),
          throughput.toFixed(0),
        ],
  );
  return markdownTable(["Envoy with", "added cost", "µs CPU added", "±", "µs CPU", "req/s"], rows);
}

/** What each part of the gate costs: the difference to the gate that does what comes before it. */
function tableOfParts(costs: readonly Cost[]): string {
  const addedBy = (variant: string) => costs.find((cost) => cost.variant === variant)!.added;
  const reached = partialGates.map(({ name, part }) => ({ part, added: addedBy(name) }));
  const [floor, reading, deciding, again, cookie, calls] = reached as [Part, Part, Part, Part, Part, Part];
  const rows = [
    [floor.part, floor.added],
    [reading.part, reading.added - floor.added],
    [deciding.part, deciding.added - reading.added],
    [again.part, again.added - deciding.added],
    [cookie.part, cookie.added - deciding.added],
    ["the identity's headers", addedBy(whole) - cookie.added],
    [calls.part, calls.added],
  ] as const;
  return markdownTable(
    ["part of the gate", "µs CPU"],
    rows.map(([part, cost]) => [part, cost.toFixed(1)]),
  );
}

interface Part {
  readonly part: string;
  readonly added: number;
}

function versions(program: string): string {
  const envoy = /\/(\d+\.\d+\.\d+)\//.exec(execFileSync(program, ["--version"], { encoding: "utf8" }))?.[1];
  return `Envoy ${envoy}, one worker; wrk, 16 connections, HTTP/1.1`;
}
