// Keeps a bundle file current: one long-poll after the other at the host's /api/edge/bundle, as a gate does for itself.
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "../../../kit/log.ts";
import { Protocols, protocolHeader } from "../protocol.ts";
import type { BundleFile } from "./bundle-file.ts";
import { type BundleOrigin, gateHeaders, nextPause, silence, tokenRefused } from "./host-link.ts";
import { type BundleStamp, longestBundle } from "./verify-bundle.ts";

/** How long the host may hold a poll, and how long its answer is waited for. Seconds and milliseconds. */
const wait = 30;
const patience = 40_000;
/** Between failed polls, without the half by which each pause may be drawn out. Milliseconds. */
const longestPause = 8000;

/** Follows until `stop`. A file that can't be written ends it with HostError "storage". */
export async function followBundle(
  origin: BundleOrigin,
  file: BundleFile,
  log: Logger,
  stop: AbortSignal,
): Promise<void> {
  const protocols = new Protocols("host", log);
  let pause = 0;
  let complaint = "";
  let apart = "";
  while (!stop.aborted) {
    const reason = await pollOnce(origin, file, { log, protocols }, wait, stop);
    if (stop.aborted) return;
    if (reason === undefined) {
      if (complaint) log.info({ url: origin.url.href }, "the host answers again");
      pause = 0;
      complaint = "";
      const { stamp } = file;
      const difference = stamp ? clocksApart(stamp) : "";
      if (difference && !apart) log.warn({ url: origin.url.href }, difference);
      if (!difference && apart) log.info("the clocks of the host and of this machine agree again");
      apart = difference;
      continue;
    }
    if (reason !== complaint) log.warn({ url: origin.url.href }, reason);
    complaint = reason;
    pause = nextPause(pause, longestPause);
    await sleep(pause * (1 + Math.random() / 2), undefined, { signal: stop }).catch(() => {});
  }
}

/** One poll. Why it brought nothing that can be believed; undefined when the file holds what the host has. */
export async function pollOnce(
  origin: BundleOrigin,
  file: BundleFile,
  { log, protocols }: { readonly log: Logger; readonly protocols: Protocols },
  seconds: number,
  stop?: AbortSignal,
): Promise<string | undefined> {
  const { url } = origin;
  const { stamp } = file;
  const signals = [AbortSignal.timeout(patience), ...(stop ? [stop] : [])];
  const headers = {
    ...gateHeaders(origin),
    "user-agent": "zerohop-bundle-watch",
    ...(stamp && { "if-none-match": `"${stamp.version}.${stamp.issuedAt}"` }),
  };
  let body: string;
  try {
    const answer = await fetch(new URL(`/api/edge/bundle?wait=${stamp ? seconds : 0}`, url), {
      ...{ headers, redirect: "error", signal: AbortSignal.any(signals) },
    });
    if (answer.ok || answer.status === 304) protocols.mismatch(answer.headers.get(protocolHeader), { url: url.href });
    if (answer.status === 304) return undefined;
    if (answer.status === 401) return tokenRefused;
    if (answer.status !== 200) return `the host answers the poll for a bundle with ${answer.status}`;
    body = await readBody(answer);
  } catch (error) {
    return silence(error);
  }
  const outcome = file.offer(body.trim());
  if (outcome === "forged") return "the host's bundle is not signed by a root key of --gate; the file is left as it is";
  if (outcome === "older") return "the host's bundle is older than the one in the file, which is left as it is";
  if (outcome === "written") log.info({ file: file.path, ...file.stamp }, "a new bundle is in the file");
  return undefined;
}

/** What clocks may differ by, and how old a bundle is at the most that a host gives. Seconds. */
const clockDifference = 60;
const oldest = 300;

/** What the bundle tells of the host's clock, in comparison with this machine's; empty where they agree. */
function clocksApart({ issuedAt }: BundleStamp): string {
  const ahead = issuedAt - Date.now() / 1000;
  const minutes = (seconds: number) => `at least ${Math.max(1, Math.floor(seconds / 60))} minutes`;
  if (ahead > clockDifference)
    return `the host's clock is ${minutes(ahead)} ahead of this machine's: sessions may last that much longer here; set the clocks`;
  if (ahead < -(oldest + 5 * clockDifference))
    return `the host's clock is ${minutes(-ahead - oldest)} behind this machine's: new sessions seem over here until they are renewed; set the clocks`;
  return "";
}

/** Throws where there is more than a bundle can be. */
async function readBody(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.length;
    if (size > longestBundle) throw new Error("its answer is larger than any bundle");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
