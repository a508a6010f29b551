// `subject`: an OR of ANDs of `user:NAME` and `group:NAME`. A text alone is an alternative of its own.
import { startsWithText, text } from "../../memory/text";
import { report, reportValue } from "./problem";
import { beginEntries, create, enterEntry, leaveEntry, nextEntry, reader, readText } from "./reading";
import { Rule, SubjectAlternative, SubjectTerm } from "./rule";

export function readSubjects(rule: Rule): bool {
  let last: SubjectAlternative | null = null;
  const list = beginEntries();
  for (let i = 0; nextEntry(list, i); i++) {
    const before = enterEntry(list, i);
    const alternative = create<SubjectAlternative>();
    if (!readTerms(alternative)) return false;
    if (last) last.next = alternative;
    else rule.subjects = alternative;
    last = alternative;
    rule.hasSubject = true;
    leaveEntry(before);
  }
  return true;
}

function readTerms(alternative: SubjectAlternative): bool {
  let last: SubjectTerm | null = null;
  const list = beginEntries();
  for (let i = 0; nextEntry(list, i); i++) {
    const before = enterEntry(list, i);
    const term = readTerm();
    if (!term) return false;
    if (last) last.next = term;
    else alternative.terms = term;
    last = term;
    leaveEntry(before);
  }
  return alternative.terms !== null || report(text("must not be empty"));
}

function readTerm(): SubjectTerm | null {
  if (!readText()) return null;
  const at = reader.textAt;
  const length = reader.textLength;
  const isGroup = startsWithText(at, length, text("group:"));
  const prefix = isGroup ? 6 : 5;
  if (startsWithText(at, length, text("oauth2:client:"))) {
    report(text("oauth2:client: subjects are not supported; use user: or group:"));
    return null;
  }
  if ((!isGroup && !startsWithText(at, length, text("user:"))) || length == prefix) {
    reportValue(text(""), at, length, text(" is not a subject; write user:NAME or group:NAME"));
    return null;
  }
  const term = create<SubjectTerm>();
  term.isGroup = isGroup;
  term.nameAt = at + prefix;
  term.nameLength = length - prefix;
  return term;
}
