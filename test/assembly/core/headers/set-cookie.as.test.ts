import { describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import { setsCookie } from "../../../../assembly/core/headers/set-cookie";
import { length, placeBytes } from "../../memory/placed";

const name = "session";

function sets(line: string): bool {
  const nameAt = placeBytes(name);
  const nameLength = length;
  const at = placeBytes(line);
  return setsCookie(at, length, nameAt, nameLength);
}

describe("a Set-Cookie line", () => {
  test("sets a cookie by its name, whatever blanks or = are around it", () => {
    const lines: string[] = [
      "session=x; Path=/",
      "session=",
      "  session =x",
      "\tsession\t=x",
      "=session=x",
      "= \tsession \t=x",
      "== =session=x",
      "\0session\x0b=x",
    ];
    for (let i = 0; i < lines.length; i++) if (!sets(lines[i])) throw new Error(lines[i]);
  });

  test("sets no other cookie", () => {
    const lines: string[] = [
      "",
      "=",
      "session",
      " session ",
      "=session",
      "session; a=b",
      "session;=x",
      "sessio=n",
      "session2=x",
      "xsession=x",
      "Session=x",
      "a=session=x",
      "a; session=x",
      '"session"=x',
      "session\xa0=x",
    ];
    for (let i = 0; i < lines.length; i++) if (sets(lines[i])) throw new Error(lines[i]);
    expect(sets("session=x")).toBe(true);
  });
});
