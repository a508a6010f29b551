import { beforeEach, describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import { Claims, readClaims } from "../../../../assembly/core/session/claims";
import { PublicKey } from "../../../../assembly/core/session/public-key";
import { Session, takeInHand, writeSession } from "../../../../assembly/core/session/session";
import { resetArena } from "../../../../assembly/memory/arena";
import { bytesAt, length, placeBytes } from "../../memory/placed";

const claims: Claims = changetype<Claims>(memory.data(offsetof<Claims>(), 8));

const NEEDED =
  '"iss":"https://auth.example.com","aud":"example.com","sub":"alice","sid":"s1","exp":2000,"session_exp":3000';

function read(members: string): bool {
  const at = placeBytes("{" + members + "}");
  return readClaims(claims, at, length);
}

/** A session of the claims that a session needs and these. */
function sessionOf(members: string): Session {
  if (!read(NEEDED + ',"level":1' + members)) throw new Error("the claims are refused");
  return takeInHand(writeSession(claims, changetype<PublicKey>(memory.data(64))));
}

function groupList(groups: string): string {
  const session = sessionOf(',"groups":' + groups);
  return bytesAt(session.groupListAt, session.groupListLength);
}

describe("the claims of a session", () => {
  beforeEach(() => {
    resetArena();
  });

  test("are read from any order, with others among them", () => {
    expect(read('"level":2,"jti":{"a":[1]},' + NEEDED + ',"auth_time":1500,"iat":1400,"amr":["pwd","x","hwk"]')).toBe(
      true,
    );
    expect(bytesAt(claims.subjectAt, claims.subjectLength)).toBe("alice");
    expect(claims.level).toBe(2);
    expect(claims.authTime).toBe(1500);
    expect(claims.issuedAt).toBe(1400);
    expect(claims.amr).toBe(0b101);
  });

  test("must be complete", () => {
    const members = (NEEDED + ',"level":1').split(",");
    expect(read(members.join(","))).toBe(true);
    for (let i = 0; i < members.length; i++) {
      const rest: string[] = [];
      for (let j = 0; j < members.length; j++) {
        if (j != i) rest.push(members[j]);
      }
      if (read(rest.join(","))) throw new Error("accepted without " + members[i]);
    }
  });

  test("must be of their types, and in bounds", () => {
    const wrong: string[] = [
      '"level":0',
      '"level":3',
      '"level":-1',
      '"level":"1"',
      '"level":1.0',
      '"level":4294967297',
      '"level":1,"sub":1',
      '"level":1,"sub":""',
      '"level":1,"sub":null',
      '"level":1,"sid":""',
      '"level":1,"exp":"2000"',
      '"level":1,"exp":-1',
      '"level":1,"exp":0',
      '"level":1,"session_exp":1e9',
      '"level":1,"groups":"dev"',
      '"level":1,"groups":[1]',
      '"level":1,"groups":{}',
      '"level":1,"amr":"pwd"',
      '"level":1,"amr":[null]',
      '"level":1,"name":1',
      '"level":1,"email":[]',
      '"level":1,"auth_time":"x"',
      '"level":1,"iat":true',
      '"level":1,',
      '"level":1}',
    ];
    for (let i = 0; i < wrong.length; i++) {
      if (read(NEEDED + "," + wrong[i])) throw new Error("accepted with " + wrong[i]);
    }
    expect(readClaims(claims, placeBytes(""), 0)).toBe(false);
    expect(readClaims(claims, placeBytes("[]"), 2)).toBe(false);
    expect(readClaims(claims, placeBytes("null"), 4)).toBe(false);
  });
});

describe("a session", () => {
  beforeEach(() => {
    resetArena();
  });

  test("lists its groups with commas between, but none that would become two, or a header", () => {
    expect(groupList('["admins","dev"]')).toBe("admins,dev");
    expect(groupList("[]")).toBe("");
    expect(groupList('["a,b","dev","c\\nd","","\\u0000","e f"]')).toBe("dev,e f");
    expect(groupList('["a,b"]')).toBe("");
    expect(groupList('["' + "x".repeat(3000) + '"]')).toBe("x".repeat(3000));
  });

  test("takes a name or an address with control characters in it for none", () => {
    const session = sessionOf(',"name":"Alice\\r\\nX: y","email":"a@b\\u007f"');
    expect(session.displayNameLength).toBe(0);
    expect(session.emailLength).toBe(0);
    const other = sessionOf(',"name":"Alice L","email":"a@b"');
    expect(bytesAt(other.displayNameAt, other.displayNameLength)).toBe("Alice L");
    expect(bytesAt(other.emailAt, other.emailLength)).toBe("a@b");
  });
});
