// Says in words what became of an offered bundle.
import { writeBytes, writeText } from "../answer/writer";
import { text } from "../../memory/text";
import { problemAt, problemLength } from "../policy/problem";
import { BundleResult } from "./bundle";

/** Writes why a bundle was not accepted. */
export function writeBundleResult(result: BundleResult): void {
  if (result == BundleResult.BadSignature) writeText(text("not signed by a root key of the configuration"));
  else if (result == BundleResult.Malformed)
    writeText(text("not a bundle: version, cookies, keys or policy is missing or wrong"));
  else if (result == BundleResult.RolledBack) writeText(text("older than the one in force"));
  else if (result == BundleResult.BadPolicy) {
    writeText(text("policy: "));
    writeBytes(problemAt, problemLength);
  }
}
