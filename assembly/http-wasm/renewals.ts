// Sessions go on without a call. Traefik's plugins have no safe way to call anybody: what sockets they may open are shared by all
// instances (docs/decisions/0016). So a session that is in use and whose lease is due is noted, as a file in a folder that `zerohop
// bundle watch` looks through; that asks the host, as any gate does, and lays the answer down beside it:
//
//   asked/3F2        a token, verified here, the client's address and its user agent, a line each; gone once it is answered
//   answered/SID     `STATUS IAT SET-COOKIE`, where it belongs to it a user's profile in the next lines
//
// The name of a note is three digits of the session's hash, so that all instances of all processes note a session once, and there are
// 4,096 notes at the most, whatever happens. An answer counts for its signature, and from the moment at which it was written. A note
// that stays for two seconds says that nobody can be asked.
import { client, request } from "../core/current";
import { bundle } from "../core/bundle/bundle";
import { Reply } from "../core/decide/without-host";
import { resolveClient } from "../core/policy/client";
import { sessionAt } from "../core/session/cache";
import { toTime } from "../core/session/kept-session";
import { LONGEST_LEASE, noteUnanswered } from "../core/session/lease";
import { isHeaderValue, Session } from "../core/session/session";
import { takeRenewal } from "../core/session/verify";
import { siphash, SIPHASH_KEY_BYTES } from "../crypto/siphash";
import { hexadecimalDigit, Writer } from "../encoding/writer";
import { indexOf, isLetterOrDigit } from "../memory/bytes";
import { setSlice, Slice } from "../memory/slice";
import { text, Text } from "../memory/text";
import { hostTime } from "../core/bundle/host-time";
import { secondsOf } from "./clock";
import { LogLevel } from "./http_handler";
import { beginLine, endLine } from "./log";
import { createFile, findMountedFile, lookAtFile, MountedFile, readFile, status } from "./mounted-file";
import { readUserAgent } from "./read-request";
import { Errno } from "./wasi_snapshot_preview1";

/** Seconds until somebody is asked again about a lease that still holds. */
const RETRY_SECONDS: i64 = 1;
/** Seconds after which a note that is still there says that nobody answers. */
const PATIENCE: i64 = 2;
/** The host makes ids of 22 characters. */
const MAX_SESSION_ID: i32 = 64;
const DIGITS: i32 = 3;
const MAX_NOTE: i32 = 8192;
/** User agents are for people to tell their devices by. */
const MAX_USER_AGENT: i32 = 512;

const note: MountedFile = changetype<MountedFile>(memory.data(offsetof<MountedFile>(), 4));
const answer: MountedFile = changetype<MountedFile>(memory.data(offsetof<MountedFile>(), 4));
/** Where an answer's path ends before the session's id. */
let answerStart: i32 = 0;
/** What the log says that is wrong: where the words are; 0 for nothing. */
let complained: usize = 0;

/** Takes the path of the folder as the plugin sees it, for good. False when no such folder is mounted. */
export function useRenewals(at: usize, length: i32): bool {
  if (!findIn(note, at, length, text("/asked/000")) || !findIn(answer, at, length, ANSWERED)) return false;
  answerStart = answer.pathLength - MAX_SESSION_ID;
  return true;
}

/** With room for a session's id. */
const ANSWERED = text("/answered/0123456789012345678901234567890123456789012345678901234567890123");

function findIn(file: MountedFile, at: usize, length: i32, name: Text): bool {
  path.begin(length + name.length);
  path.bytes(at, length);
  path.text(name);
  return findMountedFile(file, path.at, path.length);
}

const path: Writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));

export function canAsk(): bool {
  return answerStart != 0;
}

/** Takes the answer about a session if there is one, or notes that one is needed. `now` is the host's time. */
export function ask(session: Session, now: i64): Reply {
  if (!nameAnswer(session.sessionIdAt, session.sessionIdLength)) return Reply.None;
  if (takeAnswer(session, now)) return Reply.Here;
  session.kept.renewAt = toTime(now + RETRY_SECONDS);
  return askLater(session, now);
}

/** Names the answer after a session's id; one that is no name of a file here has none. */
function nameAnswer(at: usize, length: i32): bool {
  if (length <= 0 || length > MAX_SESSION_ID) return false;
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(at + i);
    if (!isLetterOrDigit(byte) && byte != 0x2d && byte != 0x5f) return false;
  }
  memory.copy(answer.pathAt + answerStart, at, length);
  answer.pathLength = answerStart + length;
  return true;
}

/** What is left to be read of an answer. */
const rest: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));

/** Takes the answer about a session, if there is one that it has not had. */
function takeAnswer(session: Session, now: i64): bool {
  if (readFile(rest, answer) != Errno.Success) return false;
  const writtenAt = min(hostTime(secondsOf(status.modified)), now);
  if (writtenAt <= <i64>session.kept.answeredAt || now - writtenAt > LONGEST_LEASE) return false;
  const statusCode = readNumber(rest);
  if (readNumber(rest) < <i64>session.kept.issuedAt) return false;
  session.kept.answeredAt = toTime(writtenAt);
  complained = 0;
  if (statusCode == 410) session.kept.hasEnded = true;
  else if (statusCode < 200 || statusCode > 204 || !takeLease(session, writtenAt)) noteUnanswered(session, now);
  return true;
}

/** Reads a number and the byte behind it. */
function readNumber(from: Slice): i64 {
  let value: i64 = 0;
  let length = 0;
  for (; length < from.length && length < 15; length++) {
    const digit = <u32>load<u8>(from.at + length) - 0x30;
    if (digit > 9) break;
    value = value * 10 + digit;
  }
  length = min(length + 1, from.length);
  setSlice(from, from.at + length, from.length - length);
  return value;
}

/** Takes the lease, and the profile if there is one, that an answer brought at this moment. False when it is not believed. */
function takeLease(session: Session, writtenAt: i64): bool {
  const current = bundle;
  if (!current) return false;
  const lineEnd = indexOf(rest.at, rest.length, 0x0a);
  const length = lineEnd < 0 ? rest.length : lineEnd;
  const behind = min(length + 1, rest.length);
  const profileLength = rest.length - behind;
  if (!isHeaderValue(rest.at, length)) return false;
  if (!takeRenewal(session, rest.at, length, rest.at + behind, profileLength, current, writtenAt)) return false;
  const renewed = sessionAt(session.kept.successor);
  if (renewed) renewed.kept.answeredAt = toTime(writtenAt);
  return true;
}

const words: Writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));

/** Notes a session, unless it is noted already. */
function askLater(session: Session, now: i64): Reply {
  const hash = siphash(NO_SECRET, session.sessionIdAt, session.sessionIdLength);
  for (let i = 0; i < DIGITS; i++) {
    store<u8>(note.pathAt + note.pathLength - DIGITS + i, hexadecimalDigit(<u8>((hash >> (i * 4)) & 15)));
  }
  words.begin(MAX_NOTE);
  words.bytes(session.tokenAt, session.tokenLength);
  words.byte(0x0a);
  if (resolveClient(client)) words.bytes(client.textAt, client.textLength);
  words.byte(0x0a);
  readUserAgent();
  const agentLength = min(request.userAgentLength, MAX_USER_AGENT);
  if (isHeaderValue(request.userAgentAt, agentLength)) words.bytes(request.userAgentAt, agentLength);
  words.byte(0x0a);
  const result = createFile(note, words.at, words.length);
  if (result == Errno.Success) return Reply.Later;
  if (result != Errno.Exists) {
    complain(text("renewals: nothing can be written there; sessions end with their leases"));
    return Reply.None;
  }
  // It may have been answered just now.
  if (lookAtFile(note) != Errno.Success || now - hostTime(secondsOf(status.modified)) <= PATIENCE) return Reply.Later;
  complain(
    text("renewals: nobody answers there; does `zerohop bundle watch` run, as Traefik's user, and reach the host?"),
  );
  noteUnanswered(session, now);
  return Reply.Here;
}

const NO_SECRET: usize = memory.data(SIPHASH_KEY_BYTES, 8);

/** Says once what keeps sessions from being renewed. */
function complain(sentence: Text): void {
  if (complained == sentence.at) return;
  complained = sentence.at;
  const line = beginLine();
  line.text(sentence);
  endLine(LogLevel.Warn);
}
