// What every page of a portal has in common: where its assets are, whose it is, and the language that it speaks.
import type { Language } from "../languages/language.ts";

/** URL paths of what esbuild made, as the host serves it. */
export interface Assets {
  readonly stylesheet: string;
  readonly script: string;
}

/** A picture from the portal's own origin, and its natural size. */
export interface Picture {
  readonly address: string;
  readonly width: number;
  readonly height: number;
}

/** As whose the portal shows itself. */
export interface Branding {
  readonly name: string;
  /** Absent: Zerohop's mark. */
  readonly logo?: Picture;
  /** The accent in the tab, as CSS writes it; absent: Zerohop's. */
  readonly color?: string;
}

export interface Site {
  readonly assets: Assets;
  readonly branding: Branding;
  readonly language: Language;
  /** Address of the page itself, path and query, for coming back to it in another language; absent where that cannot be. */
  readonly here?: string;
}
