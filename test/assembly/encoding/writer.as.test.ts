import { beforeEach, describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import { Writer } from "../../../assembly/encoding/writer";
import { allocateInArena, resetArena } from "../../../assembly/memory/arena";
import { text } from "../../../assembly/memory/text";
import { bytesAt, length, placeBytes } from "../memory/placed";

const writer: Writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));

function written(): string {
  return bytesAt(writer.at, writer.length);
}

describe("what the writer writes", () => {
  beforeEach(() => {
    resetArena();
  });

  test("can stand in HTML text and in quoted attributes", () => {
    writer.begin(200);
    const at = placeBytes("<a href='x' title=\"y\">&amp;</a>\xc3\xa9");
    writer.html(at, length);
    expect(written()).toBe("&lt;a href=&#39;x&#39; title=&quot;y&quot;&gt;&amp;amp;&lt;/a&gt;\xc3\xa9");
  });

  test("can stand as the value of a query parameter, whatever byte it is", () => {
    writer.begin(1000);
    let all = "";
    for (let byte = 0; byte < 256; byte++) all += String.fromCharCode(byte);
    const at = placeBytes(all);
    writer.escaped(at, length);
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
    writer.begin(64);
    writer.integer(0);
    writer.text(text(" "));
    writer.integer(2147483647);
    expect(written()).toBe("0 2147483647");
  });

  test("ends at the bound, and no byte behind it changes", () => {
    writer.begin(8);
    const behind = allocateInArena(8);
    store<u64>(behind, 0x1122334455667788);
    writer.text(text("123456"));
    const at = placeBytes("<<<<");
    writer.html(at, length);
    writer.escaped(at, length);
    writer.bytes(at, length);
    writer.byte(0x41);
    writer.integer(1234);
    expect(written()).toBe("123456&l");
    expect(load<u64>(behind)).toBe(0x1122334455667788);
  });
});
