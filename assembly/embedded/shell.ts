// The shell of the host's forward-auth: a request that a proxy asks about is decided as a gate decides it, over the same bytes. The
// host lays its texts down at `textsAt` and their lengths in the question, calls `decideQuestion`, and reads the ruling. Where the
// host has to be asked first, it asks itself, says here what came of it, and calls again. host/core/shell.ts is the other side.
import { createProblem, Problem } from "../core/policy/problem";
import { makeAnswer } from "../core/answer/answer";
import { CONTENT_SECURITY_POLICY } from "../core/answer/page";
import { bundle, BundleResult, dropBundle, offerBundle } from "../core/bundle/bundle";
import { Basic, CookieDomain } from "../core/bundle/cookie-domain";
import { offerFeed } from "../core/bundle/feed";
import { answer, client, decision, request } from "../core/current";
import { decide, refuseUndecided } from "../core/decide/decide";
import { Challenge, Outcome } from "../core/decide/decision";
import * as edits from "../core/decide/edits";
import { Edit, forEachEdit } from "../core/decide/edits";
import { Header } from "../core/headers/request-header";
import { beginClient, Client } from "../core/policy/client";
import { readAddress } from "../core/policy/network";
import { BasicUse } from "../core/policy/rule";
import { Refusal, refusalMessage } from "../core/refusal";
import { beginRequest, takeHeader } from "../core/request";
import {
  DIGEST_KEY_LENGTH,
  keepDigestSecret,
  noteRefused,
  noteVouched,
  writeDigestKey,
} from "../core/session/basic-session";
import { createCache, positionOf, sessionAt } from "../core/session/cache";
import { HostState } from "../core/session/lease";
import { limitProfiles } from "../core/session/profiles";
import { takeNewCookie } from "../core/session/new-cookie";
import { tellClientsApart } from "../core/session/verification-budget";
import { takeRenewal as takeLease } from "../core/session/verify";
import { resetArena } from "../memory/arena";
import { Slice } from "../memory/slice";
import { Text } from "../memory/text";

/**
 * The lengths of a request's texts, which lie one behind the other in the order of these members; -1 for a header that is missing.
 * Several Cookie lines are joined to one, as nginx joins them.
 */
@unmanaged
class Question {
  /** Seconds since the epoch. */
  now: f64;
  /** Milliseconds of a clock that only goes forward. */
  monotonic: f64;
  method: i32;
  scheme: i32;
  authority: i32;
  path: i32;
  /** The client's address; of length 0 when it is not known. */
  address: i32;
  accept: i32;
  requestedWith: i32;
  fetchMode: i32;
  fetchDest: i32;
  purpose: i32;
  referer: i32;
  authorization: i32;
  proxyAuthorization: i32;
  cookie: i32;
}

/** What is decided, and all that the host carries out. A text that there is none of has length 0. */
@unmanaged
class Ruling {
  /** A number of the session's that no other one ever has; 0 when there is none, or when it is not kept. */
  session: f64;
  outcome: Outcome;
  /** The status of the portal's login, of a denial or of a refusal; 0 for other outcomes. */
  status: i32;
  /** What a gate asks for in place of the portal's login. */
  challenge: Challenge;
  /** What the rule makes of Basic credentials. */
  basicUse: BasicUse;
  /** The cookie domain, from 0 in the order of the bundle; -1 for none. */
  domain: i32;
  /** Bits of Basic: what the cookie domain does with Basic credentials. */
  basic: u32;
  /** Bits of Basic: the headers of the client that must not go on. */
  removed: u32;
  /** Whether somebody is known to ask: 1 or 0. */
  isKnown: i32;
  /** The headers of the identity, in the order of their names in `edits`. */
  userAt: usize;
  userLength: i32;
  groupsAt: usize;
  groupsLength: i32;
  nameAt: usize;
  nameLength: i32;
  emailAt: usize;
  emailLength: i32;
  /** The Set-Cookie of the session's latest lease, when the client still sends an older one. */
  setCookieAt: usize;
  setCookieLength: i32;
  /** Of the portal's login. */
  locationAt: usize;
  locationLength: i32;
  /**
   * What the host is to be asked about: when the outcome is Wait a credential, or the token of the session when there is one; else the
   * credential by which somebody is known, whom the host may have to keep waiting.
   */
  subjectAt: usize;
  subjectLength: i32;
  /** Why the request is refused, in words. */
  reasonAt: usize;
  reasonLength: i32;
  /** How a denial or a refusal is told. */
  form: Form;
  /** The page of one, empty for HEAD. */
  pageAt: usize;
  pageLength: i32;
  /** The Content-Security-Policy of such a page. */
  pagePolicyAt: usize;
  pagePolicyLength: i32;
}

const enum Form {
  Json,
  /** A sentence: a program hears about a target that is not protected here as Authelia tells it. */
  Plain,
  Page,
}

/** More than the host takes of a request's headers. */
const TEXT_BYTES: i32 = 64 * 1024;
const CACHE_BYTES: usize = 32 * 1024 * 1024;
const PROFILE_BYTES: u32 = 8 * 1024 * 1024;
/** What the host has to say is at most an answer to a question of its own, so nothing it decides with can be stale. */
const NEVER_STALE: i64 = 0;

// @ts-ignore: decorator
@lazy
const texts: usize = memory.data(64 * 1024, 8);
const question: Question = changetype<Question>(memory.data(offsetof<Question>(), 8));
const ruling: Ruling = changetype<Ruling>(memory.data(offsetof<Ruling>(), 8));

/** Begins, once, with 96 random bytes that nobody else knows. */
export function start(secret: usize): void {
  createCache(CACHE_BYTES, secret);
  limitProfiles(PROFILE_BYTES);
  keepDigestSecret(secret + 32);
  // A connection is the proxy's, and so everybody's: clients are told apart by their addresses.
  tellClientsApart(
    () => 0,
    () => <u64>(question.monotonic * 1_000_000),
  );
}

export function textsAt(): usize {
  return texts;
}

export function questionAt(): usize {
  return changetype<usize>(question);
}

export function rulingAt(): usize {
  return changetype<usize>(ruling);
}

/** Why the policy of an offered bundle does not compile. */
const problem: Problem = createProblem();

/**
 * Takes a bundle, as JSON without a signature, which changes the bytes. Whatever its version is, there is none but it from then on, and none at
 * all when it cannot be taken. Returns a BundleResult.
 */
export function loadBundle(at: usize, length: i32): BundleResult {
  dropBundle();
  return offerBundle(problem, at, length);
}

/** Takes what was revoked since the bundle in force, as the feed that gates get says it, without a signature. Returns a BundleResult. */
export function loadFeed(at: usize, length: i32): BundleResult {
  return offerFeed(at, length);
}

/**
 * Decides the question and fills the ruling. Returns the Outcome: Wait only if the question `mayWait`, and else what a gate comes to
 * whose host is silent.
 */
export function decideQuestion(mayWait: bool): Outcome {
  resetArena();
  const hostState = mayWait ? HostState.Answers : HostState.Silent;
  if (readQuestion()) decide(decision, request, bundle, <i64>question.now, NEVER_STALE, hostState, hostState);
  else refuseUndecided(decision, Refusal.Headers);
  fillRuling();
  return decision.outcome;
}

/** Fills the ruling with a refusal that the host has found, told as the question's client would have it. */
export function refuseQuestion(refusal: Refusal): void {
  resetArena();
  readQuestion();
  refuseUndecided(decision, refusal);
  fillRuling();
}

/** Where the next text of the question begins. */
let cursor: usize = 0;

/** Makes the request what the question says. False when it can't be understood. */
function readQuestion(): bool {
  beginRequest(request, resolveAddress);
  cursor = texts;
  take(Header.Method, question.method);
  take(Header.Scheme, question.scheme);
  take(Header.Authority, question.authority);
  take(Header.Path, question.path);
  client.textAt = cursor;
  client.textLength = question.address;
  cursor += question.address;
  take(Header.Accept, question.accept);
  take(Header.RequestedWith, question.requestedWith);
  take(Header.FetchMode, question.fetchMode);
  take(Header.FetchDest, question.fetchDest);
  take(Header.Purpose, question.purpose);
  take(Header.Referer, question.referer);
  take(Header.Authorization, question.authorization);
  take(Header.ProxyAuthorization, question.proxyAuthorization);
  take(Header.Cookie, question.cookie);
  return cursor <= texts + TEXT_BYTES;
}

/** Takes the next text for this header of the request. It is the only one, so the request can always be understood with it. */
function take(header: Header, length: i32): void {
  if (length < 0) return;
  takeHeader(request, header, cursor, length);
  cursor += length;
}

function resolveAddress(asked: Client): bool {
  return readAddress(asked.textAt, asked.textLength, asked);
}

const newCookie: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));

function fillRuling(): void {
  memory.fill(changetype<usize>(ruling), 0, offsetof<Ruling>());
  ruling.outcome = decision.outcome;
  ruling.challenge = decision.challenge;
  ruling.basicUse = decision.basicUse;
  const domain = decision.domain;
  ruling.domain = domain ? placeOf(domain) : -1;
  ruling.basic = domain ? domain.basic : 0;
  const session = decision.session;
  if (session) {
    ruling.session = numberOf(positionOf(session));
    ruling.isKnown = 1;
    if (decision.credentialKey) {
      ruling.subjectAt = decision.credentialAt;
      ruling.subjectLength = decision.credentialLength;
    }
    if (decision.isSuperseded && takeNewCookie(newCookie, session, bundle)) {
      ruling.setCookieAt = newCookie.at;
      ruling.setCookieLength = newCookie.length;
    }
  }
  switch (decision.outcome) {
    case Outcome.Allow:
      forEachEdit(request, decision, carryOut);
      break;
    case Outcome.Login:
      // Whether a credential is asked for in place of a login is for the endpoint to say.
      decision.challenge = Challenge.None;
      makeAnswer(answer, request, decision);
      ruling.status = answer.status;
      ruling.locationAt = answer.locationAt;
      ruling.locationLength = answer.locationLength;
      break;
    case Outcome.Deny:
      tellWhy();
      break;
    case Outcome.Refuse:
      tellWhy();
      ruling.reasonAt = refusalMessage(decision.refusal).at;
      ruling.reasonLength = refusalMessage(decision.refusal).length;
      break;
    case Outcome.Wait:
      ruling.subjectAt = session ? session.tokenAt : decision.credentialAt;
      ruling.subjectLength = session ? session.tokenLength : decision.credentialLength;
  }
}

/** The status of a denial or a refusal, and the page for who wants one. JSON is the host's to write, which has reasons of its own. */
function tellWhy(): void {
  makeAnswer(answer, request, decision);
  ruling.status = answer.status;
  if (answer.isPage) {
    ruling.form = Form.Page;
    ruling.pageAt = answer.bodyAt;
    ruling.pageLength = answer.bodyLength;
    ruling.pagePolicyAt = CONTENT_SECURITY_POLICY.at;
    ruling.pagePolicyLength = CONTENT_SECURITY_POLICY.length;
  } else if (decision.refusal >= Refusal.Scheme && decision.refusal <= Refusal.Method) ruling.form = Form.Plain;
}

/** More sessions than the cache has room for. */
const SESSIONS: u64 = 1 << 20;

/**
 * A position as a number that a float of 64 bits holds exactly, as long as segments can be counted: the position itself needs more
 * bits when some millions of segments were written, which a busy host does in weeks.
 */
function numberOf(position: u64): f64 {
  if (position == 0) return 0;
  return <f64>((position >> 32) * SESSIONS + (position & 0xffffffff));
}

function positionOfNumber(number: f64): u64 {
  return ((<u64>number / SESSIONS) << 32) | (<u64>number % SESSIONS);
}

/** Bundles name their cookie domains in an order, of which the list in memory is the reverse. */
function placeOf(domain: CookieDomain): i32 {
  let place = 0;
  for (let next = domain.next; next !== null; next = next!.next) place++;
  return place;
}

function domainAt(place: i32): CookieDomain | null {
  const current = bundle;
  if (!current) return null;
  let domain = current.domains;
  while (domain && placeOf(domain) != place) domain = domain.next;
  return domain;
}

/** Tells the host of an edit. Of Cookie it is not told: an answer to a proxy has no place for what is left of it. */
function carryOut(edit: Edit, name: Text, at: usize, length: i32): bool {
  if (name == edits.REMOTE_USER) {
    ruling.userAt = at;
    ruling.userLength = length;
  } else if (name == edits.REMOTE_GROUPS) {
    ruling.groupsAt = at;
    ruling.groupsLength = length;
  } else if (name == edits.REMOTE_NAME) {
    ruling.nameAt = at;
    ruling.nameLength = length;
  } else if (name == edits.REMOTE_EMAIL) {
    ruling.emailAt = at;
    ruling.emailLength = length;
  } else if (edit == Edit.Remove) {
    if (name == edits.AUTHORIZATION) ruling.removed |= Basic.Authorization;
    if (name == edits.PROXY_AUTHORIZATION) ruling.removed |= Basic.ProxyAuthorization;
  }
  return true;
}

/**
 * Takes the Set-Cookie of a new lease of the session with this number, and its user's profile where the token does not hold it; or that
 * there is none, for the session is over: then the length is 0. False when the cookie, or the profile, is not believed.
 */
export function takeRenewal(number: f64, at: usize, length: i32, profile: usize, profileLength: i32, now: f64): bool {
  const session = sessionAt(positionOfNumber(number));
  const current = bundle;
  // A session that has made way meanwhile is verified again.
  if (!session || !current) return true;
  if (length > 0) return takeLease(session, at, length, profile, profileLength, current, <i64>now);
  session.kept.hasEnded = true;
  return true;
}

const credentialKey: usize = memory.data(DIGEST_KEY_LENGTH, 8);

/**
 * Takes what vouches for a credential in a cookie domain, sent from a client's address (of length 0 when it is not known): a token, and
 * behind a line feed the user's profile where that does not hold it. Of length 0 when the credential is bad. False when it is not
 * believed.
 */
export function takeVoucher(
  place: i32,
  address: usize,
  addressLength: i32,
  at: usize,
  length: i32,
  voucher: usize,
  voucherLength: i32,
  now: f64,
): bool {
  const domain = domainAt(place);
  const current = bundle;
  if (!domain || !current) return false;
  beginClient(client, resolveAddress);
  client.textAt = address;
  client.textLength = addressLength;
  writeDigestKey(credentialKey, at, length, domain, client);
  if (voucherLength > 0) return noteVouched(credentialKey, voucher, voucherLength, current, <i64>now);
  noteRefused(credentialKey, <i64>now);
  return true;
}
