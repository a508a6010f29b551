// What the gate answers when a request does not go on: status, Location and a body, a page for a person and JSON for a
// script. The statuses are Authelia's (docs/architecture.md has the table).
import { Writer } from "../../encoding/writer";
import { Text, text } from "../../memory/text";
import { CookieDomain } from "../bundle/cookie-domain";
import { Challenge, Decision, LoginReason, Outcome } from "../decide/decision";
import { Request } from "../request";
import { wantsPage } from "../preferences";
import { GET, HEAD, methodBit, OPTIONS } from "../policy/method";
import { Refusal, refusalAdvice, refusalMessage, statusOfRefusal } from "../refusal";
import { writeLoginLocation } from "./location";
import { writeDeniedPage, writeMessagePage, writeRefusedPage, writeUnsentPage } from "./page";

/** What is sent to a client whose request does not go on. Its bytes live in the arena. */
@unmanaged
export class Answer {
  status: i32;
  /** Address 0 when the answer sends nobody anywhere. */
  locationAt: usize;
  locationLength: i32;
  /** Address 0 when no cookie is set. */
  setCookieAt: usize;
  setCookieLength: i32;
  /** The challenge to the client. None unless it sent credentials, or the rule asks for them. */
  challenge: Challenge;
  /** Whether the body is HTML; else it is JSON. */
  isPage: bool;
  bodyAt: usize;
  bodyLength: i32;
}

const location: Writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));
const body: Writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));

/** Makes the answer to a request whose decision is Login, Deny or Refuse. */
export function makeAnswer(answer: Answer, request: Request, decision: Decision): void {
  memory.fill(changetype<usize>(answer), 0, offsetof<Answer>());
  const domain = decision.domain;
  if (decision.outcome == Outcome.Login && decision.challenge != Challenge.None) answerChallenge(answer, decision);
  else if (decision.outcome == Outcome.Login && domain) answerLogin(answer, request, decision, domain);
  else if (decision.outcome == Outcome.Deny) answerDenied(answer, request, decision);
  else answerRefused(answer, request, decision);
  if (methodBit(request.methodAt, request.methodLength) == HEAD) answer.bodyLength = 0;
}

/** Whether somebody is logged in, and not as the rule wants it. */
function isMoreNeeded(decision: Decision): bool {
  const reason = decision.loginReason;
  return reason == LoginReason.Level || reason == LoginReason.Age || reason == LoginReason.Method;
}

function answerLogin(answer: Answer, request: Request, decision: Decision, domain: CookieDomain): void {
  const page = wantsPage(request);
  answer.status = page ? redirectStatus(request) : 401;
  writeLoginLocation(location, request, domain, isMoreNeeded(decision));
  answer.locationAt = location.at;
  answer.locationLength = location.length;
  if (!page) return writeJson(answer, text("login required"));
  body.begin(answer.locationLength * 6 + 64);
  body.text(text('<a href="'));
  body.html(answer.locationAt, answer.locationLength);
  body.text(text('">'));
  body.text(answer.status == 302 ? text("302 Found</a>") : text("303 See Other</a>"));
  takePage(answer);
}

/** Makes the answer to a form whose session has to be renewed first: a redirect would have lost what was sent. */
export function makeUnsentAnswer(answer: Answer, request: Request, domain: CookieDomain): void {
  memory.fill(changetype<usize>(answer), 0, offsetof<Answer>());
  answer.status = 401;
  writeUnsentPage(body, request, domain);
  takePage(answer);
}

/** Credentials were sent: what the client understands is a request for others (RFC 9110 §11.6, §11.7). */
function answerChallenge(answer: Answer, decision: Decision): void {
  answer.challenge = decision.challenge;
  answer.status = decision.challenge == Challenge.ProxyAuthenticate ? 407 : 401;
  writeJson(answer, text("login required"));
}

/** 302 keeps the method of a GET; after anything else the portal is to be fetched with GET (RFC 9110 §15.4.4). */
function redirectStatus(request: Request): i32 {
  return methodBit(request.methodAt, request.methodLength) & (GET | HEAD | OPTIONS) ? 302 : 303;
}

function answerDenied(answer: Answer, request: Request, decision: Decision): void {
  answer.status = 403;
  const domain = decision.domain;
  if (!domain || !wantsPage(request)) return writeJson(answer, text("forbidden"));
  writeDeniedPage(body, request, decision.session, decision.ruleNumber, domain);
  takePage(answer);
}

function answerRefused(answer: Answer, request: Request, decision: Decision): void {
  const refusal = decision.refusal;
  answer.status = statusOfRefusal(refusal);
  const isTemporary = answer.status != 400;
  if (!wantsPage(request)) return writeJson(answer, isTemporary ? text("unavailable") : refusalMessage(refusal));
  if (isTemporary) writeMessagePage(body, text("Back in a moment"), temporaryMessage(refusal));
  else writeRefusedPage(body, refusalMessage(refusal), refusalAdvice(refusal));
  takePage(answer);
}

function temporaryMessage(refusal: Refusal): Text {
  if (refusal == Refusal.Busy) return text("There are too many requests. Please try again shortly.");
  if (refusal == Refusal.Loop) return text("Logging in does not help right now. Please tell your administrator.");
  if (refusal == Refusal.HostSilent) return text("Your session can't be renewed right now. Please try again shortly.");
  return text("The access check is starting. Please try again shortly.");
}

/** `{"status": …, "error": …}` with a text that needs no escaping. */
function writeJson(answer: Answer, error: Text): void {
  body.begin(160);
  body.text(text('{"status":'));
  body.integer(answer.status);
  body.text(text(',"error":"'));
  body.text(error);
  body.text(text('"}'));
  takeBody(answer);
}

function takePage(answer: Answer): void {
  answer.isPage = true;
  takeBody(answer);
}

function takeBody(answer: Answer): void {
  answer.bodyAt = body.at;
  answer.bodyLength = body.length;
}
