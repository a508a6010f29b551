// Questions about a policy alone, as the portal and the command line ask them, asked in three steps: `begin`, then `allocate` and
// the setters for what is known, then `decide`. host/core/policy.ts is the other side.
import { readTarget } from "../core/decide/decide";
import { Judgement, Outcome } from "../core/decide/decision";
import { judge, judgeReading } from "../core/decide/judge";
import { client, request } from "../core/current";
import { clearRequest } from "../core/request";
import { Identity } from "../core/identity";
import { amrBit } from "../core/policy/amr";
import { listAskedGroups as listGroups } from "../core/policy/asked-groups";
import { compilePolicy, freePolicy as free } from "../core/policy/compile";
import { verdictOn } from "../core/policy/explain";
import { Criterion } from "../core/policy/match";
import { readAddress } from "../core/policy/network";
import { createProblem, Problem } from "../core/policy/problem";
import { Policy } from "../core/policy/policy";
import { Rule } from "../core/policy/rule";
import { beginClient, Client } from "../core/policy/client";
import { Target } from "../core/policy/target";
import { Refusal, refusalMessage } from "../core/refusal";
import { splitUrl } from "../core/url/absolute";
import { Path, readPath, Reading } from "../core/url/path";
import { allocateInArena, resetArena } from "../memory/arena";
import { Slice } from "../memory/slice";

const identity: Identity = changetype<Identity>(memory.data(offsetof<Identity>(), 8));
const judgement: Judgement = changetype<Judgement>(memory.data(offsetof<Judgement>(), 8));
const target: Target = changetype<Target>(memory.data(offsetof<Target>(), 8));
target.host = changetype<Slice>(memory.data(offsetof<Slice>(), 8));
target.path = changetype<Path>(memory.data(offsetof<Path>(), 8));
target.client = client;
const problem: Problem = createProblem();
let isKnown: bool = false;
let addressAt: usize = 0;
let addressLength: i32 = 0;
let unreadable: Refusal = Refusal.None;

/** Forgets the last question and everything allocated for it. */
export function begin(): void {
  resetArena();
  clearRequest(request);
  memory.fill(changetype<usize>(identity), 0, offsetof<Identity>());
  isKnown = false;
  addressLength = 0;
  unreadable = Refusal.None;
}

/** Room for bytes of a question, until the next `begin`. 0 when there is none of that size. */
export function allocate(size: i32): usize {
  return size < 0 ? 0 : allocateInArena(size);
}

/** Compiles a policy from JSON. Returns what stands for it from then on, or 0; then `problemAt` says why. */
export function loadPolicy(at: usize, length: i32): usize {
  return changetype<usize>(compilePolicy(problem, at, length));
}

export function freePolicy(policy: usize): void {
  free(changetype<Policy>(policy));
}

export function problemAt(): usize {
  return problem.at;
}

export function problemLength(): i32 {
  return problem.length;
}

export function setMethod(at: usize, length: i32): void {
  request.methodAt = at;
  request.methodLength = length;
}

/** The target as an absolute URL. */
export function setUrl(at: usize, length: i32): void {
  if (!splitUrl(at, length, request)) unreadable = Refusal.Scheme;
}

export function setAddress(at: usize, length: i32): void {
  addressAt = at;
  addressLength = length;
}

/** Who asks: name, groups packed as in Identity, level 1 or 2, and the last login in seconds since the epoch. */
export function setIdentity(
  nameAt: usize,
  nameLength: i32,
  groupsAt: usize,
  groupsLength: i32,
  level: i32,
  authTime: f64,
): void {
  identity.nameAt = nameAt;
  identity.nameLength = nameLength;
  identity.groupsAt = groupsAt;
  identity.groupsLength = groupsLength;
  identity.level = level;
  identity.authTime = <i64>authTime;
  isKnown = true;
}

/** An authentication method of the identity. */
export function addMethodReference(at: usize, length: i32): void {
  identity.amr |= amrBit(at, length);
}

/** Decides by the policy alone. Returns an Outcome; the functions below tell more. */
export function decide(policy: usize, now: f64): i32 {
  if (unreadable == Refusal.None) unreadable = readTarget(target, request);
  if (unreadable == Refusal.None) unreadable = readPath(request.pathAt, request.pathLength, Reading.Plain, target.path);
  if (unreadable != Refusal.None) return Outcome.Refuse;
  beginClient(client, resolveAddress);
  const outcome = judge(judgement, changetype<Policy>(policy), request, target, isKnown ? identity : null, <i64>now);
  if (outcome == Outcome.Refuse) unreadable = judgement.refusal;
  return outcome;
}

/**
 * Reads the question's path in one way, a set of bits of Reading, in which `decideReading` then decides. False for a path that is
 * refused, and for what has no such reading.
 */
export function readAs(reading: i32): bool {
  return readPath(request.pathAt, request.pathLength, <Reading>reading, target.path) == Refusal.None;
}

/** The bits of Reading that make a difference to the path read last. */
export function departures(): i32 {
  return target.path.departures;
}

/** What rules match: the path that was read last, and the query with a `?` before it. */
export function resourceAt(): usize {
  return target.path.resourceAt;
}

export function resourceLength(): i32 {
  return target.path.resourceLength;
}

/** How much of it is path. */
export function pathLength(): i32 {
  return target.path.pathLength;
}

/** Decides as `decide` does, by nothing but the reading that was read last. */
export function decideReading(policy: usize, now: f64): i32 {
  if (readTarget(target, request) != Refusal.None) return Outcome.Refuse;
  beginClient(client, resolveAddress);
  return judgeReading(judgement, changetype<Policy>(policy), target, isKnown ? identity : null, <i64>now);
}

export function decidedRule(): i32 {
  return judgement.ruleNumber;
}

/**
 * A rule's Verdict on a Criterion for the question decided last, which must not have been refused. Rules count from 1; Absent
 * for a number that no rule has.
 */
export function explain(policy: usize, ruleNumber: i32, criterion: i32): i32 {
  const rule = ruleOf(policy, ruleNumber);
  return rule ? verdictOn(rule, <Criterion>criterion, target, isKnown ? identity : null) : 0;
}

const askedGroups: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));

/**
 * Lists the groups that a policy asks about by name, packed as in Identity, in the order of the bits by which tokens tell of them. Returns
 * where they are, until the next `begin`; 0 where there is no such list.
 */
export function listAskedGroups(policy: usize): usize {
  return listGroups(askedGroups, changetype<Policy>(policy), 0, 0) ? askedGroups.at : 0;
}

export function askedGroupsLength(): i32 {
  return askedGroups.length;
}

/** What a rule asks for, an Access; -1 for a number that no rule has. */
export function accessOfRule(policy: usize, ruleNumber: i32): i32 {
  const rule = ruleOf(policy, ruleNumber);
  return rule ? rule.access : -1;
}

function ruleOf(policy: usize, ruleNumber: i32): Rule | null {
  let rule = changetype<Policy>(policy).rules;
  while (rule && rule.number != ruleNumber) rule = rule.next;
  return rule;
}

/** An Access: 0 deny, 1 bypass, 2 one_factor, 3 two_factor. */
export function decidedAccess(): i32 {
  return judgement.access;
}

export function decidedLoginReason(): i32 {
  return judgement.loginReason;
}

/** What the matched rule makes of Basic credentials, a BasicUse: 0 allow, 1 off, 2 challenge. */
export function decidedBasicUse(): i32 {
  return judgement.basicUse;
}

/** Why the request was refused, in words; empty when it was not. */
export function refusalAt(): usize {
  return refusalMessage(unreadable).at;
}

export function refusalLength(): i32 {
  return refusalMessage(unreadable).length;
}

function resolveAddress(asked: Client): bool {
  return readAddress(addressAt, addressLength, asked);
}
