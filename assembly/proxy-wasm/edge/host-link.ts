// Whether the host answers, as this worker sees it, and how many questions the worker may ask it. After a silence the allowance
// grows slowly, so that not all gates ask at once a host that has just started. Questions about sessions and about
// credentials are kept apart: anyone can have the host asked about credentials, and keep it busy with them.
import { HostState } from "../../core/session/lease";
import { text, Text } from "../../memory/text";
import { nanoseconds } from "../abi/clock";
import { LogLevel } from "../abi/env";
import { beginLine, endLine, log } from "../abi/log";
import { hasHost } from "./configuration";
import { configuration } from "./current";
import { inTicks, ticks } from "./ticks";

/** Questions of a kind in a tick: at most, and how many fewer after a silence. */
const FULL_ALLOWANCE: i32 = 64;
const FIRST_WITHHELD: i32 = FULL_ALLOWANCE - 2;
/** Ticks until one more is allowed. */
const GROWTH_TICKS: u32 = 4;

const FIRST_PAUSE: u32 = inTicks(250);
const LONGEST_PAUSE: u32 = inTicks(8000);

/** The host as it answers one kind of question. */
@unmanaged
export class Link {
  pause: u32;
  silentUntil: u32;
  /** How many of a tick's questions may not be asked after a silence. */
  withheld: i32;
  /** How many were asked in this tick, and how many of the kind that has an allowance of its own: about a session and its profile. */
  used: i32;
  usedForProfiles: i32;
  /** Questions in flight. */
  pending: i32;
  isSilent: bool;
}

export const sessionLink: Link = changetype<Link>(memory.data(offsetof<Link>(), 4));
export const credentialLink: Link = changetype<Link>(memory.data(offsetof<Link>(), 4));
/** For the calls that requests make for the first bundle, in nginx. */
export const bundleLink: Link = changetype<Link>(memory.data(offsetof<Link>(), 4));

/** Called with every tick. */
export function refillQuestions(link: Link): void {
  if (!link.isSilent && link.withheld > 0 && ticks % GROWTH_TICKS == 0) link.withheld--;
  link.used = 0;
  link.usedForProfiles = 0;
}

export function stateOf(link: Link): HostState {
  if (!hasHost(configuration)) return HostState.None;
  if (!link.isSilent) return HostState.Answers;
  return link.pending == 0 && ticks >= link.silentUntil ? HostState.Unsure : HostState.Silent;
}

/** Whether one more question may be asked now. After a silence there is one at a time, to see whether it is over. */
export function mayAsk(link: Link, isAboutProfile: bool): bool {
  const state = stateOf(link);
  const used = isAboutProfile ? link.usedForProfiles : link.used;
  return state == HostState.Unsure || (state == HostState.Answers && used + link.withheld < FULL_ALLOWANCE);
}

export function noteQuestion(link: Link, isAboutProfile: bool): void {
  link.pending++;
  if (isAboutProfile) link.usedForProfiles++;
  else link.used++;
}

/** A question was answered. */
export function noteAnswer(link: Link): void {
  link.pending--;
  if (link.isSilent) log(LogLevel.Info, text("the host answers questions again"));
  link.isSilent = false;
  link.pause = 0;
}

/** Seconds between two log lines about that, so that a client that causes it cannot fill the log. */
const LINE_SECONDS: u64 = 60;
let lastLine: i64 = 0;

/** The host answers, but has no answer about this session or credential; the link as a whole is fine. */
export function noteTrouble(link: Link, status: i32, now: i64): void {
  noteAnswer(link);
  if (<u64>(now - lastLine) < LINE_SECONDS) return;
  lastLine = now;
  const line = beginLine();
  line.text(text("the host has no answer about a session or credential (status "));
  line.integer(status);
  line.text(text("); its log says why"));
  endLine(LogLevel.Warn);
}

/** A question was not answered by anybody who could, see inquiries.ts. */
export function noteSilence(link: Link, why: Text): void {
  link.pending--;
  // Of questions that were in flight together, the first to fail sets the pause.
  if (link.isSilent && ticks < link.silentUntil) return;
  if (!link.isSilent && why.length > 0) log(LogLevel.Warn, why);
  link.isSilent = true;
  link.withheld = FIRST_WITHHELD;
  link.pause = min(max(link.pause * 2, FIRST_PAUSE), LONGEST_PAUSE);
  link.silentUntil = ticks + link.pause + <u32>(nanoseconds() % link.pause) / 2;
}
