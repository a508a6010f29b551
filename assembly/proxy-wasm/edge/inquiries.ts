// The questions to the host: whether a session goes on, and whom a Basic credential authenticates. About each at most one
// question is out, whoever waits for it. What it is about stands in a header: after a call with a body ngx_wasm_module does not
// send the answer to the request that waited for it.
import { bundle } from "../../core/bundle/bundle";
import { Decision } from "../../core/decide/decision";
import {
  DIGEST_KEY_LENGTH,
  isPutOff,
  notePutOff,
  noteRefused,
  noteVouched,
  tagOf,
} from "../../core/session/basic-session";
import { positionOf, sessionAt } from "../../core/session/cache";
import { toTime } from "../../core/session/kept-session";
import { isResting, noteUnanswered } from "../../core/session/lease";
import { isHeaderValue, Session } from "../../core/session/session";
import { takeRenewal } from "../../core/session/verify";
import { client, decision, request } from "../../core/current";
import { resolveClient } from "../../core/policy/client";
import { setSlice, Slice } from "../../memory/slice";
import { text, Text } from "../../memory/text";
import { addPair, PairList } from "../abi/header-pairs";
import { readBuffer } from "../abi/host-calls";
import { Buffer } from "../abi/env";
import { beginCall, NO_CALL, readAnswerHeader, readAnswerStatus, sendCall } from "./call";
import {
  credentialLink,
  Link,
  mayAsk,
  noteAnswer,
  noteQuestion,
  noteSilence,
  noteTrouble,
  sessionLink,
} from "./host-link";
import { seconds } from "./host-clock";
import { count, Counter } from "./metrics";

const POST = text("POST");
const RENEW = text("/api/edge/renew");
const BASIC = text("/api/edge/basic");
const SESSION = text("x-zerohop-session");
const CREDENTIAL_HEADER = text("x-zerohop-credential");
const FORWARDED_FOR = text("x-forwarded-for");
const USER_AGENT = text("user-agent");
const DOMAIN = text("x-zerohop-domain");
const SET_COOKIE = text("set-cookie");

/** How long a request waits for the host. */
export const TIMEOUT_MILLISECONDS: i32 = 2000;
/** Seconds until the host is asked again about a session whose renewal brought nothing. */
const RETRY_SECONDS: i64 = 5;
/** User agents are for people to tell their devices by. */
const MAX_USER_AGENT: i32 = 512;


@unmanaged
export class Inquiry {
  /** What it is about: a session's position in the cache, or the tag of a credential with the top bit set. 0 when free. */
  subject: u64;
  call: u32;
  /** Of a credential, its key of DIGEST_KEY_LENGTH bytes. */
  keyAt: usize;
}

/**
 * Places for questions: first those about sessions, then those about credentials. Of the former the second half is for sessions whose
 * token does not hold the user's profile: after a gate's start all of those are asked about, and no other has to wait behind them.
 */
const ORDINARY_PLACES: i32 = 64;
const SESSION_PLACES: i32 = 2 * ORDINARY_PLACES;
const CREDENTIAL_PLACES: i32 = 32;
const PLACES: i32 = SESSION_PLACES + CREDENTIAL_PLACES;
const CREDENTIAL: u64 = 1 << 63;
// @ts-ignore: decorator
@lazy
const inquiries: usize = memory.data(PLACES * <i32>offsetof<Inquiry>(), 8);
// @ts-ignore: decorator
@lazy
const keys: usize = memory.data(CREDENTIAL_PLACES * DIGEST_KEY_LENGTH);

/** The subject of inquiries about a session. */
export function subjectOfSession(session: Session): u64 {
  return positionOf(session);
}

/** The subject of inquiries about the credential with this key. */
export function subjectOfCredential(key: usize): u64 {
  return tagOf(key) | CREDENTIAL;
}

/** Whether a question about this is out. Of a session that is not in the cache there is none. */
export function isAsked(subject: u64): bool {
  for (let i = 0; i < PLACES; i++) {
    if (subject != 0 && inquiry(i).subject == subject) return true;
  }
  return false;
}

/** Asks the host about a session, or about the credential of the current request. Null when it can't be asked now. */
export function ask(known: Session | null, now: i64): Inquiry | null {
  if (known && !known.kept.isBasic) return askForRenewal(known, now);
  return askAboutCredential(decision, now);
}

/** Asks the host for a new lease of a session. */
function askForRenewal(session: Session, now: i64): Inquiry | null {
  if (isResting(session, now)) return null;
  const isAboutProfile = session.profileAt != 0;
  const first = isAboutProfile ? ORDINARY_PLACES : 0;
  const free = freeInquiry(sessionLink, isAboutProfile, first, first + ORDINARY_PLACES);
  const subject = subjectOfSession(session);
  if (!free || subject == 0) return null;
  const headers = beginCall(POST, RENEW.at, RENEW.length);
  addPair(headers, SESSION, session.tokenAt, session.tokenLength);
  addVisitor(headers);
  const sent = send(headers, free, sessionLink, isAboutProfile, subject);
  if (sent) session.kept.renewAt = toTime(now + RETRY_SECONDS);
  return sent;
}

/** Asks the host about the credential of a decision. */
function askAboutCredential(about: Decision, now: i64): Inquiry | null {
  const key = about.credentialKey;
  const domain = about.domain!;
  if (isPutOff(key, now)) return null;
  const free = freeInquiry(credentialLink, false, SESSION_PLACES, PLACES);
  if (!free) return null;
  memory.copy(free.keyAt, key, DIGEST_KEY_LENGTH);
  const headers = beginCall(POST, BASIC.at, BASIC.length);
  addPair(headers, CREDENTIAL_HEADER, about.credentialAt, about.credentialLength);
  addPair(headers, DOMAIN, domain.domainAt, domain.domainLength);
  addVisitor(headers);
  return send(headers, free, credentialLink, false, subjectOfCredential(key));
}

/** Takes the answer to a question, if the call was one. Returns what it was about, or 0. */
export function takeAnswer(call: u32, headerCount: i32): u64 {
  for (let i = 0; i < PLACES; i++) {
    const answered = inquiry(i);
    const subject = answered.subject;
    if (subject == 0 || answered.call != call) continue;
    answered.subject = 0;
    const status = headerCount == 0 ? 0 : readAnswerStatus();
    const isCredential = i >= SESSION_PLACES;
    const link = isCredential ? credentialLink : sessionLink;
    const isTaken = isCredential ? takeCredentialAnswer(answered.keyAt, status) : takeRenewalAnswer(subject, status);
    if (isTaken) {
      noteAnswer(link);
    } else if (isSilence(status)) {
      noteSilence(link, reasonFor(status));
    } else {
      noteTrouble(link, status, seconds());
      if (isCredential) notePutOff(answered.keyAt, seconds());
      else putOff(subject);
    }
    return subject;
  }
  return 0;
}

/** Whether an answer about this is known by now: a session may have made way for others while the host was asked about it. */
export function isAnswerRemembered(subject: u64): bool {
  return (subject & CREDENTIAL) != 0 || sessionAt(subject) != null;
}

/** Gives up a question whose answer will not come, which says nothing about the host. */
export function forgetInquiry(call: u32): void {
  for (let i = 0; i < PLACES; i++) {
    const lost = inquiry(i);
    if (lost.subject == 0 || lost.call != call) continue;
    lost.subject = 0;
    const link = i >= SESSION_PLACES ? credentialLink : sessionLink;
    link.pending--;
  }
}

/**
 * Whether a status says nothing of what was asked, for nobody is there to say it: no answer, one that a proxy makes up in its
 * place (502, 504), the host's own 503, and 401, by which it lets this gate ask nothing.
 */
function isSilence(status: i32): bool {
  return status == 0 || status == 401 || (status >= 502 && status <= 504);
}

/** What the answer being delivered says, of the session's cookie and in its body. */
const answer: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));
const body: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));

function putOff(position: u64): void {
  const session = sessionAt(position);
  if (session) noteUnanswered(session, seconds());
}

function takeRenewalAnswer(position: u64, status: i32): bool {
  const session = sessionAt(position);
  if (status == 410) {
    count(Counter.RenewalsRefused);
    if (session) session.kept.hasEnded = true;
    return true;
  }
  const current = bundle;
  setSlice(body, 0, 0);
  const isTaken =
    (status == 204 || (status == 200 && readBuffer(body, Buffer.HttpCallResponseBody))) &&
    readAnswerHeader(answer, SET_COOKIE) &&
    (!session || !current || takeRenewal(session, answer.at, answer.length, body.at, body.length, current, seconds()));
  count(isTaken ? Counter.Renewals : Counter.RenewalsFailed);
  return isTaken;
}

function takeCredentialAnswer(key: usize, status: i32): bool {
  if (status == 403 || status == 400) {
    count(Counter.CredentialsRefused);
    noteRefused(key, seconds());
    return true;
  }
  const current = bundle;
  const isTaken =
    status == 200 &&
    readBuffer(body, Buffer.HttpCallResponseBody) &&
    (!current || noteVouched(key, body.at, body.length, current, seconds()));
  count(isTaken ? Counter.Credentials : Counter.CredentialsFailed);
  return isTaken;
}

function reasonFor(status: i32): Text {
  if (status == 0)
    return text("the host does not answer questions about sessions and credentials; leases are stretched");
  if (status == 401) return text("the host refuses the edge token; make a new one with `zerohop gate config`");
  return text("the host is not available for questions about sessions and credentials; leases are stretched");
}

/** What a client sends must not spoil the question: nginx lets control characters through, and the host answers 400 to them. */
function addVisitor(headers: PairList): void {
  if (resolveClient(client)) addPair(headers, FORWARDED_FOR, client.textAt, client.textLength);
  const agentLength = min(request.userAgentLength, MAX_USER_AGENT);
  if (isHeaderValue(request.userAgentAt, agentLength)) addPair(headers, USER_AGENT, request.userAgentAt, agentLength);
}

function send(headers: PairList, free: Inquiry, link: Link, isAboutProfile: bool, subject: u64): Inquiry | null {
  noteQuestion(link, isAboutProfile);
  const call = sendCall(headers, TIMEOUT_MILLISECONDS);
  if (call == NO_CALL) {
    noteSilence(link, text("the host can't be called; is there a cluster of the configured name?"));
    return null;
  }
  free.subject = subject;
  free.call = <u32>call;
  return free;
}

/** A free place for a question, one of those from `first` to before `end`, or null when no more may be asked now. */
function freeInquiry(link: Link, isAboutProfile: bool, first: i32, end: i32): Inquiry | null {
  if (!mayAsk(link, isAboutProfile)) return null;
  for (let i = first; i < end; i++) {
    const free = inquiry(i);
    if (free.subject != 0) continue;
    free.keyAt = keys + <usize>(i - first) * DIGEST_KEY_LENGTH;
    return free;
  }
  return null;
}

function inquiry(index: i32): Inquiry {
  return changetype<Inquiry>(inquiries + <usize>index * offsetof<Inquiry>());
}
