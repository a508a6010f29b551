// `subject`: an OR of ANDs of `user:NAME`, `group:NAME` and `source:ID`. A text alone is an alternative of its own. The provider that
// somebody has signed in with stands among the groups of their token, by the subject's own words, which are no group's name.
import { startsWithText, text } from "../../memory/text";
import { SOURCE } from "../identity";
import { PolicyReading } from "./reading";
import { SubjectAlternative, SubjectTerm } from "./rule";

/** Reads one alternative or a list of them. Null after a problem, and for an empty list. */
export function readSubjects(reading: PolicyReading): SubjectAlternative | null {
  return changetype<SubjectAlternative | null>(reading.readList(readAlternative));
}

function readAlternative(reading: PolicyReading): usize {
  const alternative = reading.create<SubjectAlternative>();
  alternative.terms = changetype<SubjectTerm | null>(reading.readFullList(readTerm));
  return alternative.terms ? changetype<usize>(alternative) : 0;
}

function readTerm(reading: PolicyReading): usize {
  if (!reading.readText()) return 0;
  const at = reading.json.textAt;
  const length = reading.json.textLength;
  const isGroup = startsWithText(at, length, text("group:"));
  const isSource = startsWithText(at, length, SOURCE);
  const prefix = isGroup ? 6 : isSource ? SOURCE.length : 5;
  if (startsWithText(at, length, text("oauth2:client:"))) {
    reading.report(text("oauth2:client: subjects are not supported; use user: or group:"));
    return 0;
  }
  const isKnown = isGroup || isSource || startsWithText(at, length, text("user:"));
  if (!isKnown || length == prefix) {
    reading.reportText(text(" is not a subject; write user:NAME, group:NAME or source:PROVIDER"));
    return 0;
  }
  const term = reading.create<SubjectTerm>();
  term.isGroup = isGroup || isSource;
  const name = isSource ? 0 : prefix;
  term.nameAt = at + name;
  term.nameLength = length - name;
  return changetype<usize>(term);
}
