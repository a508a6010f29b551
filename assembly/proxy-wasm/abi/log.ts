// Log lines of the gate: `zerohop: …`, one sentence an operator can act on, never a token or a credential.
import { beginWriting, writeText, writtenAt, writtenLength } from "../../core/answer/writer";
import { LogLevel, proxy_log } from "./imports";
import { text, Text } from "../../memory/text";

const MAX_LINE: i32 = 2048;

/** Begins a line; its parts are written with core/answer/writer. */
export function beginLine(): void {
  beginWriting(MAX_LINE);
  writeText(text("zerohop: "));
}

export function endLine(level: LogLevel): void {
  proxy_log(level, writtenAt, writtenLength);
}

export function log(level: LogLevel, sentence: Text): void {
  beginLine();
  writeText(sentence);
  endLine(level);
}
