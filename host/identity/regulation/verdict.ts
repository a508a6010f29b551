// What a directory's answer means for regulation.
import type { Verification } from "../password-check.ts";
import type { Verdict } from "./regulation.ts";

export function verdictOf(verification: Verification): Verdict {
  switch (verification.outcome) {
    case "verified":
    case "expired":
      return "right";
    case "refused":
      return verification.reason === "unknown user" ? "unknown user" : "wrong";
    case "unavailable":
      return "undecided";
  }
}
