// Profiles for a short time, so that renewals of one person's sessions do not each ask the directory.
import type { Clock } from "../../kit/clock.ts";
import { LatestMap } from "../../kit/latest-map.ts";
import type { User } from "../profiles.ts";

/** Profiles. */
const capacity = 10_000;

interface Cached {
  readonly user: User;
  readonly until: number;
}

export class ProfileCache {
  readonly #cached = new LatestMap<string, Cached>(capacity);
  readonly #pending = new Map<string, Promise<User | undefined>>();
  readonly #lifetime: number;
  readonly #clock: Clock;

  /** Profiles are believed for so many seconds. */
  constructor(lifetime: number, clock: Clock) {
    this.#lifetime = lifetime;
    this.#clock = clock;
  }

  /** The profile from the cache, or from `load`, which is asked once however many wait for it. */
  async get(name: string, load: () => Promise<User | undefined>): Promise<User | undefined> {
    const cached = this.#cached.get(name);
    if (cached && this.#clock() < cached.until) return cached.user;
    const pending = this.#pending.get(name);
    if (pending) return pending;
    const loading = load().finally(() => this.#pending.delete(name));
    this.#pending.set(name, loading);
    const user = await loading;
    if (user) this.put(user);
    else this.forget(name);
    return user;
  }

  put(user: User): void {
    if (this.#lifetime === 0) return;
    this.#cached.set(user.name, { user, until: this.#clock() + this.#lifetime });
  }

  forget(name: string): void {
    this.#cached.delete(name);
  }
}
