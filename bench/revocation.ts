// `npm run bench -- revocation [--logouts 200]`: how long after a logout a session is still good anywhere: at two Envoys with
// two workers each, every worker asked again and again.
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { domain } from "../workshop/host/site.ts";
import { type Connection, requestText } from "./life/connection.ts";
import { cookieName, decisionOf, Site } from "./life/site.ts";
import { Latencies } from "./measure/latencies.ts";
import { machineFacts } from "./measure/machine.ts";
import { positiveInteger } from "./measure/options.ts";
import { markdownTable } from "./measure/table.ts";

const proxies = 2;
const workers = 2;
/** A logout that has not got through by then never will. Milliseconds. */
const patience = 5000;
/** Between an answer and the next question on a connection: asked without a pause, the workers would have no time left. */
const pause = 1;
/** How often a worker that refused is asked again, for it must not change its mind. */
const reassurance = 3;

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { logouts: { type: "string", default: "200" } } });
  const logouts = positiveInteger("logouts", values.logouts);
  await using site = await Site.start({
    ...{ proxies, workers, tls: true },
    rules: [{ domain: `app.${domain}`, policy: "one_factor" }],
  });
  const connections = (await Promise.all(site.proxies.map((one) => site.connectToEveryWorker(one, workers)))).flat();
  const results = {
    fromAnswer: new Latencies(),
    fromRequest: new Latencies(),
    sameConnection: new Latencies(),
    logout: new Latencies(),
  };
  for (let i = 0; i < logouts; i++) {
    const { asked, answered, refused } = await logOutOnce(site, connections);
    const last = Math.max(...refused);
    // A worker may know before the one who logs out has the answer: that is no delay.
    results.fromAnswer.add(Math.max(0, last - answered));
    results.fromRequest.add(last - asked);
    results.sameConnection.add(Math.max(0, refused[0]! - answered));
    results.logout.add(answered - asked);
  }
  console.log(
    markdownTable(
      ["ms", "p50", "p99", "longest"],
      [
        ["logout's answer → last worker refuses", ...results.fromAnswer.cells()],
        ["logout's request → last worker refuses", ...results.fromRequest.cells()],
        ["logout's answer → its own connection refuses", ...results.sameConnection.cells()],
        ["the logout itself", ...results.logout.cells()],
      ],
    ),
  );
  const many = `${connections.length} connections to ${proxies} Envoys with ${workers} workers each`;
  console.log(`\n${logouts} logouts, ${many}, each asking ${pause} ms after its last answer; ${machineFacts()}`);
}

/** The moments (performance.now) of a logout, and of the first refusal on each connection; the logout is on the first. */
interface Moments {
  readonly asked: number;
  readonly answered: number;
  readonly refused: readonly number[];
}

async function logOutOnce(site: Site, connections: readonly Connection[]): Promise<Moments> {
  const token = await site.logIn("alice");
  const cookie = `${cookieName}=${token}`;
  const visit = requestText({ host: site.authority("app"), path: "/", headers: { accept: "text/html", cookie } });
  for (const connection of connections) await expectAllowed(connection, visit);

  const deadline = performance.now() + patience;
  const others = connections.slice(1).map((connection) => firstRefusal(connection, visit, deadline));
  const [own] = connections;
  const asked = performance.now();
  const { status } = await own!.ask(
    requestText({
      ...{ method: "POST", host: site.authority("auth"), path: "/api/logout", body: "{}" },
      headers: { cookie, "content-type": "application/json" },
    }),
  );
  const answered = performance.now();
  if (status !== 200) throw new Error(`the logout answered ${status}`);
  const refused = await Promise.all([firstRefusal(own!, visit, deadline), ...others]);
  return { asked, answered, refused };
}

async function expectAllowed(connection: Connection, visit: string): Promise<void> {
  const { outcome, user } = decisionOf(await connection.ask(visit));
  if (outcome !== "allow" || user !== "alice") throw new Error(`a fresh session got ${outcome} as ${user}`);
}

async function firstRefusal(connection: Connection, visit: string, deadline: number): Promise<number> {
  for (;;) {
    const { outcome } = decisionOf(await connection.ask(visit));
    const now = performance.now();
    if (outcome === "login") {
      for (let i = 0; i < reassurance; i++) await expectRefused(connection, visit);
      return now;
    }
    if (outcome !== "allow") throw new Error(`a session being ended got ${outcome}`);
    if (now > deadline) throw new Error(`a session was still good ${patience} ms after its logout`);
    await sleep(pause);
  }
}

async function expectRefused(connection: Connection, visit: string): Promise<void> {
  const { outcome } = decisionOf(await connection.ask(visit));
  if (outcome !== "login") throw new Error(`a worker that knew of the logout answered ${outcome} after that`);
}
