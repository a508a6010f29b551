// Lists the edits to the headers of a request that is passed on. Each shell applies them as its proxy requires.
// `Remote-*` of the client, and what else a cookie domain names, are gone by then, for a shell takes them out while it reads.
import { Text, text } from "../../memory/text";
import { Basic } from "../bundle/cookie-domain";
import { IdentityPart } from "../bundle/identity-headers";
import { cutCookie } from "../headers/cookie";
import { isBasic } from "../headers/credentials";
import { BasicUse } from "../policy/rule";
import { cookieLine, Request } from "../request";
import { Session } from "../session/session";
import { Decision, Outcome } from "./decision";

export const COOKIE = text("cookie");
export const AUTHORIZATION = text("authorization");
export const PROXY_AUTHORIZATION = text("proxy-authorization");
export const REMOTE_USER = text("remote-user");
export const REMOTE_GROUPS = text("remote-groups");
export const REMOTE_NAME = text("remote-name");
export const REMOTE_EMAIL = text("remote-email");

export const enum Edit {
  /** It goes on as the client sent it. */
  Keep,
  /** All that the client sent under this name goes. */
  Remove,
  /** This one value takes the place of all that the client sent. */
  Set,
  /** One more value, beside those that were added before. */
  Add,
}

/** Carries one edit out. False when that can't be done: the request must not go on then. */
type CarryOut = (edit: Edit, name: Text, at: usize, length: i32) => bool;

/**
 * Tells what becomes of the headers that a decision is about: each is named that is there, or that we set. The session is taken
 * out of the cookies, credentials that were meant for the gate go, the identity is added. The portal gets all as it came.
 * False as soon as an edit can't be carried out.
 */
export function forEachEdit(request: Request, decision: Decision, carryOut: CarryOut): bool {
  const isDecided = decision.outcome == Outcome.Allow;
  return (
    editCookies(request, decision, isDecided, carryOut) &&
    editCredentials(request, decision, isDecided, carryOut) &&
    (!isDecided || addIdentity(decision, carryOut))
  );
}

/** One line stays one line, several stay several. */
function editCookies(request: Request, decision: Decision, isDecided: bool, carryOut: CarryOut): bool {
  const count = request.cookieLines;
  if (count == 0) return true;
  const domain = decision.domain;
  let isCut = false;
  if (isDecided && domain) {
    for (let i = 0; i < count; i++) {
      if (cutCookie(cookieLine(request, i), domain.cookieAt, domain.cookieLength)) isCut = true;
    }
  }
  const first = cookieLine(request, 0);
  if (!isCut) return carryOut(Edit.Keep, COOKIE, first.at, first.length);
  if (count == 1 && first.at) return carryOut(Edit.Set, COOKIE, first.at, first.length);
  if (!carryOut(Edit.Remove, COOKIE, 0, 0)) return false;
  for (let i = 0; i < count; i++) {
    const line = cookieLine(request, i);
    if (line.at && !carryOut(Edit.Add, COOKIE, line.at, line.length)) return false;
  }
  return true;
}

function editCredentials(request: Request, decision: Decision, isDecided: bool, carryOut: CarryOut): bool {
  let taken: u32 = 0;
  const domain = decision.domain;
  if (isDecided && domain && !(domain.basic & Basic.Forward)) taken = domain.basic;
  // Who is logged in by a password may get to another rule than the anonymous: what that one leaves to the application is ours then.
  const isLeft = decision.basicUse == BasicUse.Off && decision.credentialAt == 0;
  const isOurs = !isLeft && isBasic(request.authorizationAt, request.authorizationLength);
  const authorization = (taken & Basic.Authorization) != 0 && isOurs;
  // Proxy-Authorization of any scheme is removed: it is for the proxy and for no application (RFC 9110 §11.7.2).
  const proxyAuthorization = (taken & Basic.ProxyAuthorization) != 0;
  return (
    editCredential(authorization, AUTHORIZATION, request.authorizationAt, request.authorizationLength, carryOut) &&
    editCredential(
      proxyAuthorization,
      PROXY_AUTHORIZATION,
      request.proxyAuthorizationAt,
      request.proxyAuthorizationLength,
      carryOut,
    )
  );
}

function editCredential(isTaken: bool, name: Text, at: usize, length: i32, carryOut: CarryOut): bool {
  return at == 0 || carryOut(isTaken ? Edit.Remove : Edit.Keep, name, at, length);
}

function addIdentity(decision: Decision, carryOut: CarryOut): bool {
  const identity = decision.session;
  const domain = decision.domain;
  if (!identity || !domain) return true;
  const isTold =
    addPart(REMOTE_USER, identity, IdentityPart.User, carryOut) &&
    addPart(REMOTE_GROUPS, identity, IdentityPart.Groups, carryOut) &&
    addPart(REMOTE_NAME, identity, IdentityPart.Name, carryOut) &&
    addPart(REMOTE_EMAIL, identity, IdentityPart.Email, carryOut);
  if (!isTold) return false;
  for (let header = domain.identityHeaders; header !== null; header = header!.next) {
    if (!addPart(header.name, identity, header.part, carryOut)) return false;
  }
  return true;
}

function addPart(name: Text, identity: Session, part: IdentityPart, carryOut: CarryOut): bool {
  switch (part) {
    case IdentityPart.User:
      return addHeader(name, identity.nameAt, identity.nameLength, carryOut);
    case IdentityPart.Groups:
      return addHeader(name, identity.groupListAt, identity.groupListLength, carryOut);
    case IdentityPart.Name:
      return addHeader(name, identity.displayNameAt, identity.displayNameLength, carryOut);
    default:
      return addHeader(name, identity.emailAt, identity.emailLength, carryOut);
  }
}

function addHeader(name: Text, at: usize, length: i32, carryOut: CarryOut): bool {
  return length == 0 || carryOut(Edit.Add, name, at, length);
}
