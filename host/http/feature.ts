// What a feature gives the host. The app has a list of features and knows no more about most of them: it mounts their routes, has
// them remove what has expired, starts them when the host listens, and stops them before the database closes.
import type { Hono } from "hono";
import type { Environment } from "./environment.ts";

/** Routes, and the path that they are under. */
export interface Mount {
  readonly path: string;
  readonly app: Hono<Environment>;
}

export interface Feature {
  /** For visitors, under the names of the portals. */
  readonly routes?: readonly Mount[];
  /** For programs such as gates and monitors, which reach the host under any name. */
  readonly machineRoutes?: readonly Mount[];
  /** Removes what is past its time at `now`, in seconds. Called about once a minute. */
  removeExpired?(now: number): Promise<void>;
  start?(): void;
  /** Settles when nothing of the feature is under way any more. */
  stop?(): Promise<void>;
}
