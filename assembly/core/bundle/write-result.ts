// Says in words what became of an offered bundle.
import { Writer } from "../../encoding/writer";
import { text } from "../../memory/text";
import { Problem } from "../policy/problem";
import { BundleResult } from "./bundle";

/** Writes why a bundle was not accepted; `problem` is what it was offered with. */
export function writeBundleResult(to: Writer, result: BundleResult, problem: Problem): void {
  if (result == BundleResult.BadSignature) to.text(text("not signed by a root key of the configuration"));
  else if (result == BundleResult.Malformed)
    to.text(text("not a bundle: version, cookies, keys or policy is missing or wrong"));
  else if (result == BundleResult.RolledBack) to.text(text("older than the one in force"));
  else if (result == BundleResult.Gap) to.text(text("revocations that do not go on from the one in force"));
  else if (result == BundleResult.BadPolicy) {
    to.text(text("policy: "));
    to.bytes(problem.at, problem.length);
  }
}
