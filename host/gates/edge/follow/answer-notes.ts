// Asks the host about the sessions that a plugin has noted, as a gate asks by itself, and lays the answers down.
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "../../../kit/log.ts";
import { type BundleOrigin, gateHeaders, nextPause, silence, tokenRefused } from "./host-link.ts";
import type { Note, RenewalFolder } from "./renewal-folder.ts";

/** Between two looks, between two sweeps, and how long an answer is waited for. Milliseconds. */
const interval = 50;
const sweepInterval = 10_000;
const patience = 5000;
/** Questions at a time. */
const width = 16;
/** While the host is silent. Milliseconds. */
const longestPause = 4000;

/** Answers notes until `stop`. Never rejects: without it, sessions at the plugin end with their leases, and the log says why. */
export async function answerNotes(
  origin: BundleOrigin,
  folder: RenewalFolder,
  log: Logger,
  stop: AbortSignal,
): Promise<void> {
  let complaint = "";
  let pause = 0;
  let swept = 0;
  while (!stop.aborted) {
    let reason: string | undefined;
    try {
      if (await folder.make())
        log.warn(
          { folder: folder.path },
          "others could read or write tokens in this folder; it is its owner's alone now",
        );
      reason = await answerAll(origin, folder, pause > 0, stop);
      if (performance.now() - swept > sweepInterval) {
        await folder.sweep();
        swept = performance.now();
      }
    } catch (error) {
      reason = `the folder can't be used: ${(error as Error).message}`;
    }
    if (stop.aborted) return;
    if (reason !== undefined && reason !== complaint)
      log.warn({ folder: folder.path }, `no session is renewed: ${reason}`);
    if (reason === undefined && complaint) log.info({ folder: folder.path }, "sessions are renewed again");
    complaint = reason ?? "";
    pause = reason === undefined ? 0 : nextPause(pause, longestPause);
    await sleep(pause || interval, undefined, { signal: stop }).catch(() => {});
  }
}

/** Answers the notes that there are, after a silence one before the others. Why that is not possible; undefined when it was. */
async function answerAll(
  origin: BundleOrigin,
  folder: RenewalFolder,
  wasSilent: boolean,
  stop: AbortSignal,
): Promise<string | undefined> {
  const names = [...(await folder.names())];
  let reason: string | undefined;
  const next = async () => {
    for (let name = names.pop(); name !== undefined && reason === undefined && !stop.aborted; name = names.pop()) {
      const note = await folder.read(name);
      if (note) reason = (await answerOne(origin, folder, note, stop)) ?? reason;
      if (wasSilent) return;
    }
  };
  if (wasSilent) await next();
  wasSilent = false;
  await Promise.all(Array.from({ length: Math.min(width, names.length) }, next));
  return reason;
}

/** Asks about one session. Why the host, or this gate, has no answer for anybody; undefined when it had one about this session. */
async function answerOne(
  origin: BundleOrigin,
  folder: RenewalFolder,
  note: Note,
  stop: AbortSignal,
): Promise<string | undefined> {
  const headers = {
    ...gateHeaders(origin),
    "x-zerohop-session": note.token,
    "x-forwarded-for": note.address,
    "user-agent": note.userAgent,
  };
  let answer: Response;
  let profile: string | undefined;
  try {
    const signal = AbortSignal.any([AbortSignal.timeout(patience), stop]);
    answer = await fetch(new URL("/api/edge/renew", origin.url), {
      method: "POST",
      headers,
      redirect: "error",
      signal,
    });
    const body = await answer.text();
    if (answer.status === 200) profile = body;
  } catch (error) {
    return silence(error);
  }
  const { status } = answer;
  if (status === 401) return tokenRefused;
  if (status === 404 || status === 415)
    return `the host answers the question with ${status}; is its version older than this one's?`;
  // What concerns everybody, as for any gate (docs/architecture.md): the notes stay, and by that the plugin knows.
  if (status >= 502 && status <= 504) return `the host is not available: it answers with ${status}`;
  await folder.answer(note, { status, cookie: answer.headers.getSetCookie()[0], profile });
  return undefined;
}
