// `query`: an OR of ANDs of conditions on the query's parameters. A condition alone is an alternative of its own.
import { JsonKind } from "../../encoding/json";
import { isText, text } from "../../memory/text";
import { enterMember, leave, report, reportValue } from "./problem";
import { compileAt } from "./read-pattern";
import {
  beginEntries,
  beginObject,
  create,
  enterEntry,
  leaveEntry,
  nextEntry,
  reader,
  readText,
  reportUnknownKey,
} from "./reading";
import { QueryAlternative, QueryCondition, QueryOperator, Rule } from "./rule";

export function readQueries(rule: Rule): bool {
  let last: QueryAlternative | null = null;
  const list = beginEntries();
  for (let i = 0; nextEntry(list, i); i++) {
    const before = enterEntry(list, i);
    const alternative = create<QueryAlternative>();
    if (!readConditions(alternative)) return false;
    if (last) last.next = alternative;
    else rule.queries = alternative;
    last = alternative;
    leaveEntry(before);
  }
  return true;
}

function readConditions(alternative: QueryAlternative): bool {
  let last: QueryCondition | null = null;
  const list = beginEntries();
  for (let i = 0; nextEntry(list, i); i++) {
    const before = enterEntry(list, i);
    const condition = readCondition();
    if (!condition) return false;
    if (last) last.next = condition;
    else alternative.conditions = condition;
    last = condition;
    leaveEntry(before);
  }
  return alternative.conditions !== null || report(text("must not be empty"));
}

function readCondition(): QueryCondition | null {
  if (!beginObject()) return null;
  const condition = create<QueryCondition>();
  let hasOperator = false;
  let hasValue = false;
  while (reader.nextKey()) {
    if (isText(reader.textAt, reader.textLength, text("key"))) {
      const before = enterMember(text("key"));
      if (!readText()) return null;
      condition.keyAt = reader.textAt;
      condition.keyLength = reader.textLength;
      leave(before);
    } else if (isText(reader.textAt, reader.textLength, text("operator"))) {
      const before = enterMember(text("operator"));
      if (!readOperator(condition)) return null;
      hasOperator = true;
      leave(before);
    } else if (isText(reader.textAt, reader.textLength, text("value"))) {
      const before = enterMember(text("value"));
      if (!readValue(condition)) return null;
      hasValue = true;
      leave(before);
    } else {
      reportUnknownKey(text("; allowed are operator, key, value"));
      return null;
    }
  }
  if (!condition.keyAt) {
    report(text("a query condition needs a key"));
    return null;
  }
  if (!hasOperator) condition.operator = hasValue ? QueryOperator.Equal : QueryOperator.Present;
  return isComplete(condition, hasValue) ? condition : null;
}

function isComplete(condition: QueryCondition, hasValue: bool): bool {
  const operator = condition.operator;
  const takesValue = operator != QueryOperator.Present && operator != QueryOperator.Absent;
  if (takesValue && !hasValue) return report(text("this operator needs a value"));
  if (!takesValue && hasValue) return report(text("the operators present and absent take no value"));
  if (operator != QueryOperator.Pattern && operator != QueryOperator.NotPattern) return true;
  const before = enterMember(text("value"));
  condition.pattern = compileAt(condition.valueAt, condition.valueLength);
  leave(before);
  return condition.pattern !== null;
}

function readOperator(condition: QueryCondition): bool {
  if (!readText()) return false;
  const at = reader.textAt;
  const length = reader.textLength;
  if (isText(at, length, text("equal"))) condition.operator = QueryOperator.Equal;
  else if (isText(at, length, text("not equal"))) condition.operator = QueryOperator.NotEqual;
  else if (isText(at, length, text("present"))) condition.operator = QueryOperator.Present;
  else if (isText(at, length, text("absent"))) condition.operator = QueryOperator.Absent;
  else if (isText(at, length, text("pattern"))) condition.operator = QueryOperator.Pattern;
  else if (isText(at, length, text("not pattern"))) condition.operator = QueryOperator.NotPattern;
  else {
    const allowed = text(" is not an operator; allowed are equal, not equal, present, absent, pattern, not pattern");
    return reportValue(text(""), at, length, allowed);
  }
  return true;
}

/** A text, or a number or boolean as it is written: YAML users leave the quotes out. */
function readValue(condition: QueryCondition): bool {
  const kind = reader.peek();
  if (kind == JsonKind.String) {
    if (!reader.string()) return report(text("is not a valid text"));
    condition.valueAt = reader.textAt;
    condition.valueLength = reader.textLength;
    return true;
  }
  if (kind != JsonKind.Number && kind != JsonKind.Boolean) return report(text("must be a text"));
  condition.valueAt = reader.valueStart();
  reader.skip();
  condition.valueLength = <i32>(reader.cursor - condition.valueAt);
  return true;
}
