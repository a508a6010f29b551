// The canonical path: what rules match. A request whose path two parties could read differently is refused, so that the
// gate and the application behind it always speak of the same resource. docs/canonical-target.md lists the rules and the
// attacks they stop.
import { hexDigit } from "../../encoding/json";
import { invalidUtf8At } from "../../encoding/utf8";
import { allocateInArena } from "../../memory/arena";
import { Refusal } from "../refusal";

const SLASH: u8 = 0x2f;
const BACKSLASH: u8 = 0x5c;
const DOT: u8 = 0x2e;
const PERCENT: u8 = 0x25;
const SEMICOLON: u8 = 0x3b;
const QUESTION_MARK: u8 = 0x3f;
const NUMBER_SIGN: u8 = 0x23;

/**
 * How a path may be read. Plain: every escape decoded, path parameters part of their segment. Each bit is a way in which an
 * application may depart from that, and any of them may come together. A request passes only if the rules answer alike
 * for every reading that its path has.
 */
export const enum Reading {
  Plain = 0,
  /** `;…` is cut off its segment, as servlet containers do. */
  CutsParameters = 1,
  /** `%3B…` is cut off: parameters are looked for after decoding. */
  CutsEscapedParameters = 2,
  /** An escaped `?` or `#` stays an escape, so that no rule takes it for the start of a query. */
  KeepsDelimiters = 4,
  /** An escaped `?` or `#` begins the query or the fragment: the target is decoded before it is split. */
  SplitsLate = 8,
  /** An escaped slash stays an escape: it is data in a segment, as a project's name or a virtual host is. */
  KeepsSlashes = 16,
  /** An escaped backslash stays an escape. */
  KeepsBackslashes = 32,
  /** An escaped backslash separates segments as a slash does. */
  SeparatesByBackslash = 64,
  /** Slashes that follow each other count as one. */
  MergesSlashes = 128,
  /** What is an escape after decoding is decoded once more. */
  DecodesTwice = 256,
  /** What is cut off reaches to the end of the path and not only of its segment. */
  CutsRest = 512,
}

/** A path in which more ambiguities than this come together is refused: each of them doubles the readings to be decided. */
const MOST_DEPARTURES = 4;

/** What separates segments, each a bit, in the order in which they become slashes. */
const enum Separator {
  Slash = 1,
  /** `%2F` */
  Escaped = 2,
  /** `%5C` */
  Backslash = 4,
}

/** One reading of a request target. */
@unmanaged
export class Path {
  /** The decoded path, with `?query` behind it where the query is not empty: what `resources` match. */
  resourceAt: usize;
  resourceLength: i32;
  /** How much of the resource is path. */
  pathLength: i32;
  /** The query as sent, without its `?`. */
  queryAt: usize;
  queryLength: i32;
  /** The bits of Reading that make a difference to this path. */
  departures: Reading;
  /** The query's parameters, see query.ts; decoded when a rule asks for one. */
  parametersAt: usize;
  parameterCount: i32;
  hasParameters: bool;
}

/** Reads a request target in origin form, `/path[?query]`, into `path`, which is whole only when nothing is refused. */
export function readPath(at: usize, length: i32, reading: Reading, path: Path): Refusal {
  path.hasParameters = false;
  if (length <= 0 || load<u8>(at) != SLASH) return Refusal.Path;
  const verbatimLength = plainPrefix(at, length);
  if (verbatimLength >= 0) return readVerbatim(at, length, verbatimLength, path);
  return decode(at, length, reading, path);
}

/**
 * The length of the path (the query left out) if it is made of unreserved bytes and single slashes and has no dot segment,
 * so that it is its own canonical form; else -1. Nearly every real request takes this way, without a copy.
 */
function plainPrefix(at: usize, length: i32): i32 {
  let previous: u8 = 0;
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(at + i);
    if (byte == QUESTION_MARK) return i;
    if (byte <= 0x20 || byte >= 0x7f) return -1;
    if (byte == PERCENT || byte == SEMICOLON || byte == BACKSLASH || byte == NUMBER_SIGN) return -1;
    if (previous == SLASH && (byte == SLASH || byte == DOT)) return -1;
    previous = byte;
  }
  return length;
}

function readVerbatim(at: usize, length: i32, pathLength: i32, path: Path): Refusal {
  const refusal = readQuery(at + pathLength, length - pathLength, path);
  if (refusal != Refusal.None) return refusal;
  path.resourceAt = at;
  path.resourceLength = path.queryLength > 0 ? length : pathLength;
  path.pathLength = pathLength;
  path.departures = Reading.Plain;
  return Refusal.None;
}

/** Takes what follows the path: nothing, or `?query`. Its bytes stay as they are, but must be ones a URL can have. */
function readQuery(at: usize, length: i32, path: Path): Refusal {
  path.queryAt = at;
  path.queryLength = 0;
  if (length <= 1) return Refusal.None;
  path.queryAt = at + 1;
  path.queryLength = length - 1;
  for (let i = 1; i < length; i++) {
    const byte = load<u8>(at + i);
    if (byte <= 0x20 || byte == 0x7f || byte == NUMBER_SIGN) return Refusal.PathControl;
  }
  return Refusal.None;
}

/** Writes the canonical form into the arena, segment by segment. */
function decode(at: usize, length: i32, reading: Reading, path: Path): Refusal {
  const target = allocateInArena(length);
  if (!target) return Refusal.Path;
  store<u8>(target, SLASH);
  let to = target + 1;
  let segment = to;
  /** Where the parameters to be cut off the segment begin, and where any begin; 0 while there are none. */
  let cut: usize = 0;
  let parameters: usize = 0;
  /** Where all the rest is cut off; 0 while it is not. */
  let rest: usize = 0;
  /** The delimiter at which a late split ended the path, and the one at which it ended everything; 0 before. */
  let lateSplit: usize = 0;
  let lateEnd: usize = 0;
  let hasPercent = false;
  /** The separator before the segment, and the kinds by which others follow each other. */
  let separator = Separator.Slash;
  let merging: u32 = 0;
  let found = Reading.Plain;
  let i = 1;
  for (; i < length; i++) {
    let byte = load<u8>(at + i);
    if (byte == QUESTION_MARK) break;
    if (byte <= 0x20 || byte == 0x7f || byte == NUMBER_SIGN) return Refusal.PathControl;
    if (byte == BACKSLASH) return Refusal.PathSeparator;

    const isEscape = byte == PERCENT;
    if (isEscape) {
      const decoded = decodeEscape(at + i, length - i);
      if (decoded < 0) return Refusal.PathEscape;
      byte = <u8>decoded;
      if (byte < 0x20 || byte == 0x7f) return Refusal.PathControl;
      i += 2;
      if (byte == PERCENT) hasPercent = true;
    }

    if (byte == SLASH || byte == BACKSLASH) {
      const kind = isEscape ? (byte == SLASH ? Separator.Escaped : Separator.Backslash) : Separator.Slash;
      if (!lateSplit) {
        // It depends on what comes first, cutting or decoding, how much of the parameters is cut off.
        if (isEscape && parameters) return Refusal.PathReadings;
        // A segment ends here, also for whoever takes an escaped separator for data: none may hide a dot segment.
        const refusal = checkSegment(segment, to, parameters);
        if (refusal != Refusal.None) return refusal;
        if (to == segment) {
          // `//host/path` is read as a path of another host, and what becomes that by decoding is as well.
          if (to == target + 1) return Refusal.PathSeparator;
          found |= Reading.MergesSlashes;
          // Slashes may be merged as they came, after decoding, or once backslashes are slashes. Where more than one of these steps
          // finds some, it depends on which are taken how many are left.
          merging |= max(separator, kind);
          if (merging & (merging - 1)) return Refusal.PathReadings;
        }
        separator = kind;
        if (parameters) found |= Reading.CutsRest;
        if (cut) {
          to = cut;
          if (reading & Reading.CutsRest && !rest) rest = cut;
        }
      }
      if (kind == Separator.Escaped) found |= Reading.KeepsSlashes;
      if (kind == Separator.Backslash) found |= Reading.KeepsBackslashes | Reading.SeparatesByBackslash;
      to = writeSeparator(to, kind, reading);
      segment = to;
      cut = 0;
      parameters = 0;
      continue;
    }

    let departure = byte == SEMICOLON && !isEscape ? Reading.CutsParameters : Reading.Plain;
    if (isEscape) {
      if (byte == SEMICOLON) departure = Reading.CutsEscapedParameters;
      if (byte == QUESTION_MARK || byte == NUMBER_SIGN) {
        // Inside parameters it depends on what is cut first; and where the target is split late, a dot segment may end here.
        if (parameters || found & Reading.CutsRest) return Refusal.PathReadings;
        const refusal = checkSegment(segment, to, 0);
        if (refusal != Refusal.None) return refusal;
        found |= Reading.KeepsDelimiters | Reading.SplitsLate;
        if (reading & Reading.KeepsDelimiters) {
          store<u8>(to++, PERCENT);
          store<u8>(to++, byte == QUESTION_MARK ? 0x33 : 0x32);
          store<u8>(to++, byte == QUESTION_MARK ? 0x46 : 0x33);
          continue;
        }
        if (reading & Reading.SplitsLate) {
          if (!lateSplit) lateSplit = to;
          if (byte == NUMBER_SIGN && !lateEnd) lateEnd = to;
        }
      }
    }

    if (departure != Reading.Plain) {
      found |= departure;
      if (!parameters && !lateSplit) parameters = to;
      if (!cut && !lateSplit && reading & departure) cut = to;
    }
    store<u8>(to++, byte);
  }

  if (!lateSplit) {
    // Parameters of nothing at the end, as in `/;jsessionid=…`, leave a path that ends with a slash, whenever they are cut off.
    const refusal = parameters == segment ? Refusal.None : checkSegment(segment, to, parameters);
    if (refusal != Refusal.None) return refusal;
    if (cut) to = cut;
  }
  if (rest) to = rest;
  if (lateEnd) to = lateEnd;
  if (hasPercent) {
    if (reading & Reading.DecodesTwice) to = decodeAgain(target, to, reading);
    const isSimple = reading == Reading.Plain || reading == Reading.DecodesTwice;
    if (isSimple && hasEscape(target, to)) {
      // Twice is all that is taken into account, and what comes of it may not end anything.
      if (reading != Reading.Plain || found & Reading.KeepsDelimiters) return Refusal.PathEscape;
      const twice = escapesOf(target, to);
      if (twice & Twice.Harmful) return Refusal.PathEscape;
      if (twice & Twice.Slash) {
        // Which slashes are kept, and how far parameters go, would depend on which of both decodings does it.
        if (found & (Reading.CutsParameters | Reading.CutsEscapedParameters)) return Refusal.PathEscape;
        if (found & Reading.KeepsSlashes && twice & Twice.Harmless) return Refusal.PathEscape;
        found |= Reading.KeepsSlashes;
      }
      found |= Reading.DecodesTwice;
    }
  }
  const pathLength = <i32>((lateSplit ? lateSplit : to) - target);
  if (invalidUtf8At(target, pathLength) >= 0) return Refusal.PathUtf8;
  if (popcnt<i32>(found) > MOST_DEPARTURES) return Refusal.PathReadings;

  const queryRefusal = readQuery(at + i, length - i, path);
  if (queryRefusal != Refusal.None) return queryRefusal;
  if (lateEnd) path.queryLength = 0;
  // An empty query is none, however its `?` came.
  if (lateSplit && to == lateSplit + 1 && path.queryLength == 0) to = lateSplit;
  if (path.queryLength > 0) {
    // The decoded path is never longer than the raw one, so path, `?` and query fit in the raw target's length.
    store<u8>(to++, QUESTION_MARK);
    memory.copy(to, path.queryAt, path.queryLength);
    to += path.queryLength;
  }
  path.resourceAt = target;
  path.resourceLength = <i32>(to - target);
  path.pathLength = pathLength;
  path.departures = found;
  if (lateSplit && lateSplit != to) {
    path.queryAt = lateSplit + 1;
    path.queryLength = <i32>(to - path.queryAt);
  }
  return Refusal.None;
}

/** Refuses a segment that is `.` or `..`, or nothing, once its parameters are cut off. */
function checkSegment(segment: usize, end: usize, parameters: usize): Refusal {
  const nameEnd = parameters ? parameters : end;
  const length = nameEnd - segment;
  if (length == 0) return end == segment ? Refusal.None : Refusal.PathSeparator;
  if (load<u8>(segment) != DOT) return Refusal.None;
  const dots = length == 1 || (length == 2 && load<u8>(segment, 1) == DOT);
  return dots ? Refusal.PathDotSegment : Refusal.None;
}

/** Writes what a separator is in a reading, and returns the address behind it. */
function writeSeparator(at: usize, kind: Separator, reading: Reading): usize {
  const isKept =
    (kind == Separator.Escaped && reading & Reading.KeepsSlashes) ||
    (kind == Separator.Backslash && reading & Reading.KeepsBackslashes);
  if (isKept) {
    store<u8>(at, PERCENT);
    store<u16>(at, kind == Separator.Escaped ? 0x4632 : 0x4335, 1);
    return at + 3;
  }
  const isBackslash = kind == Separator.Backslash && !(reading & Reading.SeparatesByBackslash);
  if (reading & Reading.MergesSlashes && !isBackslash && load<u8>(at - 1) == SLASH) return at;
  store<u8>(at, isBackslash ? BACKSLASH : SLASH);
  return at + 1;
}

/** The byte an escape stands for, or -1 if it is not `%` and two hexadecimal digits. */
function decodeEscape(at: usize, length: i32): i32 {
  if (length < 3 || load<u8>(at) != PERCENT) return -1;
  const high = hexDigit(load<u8>(at, 1));
  const low = hexDigit(load<u8>(at, 2));
  return (high | low) < 0 ? -1 : (high << 4) | low;
}

/** Whether a `%` with two hexadecimal digits is among the bytes. */
function hasEscape(from: usize, end: usize): bool {
  for (let at = from; at < end; at++) {
    if (decodeEscape(at, <i32>(end - at)) >= 0) return true;
  }
  return false;
}

/** What escapes of escapes stand for, each a bit. */
const enum Twice {
  None = 0,
  /** Nothing that separates, ends or escapes. */
  Harmless = 1,
  /** A slash within a name: Jenkins has `feature%252Fname` for a branch. */
  Slash = 2,
  Harmful = 4,
}

/** What the escapes among the bytes stand for. */
function escapesOf(from: usize, end: usize): Twice {
  let found = Twice.None;
  for (let at = from; at < end; at++) {
    const byte = decodeEscape(at, <i32>(end - at));
    if (byte < 0) continue;
    if (isHarmless(<u8>byte)) found |= Twice.Harmless;
    else found |= byte == SLASH && isBetweenNames(at, end) ? Twice.Slash : Twice.Harmful;
  }
  return found;
}

/** Whether a decoded escape would leave no empty segment and no dot segment on either side. The byte before it is in the path. */
function isBetweenNames(at: usize, end: usize): bool {
  return at + 3 < end && isOfName(load<u8>(at - 1)) && isOfName(load<u8>(at, 3));
}

function isOfName(byte: u8): bool {
  return byte != SLASH && byte != BACKSLASH && byte != DOT && byte != PERCENT;
}

function isHarmless(byte: u8): bool {
  if (byte < 0x20 || byte == 0x7f || byte == SLASH || byte == BACKSLASH || byte == DOT) return false;
  return byte != PERCENT && byte != SEMICOLON && byte != QUESTION_MARK && byte != NUMBER_SIGN;
}

/** Decodes harmless escapes among the bytes, and slashes unless they are kept, in their place; returns where they end. */
function decodeAgain(from: usize, end: usize, reading: Reading): usize {
  const separates = !(reading & Reading.KeepsSlashes);
  let to = from;
  for (let at = from; at < end; at++) {
    let byte = load<u8>(at);
    const decoded = decodeEscape(at, <i32>(end - at));
    if (decoded >= 0 && (isHarmless(<u8>decoded) || (decoded == SLASH && separates))) {
      byte = <u8>decoded;
      at += 2;
    }
    store<u8>(to++, byte);
  }
  return to;
}
