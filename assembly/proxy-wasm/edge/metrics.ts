// The gate's metrics. Requests count in this module's memory; with each tick the sums go to the proxy, so that a request
// costs no call. A counter is defined when it first has something to say. Envoy shows them as `wasmcustom.zerohop.NAME`.
import { Writer } from "../../encoding/writer";
import { bundle } from "../../core/bundle/bundle";
import { Outcome } from "../../core/decide/decision";
import { Access } from "../../core/policy/rule";
import { bytesOfCache, limitOfCache, sessionsOfCache } from "../../core/session/cache";
import { sessionCounts } from "../../core/session/counts";
import { text, Text } from "../../memory/text";
import { Metric, proxy_define_metric, proxy_increment_metric, proxy_record_metric, Status } from "../abi/env";

export const enum Counter {
  Renewals,
  RenewalsRefused,
  RenewalsFailed,
  Credentials,
  CredentialsRefused,
  CredentialsFailed,
  BundlesRejected,
  SocketsClosed,
  CacheHits,
  Verifications,
  Postponements,
  Forgotten,
  CacheSessions,
  CacheBytes,
  CacheLimit,
  BundleVersion,
  BundleAge,
  /** From here on one for each outcome with each access. */
  Decisions,
}

/** Outcomes that a request ends with, Wait being none, and what a rule can ask for. */
const OUTCOMES: i32 = Outcome.Refuse + 1;
const ACCESSES: i32 = Access.TwoFactor + 1;
const COUNTERS: i32 = Counter.Decisions + OUTCOMES * ACCESSES;

/** A metric: its count since the last tick, the value reported to the proxy so far, and the proxy's number for it. */
@unmanaged
class Count {
  since: u32;
  /** The proxy's number and 1, or 0 before the first value. */
  id: u32;
  reported: u64;
}

// @ts-ignore: decorator
@lazy
const counts: usize = memory.data(COUNTERS * <i32>offsetof<Count>(), 8);
const definedId: usize = memory.data(<i32>sizeof<u32>(), 4);

function countAt(index: i32): Count {
  return changetype<Count>(counts + <usize>index * offsetof<Count>());
}

// @ts-ignore: decorator
@inline
export function count(counter: Counter): void {
  countAt(counter).since++;
}

// @ts-ignore: decorator
@inline
export function countDecision(outcome: Outcome, access: Access): void {
  countAt(Counter.Decisions + outcome * ACCESSES + access).since++;
}

/** Reports to the proxy what has been counted. `now` is in seconds since the epoch. */
export function reportMetrics(now: i64): void {
  countUpTo(Counter.CacheHits, sessionCounts.cacheHits);
  countUpTo(Counter.Verifications, sessionCounts.verifications);
  countUpTo(Counter.Postponements, sessionCounts.postponements);
  countUpTo(Counter.Forgotten, sessionCounts.forgotten);
  for (let i = 0; i < COUNTERS; i++) {
    const counted = countAt(i);
    if (counted.since == 0 || !isDefined(i, Metric.Counter)) continue;
    proxy_increment_metric(counted.id - 1, counted.since);
    counted.reported += counted.since;
    counted.since = 0;
  }
  // Threads that no request comes to, as the main one of Envoy, have nothing to say of it.
  if (sessionsOfCache() > 0) {
    reportShare(Counter.CacheSessions, sessionsOfCache());
    reportShare(Counter.CacheBytes, bytesOfCache());
    reportShare(Counter.CacheLimit, limitOfCache());
  }
  const current = bundle;
  if (!current) return;
  reportGauge(Counter.BundleVersion, current.version);
  reportGauge(Counter.BundleAge, max(now - current.issuedAt, 0));
}

function countUpTo(counter: Counter, total: u64): void {
  const counted = countAt(counter);
  counted.since = <u32>(total - counted.reported);
}

function reportGauge(gauge: Counter, value: i64): void {
  const counted = countAt(gauge);
  if ((counted.id != 0 && counted.reported == <u64>value) || !isDefined(gauge, Metric.Gauge)) return;
  counted.reported = value;
  proxy_record_metric(counted.id - 1, value);
}

/** Reports what this worker has of something that is the proxy's: the gauge is the sum of all workers'. */
function reportShare(gauge: Counter, value: u64): void {
  const counted = countAt(gauge);
  if (counted.reported == value || !isDefined(gauge, Metric.Gauge)) return;
  proxy_increment_metric(counted.id - 1, <i64>(value - counted.reported));
  counted.reported = value;
}

/** A metric's name while it is put together. */
const metricName: Writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));

function isDefined(index: i32, kind: Metric): bool {
  const counted = countAt(index);
  if (counted.id != 0) return true;
  metricName.begin(64);
  metricName.text(text("zerohop."));
  if (index < Counter.Decisions) metricName.text(nameOf(index));
  else {
    const outcome: Outcome = (index - Counter.Decisions) / ACCESSES;
    metricName.text(text("decisions."));
    metricName.text(nameOfOutcome(outcome));
    metricName.text(text("."));
    metricName.text(isByRule(outcome) ? nameOfAccess((index - Counter.Decisions) % ACCESSES) : text("none"));
  }
  if (proxy_define_metric(kind, metricName.at, metricName.length, definedId) != Status.Ok) return false;
  counted.id = load<u32>(definedId) + 1;
  return true;
}

function nameOf(index: i32): Text {
  switch (index) {
    case Counter.Renewals:
      return text("renewals.renewed");
    case Counter.RenewalsRefused:
      return text("renewals.ended");
    case Counter.RenewalsFailed:
      return text("renewals.failed");
    case Counter.Credentials:
      return text("basic_calls.good");
    case Counter.CredentialsRefused:
      return text("basic_calls.bad");
    case Counter.CredentialsFailed:
      return text("basic_calls.failed");
    case Counter.BundlesRejected:
      return text("bundles_rejected");
    case Counter.SocketsClosed:
      return text("sockets_closed");
    case Counter.CacheHits:
      return text("cache_hits");
    case Counter.Verifications:
      return text("verifications");
    case Counter.Postponements:
      return text("verifications_postponed");
    case Counter.Forgotten:
      return text("cache_forgotten");
    case Counter.CacheSessions:
      return text("cache_sessions");
    case Counter.CacheBytes:
      return text("cache_bytes");
    case Counter.CacheLimit:
      return text("cache_limit_bytes");
    case Counter.BundleVersion:
      return text("bundle_version");
    default:
      return text("bundle_age_seconds");
  }
}

/** Whether it was a rule, or the default policy, that led to this outcome. */
export function isByRule(outcome: Outcome): bool {
  return outcome != Outcome.Portal && outcome != Outcome.Refuse;
}

export function nameOfOutcome(outcome: Outcome): Text {
  switch (outcome) {
    case Outcome.Allow:
      return text("allow");
    case Outcome.Portal:
      return text("portal");
    case Outcome.Login:
      return text("login");
    case Outcome.Deny:
      return text("deny");
    default:
      return text("refuse");
  }
}

function nameOfAccess(access: Access): Text {
  switch (access) {
    case Access.Bypass:
      return text("bypass");
    case Access.OneFactor:
      return text("one_factor");
    case Access.TwoFactor:
      return text("two_factor");
    default:
      return text("deny");
  }
}
