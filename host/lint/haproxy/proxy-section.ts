// Sections of HAProxy's configuration that requests go through.
import type { Place } from "../rule.ts";
import type { Acls } from "./condition.ts";
import type { Section, Statement } from "./syntax.ts";

/** A section that requests go through, with what its defaults give it. */
export interface ProxySection {
  readonly section: Section;
  readonly name: string;
  readonly isFrontend: boolean;
  readonly isBackend: boolean;
  readonly isHttp: boolean;
  readonly binds: readonly Bind[];
  readonly acls: Acls;
  /** Those of its defaults first. */
  readonly statements: readonly Statement[];
  readonly servers: readonly Server[];
}

export interface Bind {
  readonly statement: Statement;
  readonly tls: boolean;
  readonly isPublic: boolean;
}

export interface Server {
  readonly statement: Statement;
  /** `host:port`. */
  readonly authority: string;
  readonly options: readonly string[];
}

/** How the section asks the Zerohop host about requests. */
export interface Question {
  /** The rule that asks. */
  readonly rule: Statement;
  /** It, or what names its URL. */
  readonly place: Place;
  /** `agent`: over SPOE as deploy/haproxy does; `spoe`: another agent; `zerohop`: zerohop.lua of earlier versions. */
  readonly kind: "agent" | "zerohop" | "request" | "intercept" | "spoe" | "other";
  /** The URL that is asked, where the file has all of it. */
  readonly url?: string;
  /** Its path, as far as the file shows it. */
  readonly path: string | undefined;
  readonly authorities: readonly string[];
  /** Headers that the gate puts into an allowed request, in lower case. */
  readonly sets: readonly string[];
  /** Whether every header of the client goes along. */
  readonly passesHeaders: boolean;
}
