// Bounds how often codes can be guessed, each kind for itself.
import type { Regulation } from "./regulation.ts";
import type { Guessed, Source } from "./subjects.ts";

/** What became of an attempt: it was let through and right or wrong, or has to wait, in seconds. */
export type Regulated =
  | { readonly outcome: "accepted" }
  | { readonly outcome: "refused" }
  | { readonly outcome: "wait"; readonly seconds: number };

/** Who tries a code, and from where. */
export type CodeSource = Omit<Source, "guessed"> & { readonly username: string };

/** Runs `check`, which says whether an attempt is right, unless the user has to wait. */
export type Regulate = (source: CodeSource, check: () => Promise<boolean>) => Promise<Regulated>;

export function regulateCodes(regulation: Regulation, guessed: Exclude<Guessed, "password">): Regulate {
  return async (source, check) => {
    const attempt = await regulation.attempt({ ...source, guessed }, check, (right) => (right ? "right" : "wrong"));
    switch (attempt.outcome) {
      case "checked":
        return { outcome: attempt.result ? "accepted" : "refused" };
      case "held":
        return { outcome: "wait", seconds: attempt.wait };
      case "busy":
        return { outcome: "wait", seconds: 1 };
    }
  };
}
