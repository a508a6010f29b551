// `subject`: an OR of ANDs of `user:NAME` and `group:NAME`. A text alone is an alternative of its own.
import { startsWithText, text } from "../../memory/text";
import { report } from "./problem";
import { create, reader, readFullList, readList, readText, reportText, rule } from "./reading";
import { SubjectAlternative, SubjectTerm } from "./rule";

export function readSubjects(): void {
  rule.subjects = changetype<SubjectAlternative | null>(readList(readAlternative));
  if (rule.subjects) rule.hasSubject = true;
}

function readAlternative(): usize {
  const alternative = create<SubjectAlternative>();
  alternative.terms = changetype<SubjectTerm | null>(readFullList(readTerm));
  return alternative.terms ? changetype<usize>(alternative) : 0;
}

function readTerm(): usize {
  if (!readText()) return 0;
  const at = reader.textAt;
  const length = reader.textLength;
  const isGroup = startsWithText(at, length, text("group:"));
  const prefix = isGroup ? 6 : 5;
  if (startsWithText(at, length, text("oauth2:client:"))) {
    report(text("oauth2:client: subjects are not supported; use user: or group:"));
    return 0;
  }
  if ((!isGroup && !startsWithText(at, length, text("user:"))) || length == prefix) {
    reportText(text(" is not a subject; write user:NAME or group:NAME"));
    return 0;
  }
  const term = create<SubjectTerm>();
  term.isGroup = isGroup;
  term.nameAt = at + prefix;
  term.nameLength = length - prefix;
  return changetype<usize>(term);
}
