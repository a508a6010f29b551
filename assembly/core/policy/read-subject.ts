// `subject`: an OR of ANDs of `user:NAME` and `group:NAME`. A text alone is an alternative of its own.
import { startsWithText, text } from "../../memory/text";
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
  const prefix = isGroup ? 6 : 5;
  if (startsWithText(at, length, text("oauth2:client:"))) {
    reading.report(text("oauth2:client: subjects are not supported; use user: or group:"));
    return 0;
  }
  if ((!isGroup && !startsWithText(at, length, text("user:"))) || length == prefix) {
    reading.reportText(text(" is not a subject; write user:NAME or group:NAME"));
    return 0;
  }
  const term = reading.create<SubjectTerm>();
  term.isGroup = isGroup;
  term.nameAt = at + prefix;
  term.nameLength = length - prefix;
  return changetype<usize>(term);
}
