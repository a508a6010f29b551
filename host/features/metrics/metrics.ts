// What a monitor wants to know about the host, in the text format of Prometheus.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { LoginMetrics } from "../../http/login-metrics.ts";
import type { RegulationStore } from "../../identity/regulation/store.ts";
import type { Clock } from "../../kit/clock.ts";
import type { WorkQueue } from "../../kit/work-queue.ts";
import type { OutboxStore } from "../../notify/outbox-store.ts";
import type { SessionStore } from "../../session/store.ts";

export class Metrics implements LoginMetrics {
  readonly #registry = new Registry();

  /** By `method` (password, passkey, basic) and `outcome`. */
  readonly #logins = new Counter({
    name: "zerohop_logins_total",
    help: "Logins by method and outcome.",
    labelNames: ["method", "outcome"] as const,
    registers: [this.#registry],
  });
  readonly #firstFactorSeconds = new Histogram({
    name: "zerohop_first_factor_seconds",
    help: "Time from a user name and password to the answer.",
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [this.#registry],
  });
  /** By `route` (bundle, renew, basic, other) and `status`. */
  readonly #edgeRequests = new Counter({
    name: "zerohop_edge_requests_total",
    help: "Requests of gates by route and HTTP status; a renewal is 204 when there is a new lease, 410 when the session is over.",
    labelNames: ["route", "status"] as const,
    registers: [this.#registry],
  });
  readonly #protocolMismatches = new Counter({
    name: "zerohop_edge_protocol_mismatches_total",
    help: "Requests of gates that speak another protocol than this host, by theirs.",
    labelNames: ["protocol"] as const,
    registers: [this.#registry],
  });

  constructor(parts: {
    readonly sessionStore: Pick<SessionStore, "sessionCount">;
    readonly outbox: Pick<OutboxStore, "waiting">;
    readonly regulation: Pick<RegulationStore, "bans">;
    readonly publisher: {
      /** Gates that wait for news. */
      readonly waiting: number;
      readonly current: { readonly version: number; readonly issuedAt: number };
    };
    readonly passwordWork: Pick<WorkQueue, "waiting" | "running">;
    readonly clock: Clock;
    /** Seconds; as in the session's configuration. */
    readonly inactivity: number;
  }) {
    const { sessionStore, outbox, regulation, publisher, passwordWork, clock, inactivity } = parts;
    collectDefaultMetrics({ register: this.#registry });
    this.#gauge("zerohop_password_queue_length", "Passwords that wait to be verified.", () => passwordWork.waiting);
    this.#gauge("zerohop_password_verifications", "Passwords being verified.", () => passwordWork.running);
    this.#gauge("zerohop_waiting_polls", "Gates that wait for news of the bundle.", () => publisher.waiting);
    this.#gauge("zerohop_bundle_version", "Version of the published bundle.", () => publisher.current.version);
    this.#gauge("zerohop_bundle_age_seconds", "Time since the bundle was signed.", () =>
      Math.max(0, clock() - publisher.current.issuedAt),
    );
    this.#gauge(
      "zerohop_live_sessions",
      "Sessions that live. Where many do, their number is a minute old at most.",
      seldom(() => sessionStore.sessionCount(clock(), inactivity)),
    );
    this.#gauge("zerohop_mails_waiting", "E-mails that no server has taken yet.", () => outbox.waiting());
    this.#gauge(
      "zerohop_bans",
      "Users, known places and addresses that are banned.",
      async () => (await regulation.bans(clock())).length,
    );
  }

  countLogin(method: string, outcome: string): void {
    this.#logins.inc({ method, outcome });
  }

  timePassword(): () => void {
    return this.#firstFactorSeconds.startTimer();
  }

  countEdgeRequest(route: string, status: number, times = 1): void {
    this.#edgeRequests.inc({ route, status }, times);
  }

  countProtocolMismatch(protocol: number): void {
    this.#protocolMismatches.inc({ protocol });
  }

  /** All of it, as text. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  #gauge(name: string, help: string, value: () => number | Promise<number>): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      async collect() {
        this.set(await value());
      },
    });
  }
}

/** Of the time, so much at most goes into a number that takes long to find out. */
const share = 0.01;
/** What takes no longer is found out anew each time. Milliseconds. */
const quick = 50;
/** A number is no older than this. Milliseconds. */
const oldest = 60_000;

/** Finds a number out, and where that took long gives it for a while: whoever else asks SQLite meanwhile waits for it. */
function seldom(find: () => Promise<number>): () => Promise<number> {
  let found: Promise<number> | undefined;
  let until = 0;
  return async () => {
    const begun = performance.now();
    if (found && begun < until) return found;
    found = find();
    // Whoever asks meanwhile gets the same; what failed is tried again.
    until = Number.POSITIVE_INFINITY;
    const took = await found.then(
      () => performance.now() - begun,
      () => 0,
    );
    until = took <= quick ? 0 : begun + Math.min(oldest, took / share);
    return found;
  };
}
