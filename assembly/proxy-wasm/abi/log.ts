// Log lines of the gate: `zerohop: …`, one sentence an operator can act on, never a token or a credential.
import { Writer } from "../../encoding/writer";
import { LogLevel, proxy_log } from "./env";
import { text, Text } from "../../memory/text";

const MAX_LINE: i32 = 2048;

const line: Writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));

/** Begins a line, for the caller to write its parts. */
export function beginLine(): Writer {
  beginLineIn(line);
  return line;
}

export function endLine(level: LogLevel): void {
  logLine(level, line);
}

/** Begins a line in the caller's own writer: one that may be logged or not. */
export function beginLineIn(own: Writer): void {
  own.begin(MAX_LINE);
  own.text(text("zerohop: "));
}

export function logLine(level: LogLevel, own: Writer): void {
  proxy_log(level, own.at, own.length);
}

export function log(level: LogLevel, sentence: Text): void {
  beginLine().text(sentence);
  endLine(level);
}
