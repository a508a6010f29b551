// Regulation: bounds how often credentials can be guessed, by user and by address. An attempt that is held is not looked
// at, so the answer and its time are the same whether the user exists and whether the credential is right.
//
// From a place where a user has logged in before (a browser by its cookie, or a network), attempts count against that place
// and not against the user: whoever guesses from elsewhere can lock the user out elsewhere, and never there.
import type { Clock } from "../../kit/clock.ts";
import type { RegulationConfig } from "./config.ts";
import { FreeSources } from "./free-sources.ts";
import { holderOf, networkOf, type VisitorNetworks } from "./network.ts";
import { afterFailure, clean, type Limits, recentFailures, waitAfter } from "./schedule.ts";
import type { RegulationRecord, RegulationStore } from "./store.ts";
import { everythingGuessed, type Guessed, type Source, type Subjects } from "./subjects.ts";

/** "undecided": nothing was learned about the credential, so nothing is counted. */
export type Verdict = "right" | "wrong" | "unknown user" | "undecided";

export type Attempt<T> =
  /**
   * The attempt was checked; `wait`: how long the next one has to wait, in seconds; `newPlace`: whether it was right, and the user has not
   * logged in from there before.
   */
  | { readonly outcome: "checked"; readonly result: T; readonly wait: number; readonly newPlace: boolean }
  /** The attempt was not checked, and none will be for `wait` seconds. */
  | { readonly outcome: "held"; readonly wait: number }
  /** Too many attempts wait already. */
  | { readonly outcome: "busy" };

/** A user's known places. The latest count. */
const placesPerUser = 40;

/** A place is known for this long after the last login. Seconds; 90 days. */
export const placeMemory = 90 * 86_400;

/** Attempts that wait for others on the same subject to end, and those of them from one network. */
const waitingRoom = 256;
const waitingPerHolder = 128;

interface Counted {
  readonly subject: string;
  readonly owner: string;
  readonly kind: RegulationRecord["kind"];
  /** What a record says about it, once the user is known to exist. */
  readonly label: string;
  readonly limits: Limits;
}

export class Regulation {
  readonly #config: RegulationConfig;
  readonly #store: RegulationStore;
  readonly #subjects: Subjects;
  readonly #visitors: VisitorNetworks;
  readonly #clock: Clock;
  readonly #banned: (ban: RegulationRecord, source: Source) => Promise<void>;
  /** Attempts under way, by subject: each may turn out a failure, so they count as such meanwhile. */
  readonly #underWay = new Map<string, number>();
  readonly #free = new FreeSources();
  /** Grows whenever an attempt ends, and calls whoever waits for that. */
  #ended = 0;
  #waiting: { readonly holder: string; readonly look: () => void }[] = [];

  /** `banned` is called when a ban begins. */
  constructor(
    config: RegulationConfig,
    parts: {
      store: RegulationStore;
      subjects: Subjects;
      visitors: VisitorNetworks;
      clock: Clock;
      banned: (ban: RegulationRecord, source: Source) => Promise<void>;
    },
  ) {
    this.#config = config;
    this.#store = parts.store;
    this.#subjects = parts.subjects;
    this.#visitors = parts.visitors;
    this.#clock = parts.clock;
    this.#banned = parts.banned;
  }

  /** Whether attempts from this source have to wait now. At once where the database said a moment ago that they need not. */
  isHeld(source: Source): boolean | Promise<boolean> {
    const { guessed, username, address, browser } = source;
    const key = JSON.stringify([guessed, username && this.#subjects.nameOf(username), address, browser]);
    return this.#free.has(key, this.#clock()) ? false : this.#lookUp(source, key);
  }

  async #lookUp(source: Source, key: string): Promise<boolean> {
    const { changes } = this.#free;
    const counted = await this.#counted(source);
    const records = await this.#store.records(counted.map(({ subject }) => subject));
    if (this.#wait(records) > 0) return true;
    const subjects = counted.flatMap(({ subject, owner }) => [subject, owner]);
    if (changes === this.#free.changes) this.#free.add(key, subjects, this.#clock());
    return false;
  }

  /** Looks everything up again: another process may have changed it. */
  lookAgain(): void {
    this.#free.forgetAll();
  }

  /** Lets `check` look at a credential, unless the source has to wait, and counts what it finds. */
  async attempt<T>(source: Source, check: () => Promise<T>, verdictOf: (result: T) => Verdict): Promise<Attempt<T>> {
    const admission = await this.#admit(source);
    if (!Array.isArray(admission)) return admission;
    const counted: readonly Counted[] = admission;
    const named = this.#nameIn(source);
    let result: T;
    try {
      result = await check();
      if (this.#nameIn(source) === named) return await this.#judge(source, counted, result, verdictOf(result));
    } finally {
      this.#leave(counted);
    }
    // Whose other name it was the directory has told only now: what is held against them is held against this attempt too.
    return this.attempt(source, async () => result, verdictOf);
  }

  async #judge<T>(source: Source, counted: readonly Counted[], result: T, verdict: Verdict): Promise<Attempt<T>> {
    const newPlace = verdict === "right" && !(await this.knows(source));
    if (verdict === "right") await this.#forgive(source, counted);
    const failed = verdict === "wrong" || verdict === "unknown user";
    const wait = failed ? await this.#count(source, counted, verdict === "wrong") : 0;
    return { outcome: "checked", result, wait, newPlace };
  }

  #nameIn({ username }: Source): string | undefined {
    return username === undefined ? undefined : this.#subjects.nameOf(username);
  }

  /** A name for the place where the user has logged in before: the browser, else the network. Undefined: for neither. */
  async placeOf(source: Source): Promise<string | undefined> {
    return (await this.#store.knownPlaces(this.#subjects.places(source)))[0];
  }

  /** Whether the user has logged in there before: with this browser, or, where there is none, from this network. */
  async knows(source: Source): Promise<boolean> {
    const [place] = this.#subjects.places(source);
    return place !== undefined && (await this.#store.knownPlaces([place])).length > 0;
  }

  /** Notes that the user has logged in there. */
  async remember(source: Source): Promise<void> {
    if (source.username === undefined) return;
    const owner = this.#subjects.user(source.guessed, source.username);
    const places = this.#subjects.places(source);
    if (places.length === 0) return;
    await this.#store.addPlaces(places, owner, this.#clock(), placesPerUser);
    // A place that had to make way for these counts no more.
    this.#free.forget(owner);
  }

  /** Lifts what is held against a user. Returns how many counts there were. */
  async liftUser(username: string, guessed: readonly Guessed[] = everythingGuessed): Promise<number> {
    let lifted = 0;
    for (const one of guessed) lifted += await this.#store.removeOf(this.#subjects.user(one, username));
    return lifted;
  }

  /** Lifts what is held against an address, and with it its /64. */
  async liftAddress(address: string): Promise<number> {
    const network = networkOf(address);
    return network === undefined ? 0 : this.#store.removeOf(this.#subjects.network(network));
  }

  async #counted(source: Source): Promise<Counted[]> {
    const { maxRetries, maxRetriesPerAddress, modes } = this.#config;
    if (maxRetries === 0) return [];
    const counted: Counted[] = [];
    if (modes.includes("user") && source.username !== undefined) {
      const owner = this.#subjects.user(source.guessed, source.username);
      const [place] = await this.#store.knownPlaces(this.#subjects.places(source));
      const kind = place === undefined ? "user" : "place";
      counted.push({
        subject: place ?? owner,
        owner,
        kind,
        label: this.#subjects.nameOf(source.username),
        limits: this.#config,
      });
    }
    const network = modes.includes("ip") ? this.#visitors.of(source.address) : undefined;
    if (network !== undefined) {
      const subject = this.#subjects.network(network);
      const limits = { ...this.#config, maxRetries: maxRetriesPerAddress };
      counted.push({ subject, owner: subject, kind: "address", label: network, limits });
    }
    return counted;
  }

  /** Takes a place for an attempt among those under way, when need be after others have ended. */
  async #admit(source: Source): Promise<Counted[] | Exclude<Attempt<never>, { outcome: "checked" }>> {
    for (;;) {
      const ended = this.#ended;
      const counted = await this.#counted(source);
      const records = await this.#store.records(counted.map(({ subject }) => subject));
      const wait = this.#wait(records);
      if (wait > 0) return { outcome: "held", wait };
      // An attempt that ended in between is neither under way any more nor in these records.
      if (ended !== this.#ended) continue;
      if (counted.every((one) => this.#hasRoom(one, records))) {
        for (const { subject } of counted) this.#underWay.set(subject, (this.#underWay.get(subject) ?? 0) + 1);
        return counted;
      }
      const holder = holderOf(source.address) ?? "";
      const own = this.#waiting.filter((one) => one.holder === holder).length;
      if (own >= waitingPerHolder || this.#waiting.length >= waitingRoom) return { outcome: "busy" };
      await new Promise<void>((look) => this.#waiting.push({ holder, look }));
    }
  }

  #hasRoom({ subject, limits }: Counted, records: readonly RegulationRecord[]): boolean {
    const record = records.find((candidate) => candidate.subject === subject) ?? clean;
    const failures = recentFailures(record, limits, this.#clock()).length;
    return failures + (this.#underWay.get(subject) ?? 0) < limits.maxRetries;
  }

  #leave(counted: readonly Counted[]): void {
    for (const { subject } of counted) {
      const left = this.#underWay.get(subject)! - 1;
      if (left === 0) this.#underWay.delete(subject);
      else this.#underWay.set(subject, left);
    }
    this.#ended++;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { look } of waiting) look();
  }

  #wait(records: readonly RegulationRecord[]): number {
    return Math.max(0, ...records.map((record) => waitAfter(record, this.#config, this.#clock())));
  }

  /** The address is not forgiven: whoever has an account of their own could go on guessing at others'. */
  async #forgive(source: Source, counted: readonly Counted[]): Promise<void> {
    for (const { subject, kind } of counted) if (kind !== "address") await this.#store.remove(subject);
    await this.remember(source);
  }

  async #count(source: Source, counted: readonly Counted[], exists: boolean): Promise<number> {
    const now = this.#clock();
    const records: RegulationRecord[] = [];
    for (const { subject, owner, kind, label, limits } of counted) {
      const whom = { subject, owner, kind, label: exists || kind === "address" ? label : null };
      const record = await this.#store.update(subject, (before = { ...whom, ...clean }) => ({
        ...whom,
        ...afterFailure(before, limits, now),
      }));
      this.#free.forget(subject);
      records.push(record);
      if (record.banned) await this.#banned(record, source);
    }
    return this.#wait(records);
  }
}
