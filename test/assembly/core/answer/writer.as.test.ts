import { beforeEach, describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import {
  beginWriting,
  writeByte,
  writeBytes,
  writeEscaped,
  writeHtml,
  writeInteger,
  writeText,
  writtenAt,
  writtenLength,
} from "../../../../assembly/core/answer/writer";
import { allocateInArena, resetArena } from "../../../../assembly/memory/arena";
import { text } from "../../../../assembly/memory/text";
import { bytesAt, length, placeBytes } from "../../memory/placed";

function written(): string {
  return bytesAt(writtenAt, writtenLength);
}

describe("what the writer writes", () => {
  beforeEach(() => {
    resetArena();
  });

  test("can stand in HTML text and in quoted attributes", () => {
    beginWriting(200);
    const at = placeBytes("<a href='x' title=\"y\">&amp;</a>\xc3\xa9");
    writeHtml(at, length);
    expect(written()).toBe("&lt;a href=&#39;x&#39; title=&quot;y&quot;&gt;&amp;amp;&lt;/a&gt;\xc3\xa9");
  });

  test("can stand as the value of a query parameter, whatever byte it is", () => {
    beginWriting(1000);
    let all = "";
    for (let byte = 0; byte < 256; byte++) all += String.fromCharCode(byte);
    const at = placeBytes(all);
    writeEscaped(at, length);
    const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    let expected = "";
    for (let byte = 0; byte < 256; byte++) {
      const letter = String.fromCharCode(byte);
      const hex = "0123456789ABCDEF";
      expected += unreserved.includes(letter) ? letter : "%" + hex.charAt(byte >> 4) + hex.charAt(byte & 15);
    }
    expect(written()).toBe(expected);
  });

  test("may be integers and texts", () => {
    beginWriting(64);
    writeInteger(0);
    writeText(text(" "));
    writeInteger(2147483647);
    expect(written()).toBe("0 2147483647");
  });

  test("ends at the bound, and no byte behind it changes", () => {
    beginWriting(8);
    const behind = allocateInArena(8);
    store<u64>(behind, 0x1122334455667788);
    writeText(text("123456"));
    const at = placeBytes("<<<<");
    writeHtml(at, length);
    writeEscaped(at, length);
    writeBytes(at, length);
    writeByte(0x41);
    writeInteger(1234);
    expect(written()).toBe("123456&l");
    expect(load<u64>(behind)).toBe(0x1122334455667788);
  });
});
