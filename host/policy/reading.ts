// What the command line tells of a request's path.
import { type Decision, pathReadings } from "../core/policy.ts";

export interface ReadPath {
  /** Decoded. */
  readonly path: string;
  /** As it was sent, without its `?`. */
  readonly query: string;
  /** Whether an application may read the path in another way, which the rules then have to answer alike. */
  readonly hasOthers: boolean;
}

/** The canonical path and the query of a URL; undefined when the core refuses them. */
export function readingOf(url: string): ReadPath | undefined {
  const [plain, ...others] = pathReadings(url);
  return plain && { path: plain.path, query: plain.query, hasOthers: others.length > 0 };
}

/** The host of a URL in lower case, without its port; empty for what is no URL. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname.toLowerCase() : "";
}

/** Whether a request is refused because the rules answer the readings of its path differently. */
export function isAmbiguous({ reason }: Decision): boolean {
  return reason.includes("several ways");
}
