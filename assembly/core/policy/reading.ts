// What the readers of a policy share: the JSON reader, the region everything goes to, the problem that ends it, and Authelia's
// habit of taking a scalar where a list may stand.
import { createJsonReader, JsonKind, JsonReader } from "../../encoding/json";
import { Region } from "../../memory/region";
import { text, Text } from "../../memory/text";
import { Problem } from "./problem";
import { NamedNetwork } from "./rule";

/** Reads one entry of a list into an object that begins with its `next`. Returns 0 after a problem. */
type ReadEntry = (reading: PolicyReading) => usize;

/** A policy that is being read. */
@unmanaged
export class PolicyReading {
  json: JsonReader;
  /** What is read goes there. */
  region: Region;
  /** The first problem, and the path to the value at hand. */
  problem: Problem;
  /** The networks that the policy defines. */
  networks: NamedNetwork | null;

  /** Zeroed memory for one object of the policy. */
  // @ts-ignore: decorator
  @inline
  create<T>(): T {
    return changetype<T>(this.region.allocate(offsetof<T>()));
  }

  /**
   * Begins a value that is a list or a single entry; the loop over it reads
   *
   *     const list = reading.beginEntries();
   *     for (let i = 0; reading.nextEntry(list, i); i++) {
   *       const before = reading.enterEntry(list, i);
   *       …
   *       reading.leaveEntry(before);
   *     }
   */
  beginEntries(): bool {
    return this.json.peek() == JsonKind.Array && this.json.enterArray();
  }

  nextEntry(list: bool, index: i32): bool {
    return list ? this.json.nextElement() : index == 0;
  }

  /** Puts a list's entry into the path of problems; a single entry is at the path of its value. */
  enterEntry(list: bool, index: i32): i32 {
    return list ? this.problem.enterElement(index) : -1;
  }

  /** Comes back from an entry. */
  leaveEntry(before: i32): void {
    if (before >= 0) this.problem.leave(before);
  }

  /** Goes one level down, to the member whose key was just read. Returns what `problem.leave` takes to come back. */
  enterKey(): i32 {
    return this.problem.enterNamed(this.json.textAt, this.json.textLength);
  }

  /**
   * Reads a list of entries or a single one. Links them in their order and returns the first; 0 after a problem, and for an empty
   * list.
   */
  readList(readEntry: ReadEntry): usize {
    let first: usize = 0;
    let last: usize = 0;
    const list = this.beginEntries();
    for (let i = 0; this.nextEntry(list, i); i++) {
      const before = this.enterEntry(list, i);
      const entry = readEntry(this);
      if (!entry) return 0;
      if (last) store<u32>(last, <u32>entry);
      else first = entry;
      last = entry;
      this.leaveEntry(before);
    }
    return first;
  }

  /** `readList` for a list that must have entries. */
  readFullList(readEntry: ReadEntry): usize {
    const first = this.readList(readEntry);
    if (!first) this.report(text("must not be empty"));
    return first;
  }

  /** Reads a string that is not empty into the JSON reader's text. */
  readText(): bool {
    if (this.json.peek() != JsonKind.String) return this.report(text("must be a text"));
    if (!this.json.string()) return this.report(text("is not a valid text"));
    return this.json.textLength > 0 || this.report(text("must not be empty"));
  }

  /** Whether the next value is null, which counts as absent and is then consumed. */
  skipNull(): bool {
    if (this.json.peek() != JsonKind.Null) return false;
    this.json.skip();
    return true;
  }

  /** Begins a list. False where something else stands. */
  beginList(): bool {
    const kind = this.json.peek();
    return (kind == JsonKind.Array || (kind == JsonKind.String && this.json.isLoose)) && this.json.enterArray();
  }

  /** Begins an object, or reports what stands there instead. */
  beginObject(): bool {
    return this.json.peek() == JsonKind.Object ? this.json.enterObject() : this.report(text("must be a mapping"));
  }

  /** Which of a list of words the JSON reader's text is, from 0; -1 after a problem, which begins with `"text" wrong`. */
  choose(words: Text, wrong: Text): i32 {
    const index = this.json.wordIn(words);
    if (index < 0) this.problem.reportChoice(text(""), this.json.textAt, this.json.textLength, wrong, words);
    return index;
  }

  /** Records a problem with the value at hand, unless there has been one. Always false. */
  report(message: Text): bool {
    return this.problem.report(message);
  }

  /** Reports what is wrong with the JSON reader's text: `"text" is wrong`. Always false. */
  reportText(wrong: Text): bool {
    return this.problem.reportValue(text(""), this.json.textAt, this.json.textLength, wrong);
  }

  /** Reports a key that nobody knows. Always false. */
  reportUnknownKey(allowed: Text): bool {
    return this.problem.reportChoice(text("unknown key "), this.json.textAt, this.json.textLength, text(""), allowed);
  }

  /** Reports that the policy is no JSON, unless something else is wrong before. Always false. */
  reportSyntax(): bool {
    return this.problem.reportAtOffset(text("not valid JSON"), this.json.offset);
  }
}

/** A reading, to be kept: it lives as long as the module, and reads one policy at a time. */
export function createPolicyReading(): PolicyReading {
  const reading = changetype<PolicyReading>(heap.alloc(offsetof<PolicyReading>()));
  reading.json = createJsonReader();
  return reading;
}
