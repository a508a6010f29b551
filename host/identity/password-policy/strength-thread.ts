// The thread that strength.ts starts.
import { parentPort, workerData } from "node:worker_threads";
import { type MatchExtended, ZxcvbnFactory } from "@zxcvbn-ts/core";
import { adjacencyGraphs, dictionary } from "@zxcvbn-ts/language-common";
import type { Strength, StrengthQuestion, Weakness } from "./strength.ts";

/** What comes after is not looked at, for the time it would take. Characters. */
const maxLength = 100;

const { password, words } = workerData as StrengthQuestion;
const zxcvbn = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, maxLength });
const { score, sequence } = zxcvbn.check(password, [...words]);
parentPort!.postMessage({ score, weakness: weaknessOf(sequence) } satisfies Strength);

/** A word of the person's own says most; else the longest part does. */
function weaknessOf(parts: readonly MatchExtended[]): Weakness {
  if (parts.some((part) => "dictionaryName" in part && part.dictionaryName === "userInputs")) return "personal";
  const [longest] = parts.toSorted((a, b) => b.token.length - a.token.length);
  switch (longest?.pattern) {
    case "dictionary":
      return "common";
    case "repeat":
    case "sequence":
    case "spatial":
    case "date":
    case "regex":
      return "pattern";
    default:
      return "plain";
  }
}
