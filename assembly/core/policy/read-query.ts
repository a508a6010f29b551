// `query`: an OR of ANDs of conditions on the query's parameters. A condition alone is an alternative of its own.
import { JsonKind } from "../../encoding/json";
import { text } from "../../memory/text";
import { compileAt } from "./read-pattern";
import { PolicyReading } from "./reading";
import { QueryAlternative, QueryCondition, QueryOperator } from "./rule";

const KEYS = text("operator, key, value");
/** In the order of QueryOperator. */
const OPERATORS = text("equal, not equal, present, absent, pattern, not pattern");
const NO_OPERATOR: QueryOperator = <QueryOperator>-1;

/** Reads one alternative or a list of them. Null after a problem, and for an empty list. */
export function readQueries(reading: PolicyReading): QueryAlternative | null {
  return changetype<QueryAlternative | null>(reading.readList(readAlternative));
}

function readAlternative(reading: PolicyReading): usize {
  const alternative = reading.create<QueryAlternative>();
  alternative.conditions = changetype<QueryCondition | null>(reading.readFullList(readCondition));
  return alternative.conditions ? changetype<usize>(alternative) : 0;
}

function readCondition(reading: PolicyReading): usize {
  if (!reading.beginObject()) return 0;
  const condition = reading.create<QueryCondition>();
  condition.operator = NO_OPERATOR;
  while (reading.json.nextKey()) {
    const key = reading.json.wordIn(KEYS);
    if (key < 0) {
      reading.reportUnknownKey(KEYS);
      return 0;
    }
    const before = reading.enterKey();
    if (!readMember(reading, condition, key)) return 0;
    reading.problem.leave(before);
  }
  return isComplete(reading, condition) ? changetype<usize>(condition) : 0;
}

function readMember(reading: PolicyReading, condition: QueryCondition, key: i32): bool {
  if (key == 0) {
    if (!reading.readText()) return false;
    condition.operator = reading.choose(OPERATORS, text(" is not an operator"));
    return condition.operator >= 0;
  }
  if (key == 1) {
    if (!reading.readText()) return false;
    condition.keyAt = reading.json.textAt;
    condition.keyLength = reading.json.textLength;
    return true;
  }
  return readValue(reading, condition);
}

function isComplete(reading: PolicyReading, condition: QueryCondition): bool {
  const hasValue = condition.valueAt != 0;
  if (!condition.keyAt) return reading.report(text("a query condition needs a key"));
  if (condition.operator == NO_OPERATOR) condition.operator = hasValue ? QueryOperator.Equal : QueryOperator.Present;
  const operator = condition.operator;
  const takesValue = operator != QueryOperator.Present && operator != QueryOperator.Absent;
  if (takesValue && !hasValue) return reading.report(text("this operator needs a value"));
  if (!takesValue && hasValue) return reading.report(text("the operators present and absent take no value"));
  if (operator != QueryOperator.Pattern && operator != QueryOperator.NotPattern) return true;
  const before = reading.problem.enterMember(text("value"));
  condition.pattern = compileAt(reading, condition.valueAt, condition.valueLength);
  reading.problem.leave(before);
  return condition.pattern !== null;
}

/** A text, or a number or boolean as it is written: YAML users leave the quotes out. */
function readValue(reading: PolicyReading, condition: QueryCondition): bool {
  const kind = reading.json.peek();
  if (kind == JsonKind.String) {
    if (!reading.json.string()) return reading.report(text("is not a valid text"));
    condition.valueAt = reading.json.textAt;
    condition.valueLength = reading.json.textLength;
    return true;
  }
  if (kind != JsonKind.Number && kind != JsonKind.Boolean) return reading.report(text("must be a text"));
  condition.valueAt = reading.json.valueStart();
  reading.json.skip();
  condition.valueLength = <i32>(reading.json.cursor - condition.valueAt);
  return true;
}
