// `query`: an OR of ANDs of conditions on the query's parameters. A condition alone is an alternative of its own.
import { JsonKind } from "../../encoding/json";
import { text } from "../../memory/text";
import { enterMember, enterNamed, leave, report } from "./problem";
import { compileAt } from "./read-pattern";
import {
  beginObject,
  choose,
  create,
  reader,
  readFullList,
  readList,
  readText,
  reportUnknownKey,
  rule,
} from "./reading";
import { QueryAlternative, QueryCondition, QueryOperator } from "./rule";

const KEYS = text("operator, key, value");
/** In the order of QueryOperator. */
const OPERATORS = text("equal, not equal, present, absent, pattern, not pattern");
const NO_OPERATOR: QueryOperator = <QueryOperator>-1;

export function readQueries(): void {
  rule.queries = changetype<QueryAlternative | null>(readList(readAlternative));
}

function readAlternative(): usize {
  const alternative = create<QueryAlternative>();
  alternative.conditions = changetype<QueryCondition | null>(readFullList(readCondition));
  return alternative.conditions ? changetype<usize>(alternative) : 0;
}

function readCondition(): usize {
  if (!beginObject()) return 0;
  const condition = create<QueryCondition>();
  condition.operator = NO_OPERATOR;
  while (reader.nextKey()) {
    const key = reader.wordIn(KEYS);
    if (key < 0) {
      reportUnknownKey(KEYS);
      return 0;
    }
    const before = enterNamed(reader.textAt, reader.textLength);
    if (!readMember(condition, key)) return 0;
    leave(before);
  }
  return isComplete(condition) ? changetype<usize>(condition) : 0;
}

function readMember(condition: QueryCondition, key: i32): bool {
  if (key == 0) {
    if (!readText()) return false;
    condition.operator = choose(OPERATORS, text(" is not an operator"));
    return condition.operator >= 0;
  }
  if (key == 1) {
    if (!readText()) return false;
    condition.keyAt = reader.textAt;
    condition.keyLength = reader.textLength;
    return true;
  }
  return readValue(condition);
}

function isComplete(condition: QueryCondition): bool {
  const hasValue = condition.valueAt != 0;
  if (!condition.keyAt) return report(text("a query condition needs a key"));
  if (condition.operator == NO_OPERATOR) condition.operator = hasValue ? QueryOperator.Equal : QueryOperator.Present;
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
