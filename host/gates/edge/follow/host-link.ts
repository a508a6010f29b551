// What those who ask the host by its API for gates have in common: where it is, how they say who they are, what they say of a host that has
// nothing for them, and how long they pause then.
import { protocol, protocolHeader } from "../protocol.ts";

export interface BundleOrigin {
  /** Of the portal, or of the host itself. */
  readonly url: URL;
  readonly edgeToken: string;
}

export function gateHeaders({ edgeToken }: BundleOrigin): Record<string, string> {
  return { authorization: `Bearer ${edgeToken}`, [protocolHeader]: String(protocol) };
}

export const tokenRefused = "the host refuses the edge token; make a new one with `zerohop gate config`";

/** What a fetch that failed says of the host. Its reason is in the error's cause. */
export function silence(error: unknown): string {
  const { cause, message } = error as Error;
  const reason = cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : message;
  return `the host does not answer: ${reason}`;
}

const firstPause = 250;

/** The pause after one more failure: twice the one before, up to the longest. Milliseconds. */
export function nextPause(pause: number, longest: number): number {
  return Math.min(Math.max(pause * 2, firstPause), longest);
}
