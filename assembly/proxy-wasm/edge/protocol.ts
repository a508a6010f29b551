// The protocol that this gate and the host speak with each other (host/gates/edge/protocol.ts says what belongs to it). Each names its
// version, and speaks the one before as well.
import { Slice } from "../../memory/slice";
import { text } from "../../memory/text";
import { LogLevel } from "../abi/env";
import { addTextPair, PairList } from "../abi/header-pairs";
import { beginLine, endLine } from "../abi/log";

/** The version, as a number and as the header says it. */
const PROTOCOL: i32 = 2;
const PROTOCOL_TEXT = text("2");
/** What a host speaks that names none. */
const UNNAMED: i32 = 1;

export const PROTOCOL_HEADER = text("x-zerohop-protocol");

/** The host's, as it was last told of. */
let known: i32 = PROTOCOL;

/** Adds this gate's version to a question. */
export function addProtocol(headers: PairList): void {
  addTextPair(headers, PROTOCOL_HEADER, PROTOCOL_TEXT);
}

/** Compares the version in an answer of the host, which is nothing where it names none, and says once that it is another one. */
export function noteProtocol(named: Slice | null): void {
  const theirs = named ? numberIn(named) : UNNAMED;
  if (theirs == known) return;
  known = theirs;
  if (theirs == PROTOCOL) return;
  const isBridged = theirs == PROTOCOL - 1 || theirs == PROTOCOL + 1;
  const line = beginLine();
  line.text(text("the host speaks protocol "));
  line.integer(theirs);
  line.text(text(", this gate "));
  line.text(PROTOCOL_TEXT);
  if (isBridged) line.text(text(": they go together, but the next release may not; update the "));
  else line.text(text(": they may not understand each other; update the "));
  line.text(theirs < PROTOCOL ? text("host") : text("gate"));
  endLine(isBridged ? LogLevel.Warn : LogLevel.Error);
}

/** The number of up to four digits that the bytes are, or 0. */
function numberIn(named: Slice): i32 {
  if (named.length > 4) return 0;
  let number = 0;
  for (let i = 0; i < named.length; i++) {
    const digit = <i32>load<u8>(named.at + i) - 0x30;
    if (<u32>digit > 9) return 0;
    number = number * 10 + digit;
  }
  return number;
}
