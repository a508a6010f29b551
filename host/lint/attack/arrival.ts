// Where a request of an attacker gets to, and as what.
import type { Place } from "../rule.ts";
import type { Headers } from "./headers.ts";
import type { AttackRequest } from "./request.ts";

export interface Arrival {
  readonly request: AttackRequest;
  /** What sends it there. */
  readonly place: Place;
  /** What a person would call the way it took: `backend application`. */
  readonly way: string;
  /** `host:port` of the servers. */
  readonly authorities: readonly string[];
  /** Whether it is the host's own pages that it gets to. */
  readonly isPortal: boolean;
  /** `let in`: the gate said yes. `past`: nobody did. */
  readonly decision: "let in" | "past";
  readonly isAsked: boolean;
  /** Whether others than this machine can send it. */
  readonly isPublic: boolean;
  /** What goes to the backend. */
  readonly headers: Headers;
  /** What the request line says there. */
  readonly target: string;
  /** The listener without TLS, open to others than this machine, that it came by. */
  readonly plainListener: Place | undefined;
  /** Headers that the gate had put into the request. */
  readonly vouched: readonly string[];
  /** The path of the host that decided, and the headers that it was asked with. */
  readonly question:
    | { readonly path: string | undefined; readonly headers: Headers; readonly place: Place }
    | undefined;
}
