// Log lines of the plugin: `zerohop: …`, one sentence an operator can act on, never a token or a credential.
import { Writer } from "../encoding/writer";
import { text } from "../memory/text";
import { log, LogLevel } from "./http_handler";

const MAX_LINE: i32 = 2048;

const line: Writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));

/** Begins a line, for the caller to write its parts. */
export function beginLine(): Writer {
  line.begin(MAX_LINE);
  line.text(text("zerohop: "));
  return line;
}

export function endLine(level: LogLevel): void {
  log(level, line.at, line.length);
}
