// `npm run bench -- basic [--seconds 130] [--rate 1000]`: one Basic credential, used by a script a thousand times a second:
// what of that reaches the host. Each worker asks for itself; of what it is asked in one period the host verifies one.
import { parseArgs } from "node:util";
import { domain } from "../workshop/host/site.ts";
import { password } from "../workshop/host/users.ts";
import { requestText } from "./life/connection.ts";
import { sustain } from "./life/load.ts";
import { decisionOf, Site } from "./life/site.ts";
import { machineFacts } from "./measure/machine.ts";
import { positive, positiveInteger } from "./measure/options.ts";
import { markdownTable } from "./measure/table.ts";

/** How long a gate believes a credential that the host found good. Seconds. */
const cachePeriod = 60;
const workers = 2;

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { seconds: { type: "string", default: "130" }, rate: { type: "string", default: "1000" } },
  });
  const seconds = positive("seconds", values.seconds);
  const rate = positiveInteger("rate", values.rate);
  await using site = await Site.start({ workers, rules: [{ domain: `app.${domain}`, policy: "one_factor" }] });
  const credential = `Basic ${Buffer.from(`alice:${password}`).toString("base64")}`;
  const request = requestText({
    ...{ host: site.authority("app"), path: "/" },
    headers: { accept: "application/json", "proxy-authorization": credential },
  });
  const outcomes = new Map<string, number>();
  const count = (outcome: string) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  const shot = {
    request,
    answered(reply: Parameters<typeof decisionOf>[0]) {
      const { outcome, user } = decisionOf(reply);
      count(outcome === "allow" && user === "alice" ? "allowed as alice" : `${outcome} (${reply.status})`);
    },
    failed: (error: Error) => count(error.message),
  };
  const load = { endpoint: site.proxies[0]!.endpoint, connections: 16, rate, next: () => shot };
  const latencies = await sustain(load, AbortSignal.timeout(seconds * 1000));
  const asked = site.hostCalls().filter(({ path, status }) => path === "/api/edge/basic" && status === 200).length;
  const periods = Math.ceil(seconds / cachePeriod);
  console.log(
    markdownTable(
      ["one Basic credential", "figure"],
      [
        ["questions to the host per cache period and worker", (asked / periods / workers).toFixed(2)],
        ["questions to the host", String(asked)],
        ["requests", String(latencies.count)],
        ...[...outcomes].map(([outcome, number]) => [`answers: ${outcome}`, String(number)]),
        ["p50, p99, longest, ms", latencies.cells().join(", ")],
      ],
    ),
  );
  console.log(`\n${rate} requests/s for ${seconds} s; Envoy with ${workers} workers; ${machineFacts()}`);
  if (outcomes.size !== 1 || !outcomes.has("allowed as alice"))
    throw new Error("not every request was allowed as alice");
}
