// What the gate answers when a request does not go on: status, Location and a body, a page for a person and JSON for a
// script. The statuses are Authelia's (docs/architecture.md has the table).
import { Text, text } from "../../memory/text";
import { equalIgnoringCase } from "../../memory/bytes";
import { Challenge, challenge, domain, Outcome, refusal, ruleNumber, session } from "../decide/decide";
import { request } from "../decide/request";
import { GET, HEAD, methodBit, OPTIONS } from "../policy/method";
import { Refusal, refusalMessage, statusOfRefusal } from "../refusal";
import { writeLoginLocation } from "./location";
import { writeDeniedPage, writeMessagePage, writeUnsentPage } from "./page";
import { beginWriting, writeHtml, writeInteger, writeText, writtenAt, writtenLength } from "./writer";

export const HTML = text("text/html; charset=utf-8");
export const JSON = text("application/json");

/** The answer made last. */
export let status: i32 = 0;
/** Address 0 when the answer sends nobody anywhere. */
export let locationAt: usize = 0;
export let locationLength: i32 = 0;
export let contentType: Text = HTML;
export let bodyAt: usize = 0;
export let bodyLength: i32 = 0;

/** Makes the answer to the request decided last, whose outcome was Login, Deny or Refuse. */
export function makeAnswer(outcome: Outcome): void {
  locationAt = 0;
  bodyAt = 0;
  bodyLength = 0;
  if (outcome == Outcome.Login) {
    if (challenge == Challenge.None) answerLogin();
    else answerChallenge();
  }
  if (outcome == Outcome.Deny) answerDenied();
  if (outcome == Outcome.Refuse) answerRefused();
  if (methodBit(request.methodAt, request.methodLength) == HEAD) bodyLength = 0;
}

function answerLogin(): void {
  const host = domain;
  if (!host) return answerRefused();
  const page = wantsPage();
  status = page ? redirectStatus() : 401;
  writeLoginLocation(host);
  locationAt = writtenAt;
  locationLength = writtenLength;
  if (!page) return writeJson(text("login required"));
  contentType = HTML;
  beginWriting(locationLength * 6 + 64);
  writeText(text('<a href="'));
  writeHtml(locationAt, locationLength);
  writeText(text('">'));
  writeText(status == 302 ? text("302 Found</a>") : text("303 See Other</a>"));
  takeBody();
}

/** Makes the answer to a form whose session has to be renewed first: a redirect would have lost what was sent. */
export function makeUnsentAnswer(): void {
  const host = domain;
  if (!host) return makeAnswer(Outcome.Refuse);
  status = 401;
  locationAt = 0;
  contentType = HTML;
  writeUnsentPage(host);
  takeBody();
}

/** Credentials were sent: what the client understands is a request for others (RFC 9110 §11.6, §11.7). */
function answerChallenge(): void {
  status = challenge == Challenge.ProxyAuthenticate ? 407 : 401;
  writeJson(text("login required"));
}

/** 302 keeps the method of a GET; after anything else the portal is to be fetched with GET (RFC 9110 §15.4.4). */
function redirectStatus(): i32 {
  return methodBit(request.methodAt, request.methodLength) & (GET | HEAD | OPTIONS) ? 302 : 303;
}

function answerDenied(): void {
  status = 403;
  const host = domain;
  if (!host || !wantsPage()) return writeJson(text("forbidden"));
  contentType = HTML;
  writeDeniedPage(session, ruleNumber, host);
  takeBody();
}

function answerRefused(): void {
  status = statusOfRefusal(refusal);
  const isTemporary = status != 400;
  if (!wantsPage()) return writeJson(isTemporary ? text("unavailable") : refusalMessage(refusal));
  contentType = HTML;
  if (isTemporary) writeMessagePage(text("Back in a moment"), temporaryMessage());
  else writeMessagePage(text("Bad request"), refusalMessage(refusal));
  takeBody();
}

function temporaryMessage(): Text {
  if (refusal == Refusal.Busy) return text("There are too many requests. Please try again shortly.");
  if (refusal == Refusal.Loop) return text("Logging in does not help right now. Please tell your administrator.");
  if (refusal == Refusal.HostSilent) return text("Your session can't be renewed right now. Please try again shortly.");
  return text("The access check is starting. Please try again shortly.");
}

/** `{"status": …, "error": …}` with a text that needs no escaping. */
function writeJson(error: Text): void {
  contentType = JSON;
  beginWriting(160);
  writeText(text('{"status":'));
  writeInteger(status);
  writeText(text(',"error":"'));
  writeText(error);
  writeText(text('"}'));
  takeBody();
}

function takeBody(): void {
  bodyAt = writtenAt;
  bodyLength = writtenLength;
}

/** Whether a login is asked for by a redirect after which the browser asks for the same again. */
export function isRedirected(): bool {
  return wantsPage() && (methodBit(request.methodAt, request.methodLength) & (GET | HEAD | OPTIONS)) != 0;
}

/** Whether the request is one that a redirect to the portal would lose: a person's, and more than a question for a page. */
export function isForm(): bool {
  return wantsPage() && (methodBit(request.methodAt, request.methodLength) & (GET | HEAD | OPTIONS)) == 0;
}

/** Whether a person asks: an Accept with text/html in it, or with the type for anything first, and no sign of a script. */
function wantsPage(): bool {
  if (request.isScript || !request.acceptAt) return false;
  const at = request.acceptAt;
  const length = request.acceptLength;
  let first = true;
  for (let i = 0; i < length;) {
    while (i < length && (load<u8>(at + i) == 0x20 || load<u8>(at + i) == 0x2c || load<u8>(at + i) == 0x09)) i++;
    const start = i;
    while (i < length && load<u8>(at + i) != 0x2c) i++;
    if (isMediaType(at + start, i - start, text("text/html"))) return true;
    if (first && isMediaType(at + start, i - start, text("*/*"))) return true;
    first = false;
  }
  return false;
}

/** Whether an entry of Accept is this type, its parameters left aside. */
function isMediaType(at: usize, length: i32, type: Text): bool {
  const size = type.length;
  if (length < size || !equalIgnoringCase(at, size, type.at, size)) return false;
  return length == size || load<u8>(at + size) == 0x3b || load<u8>(at + size) == 0x20;
}
