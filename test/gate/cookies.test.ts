// The Cookie header: the session is found in it and taken out of it, and everything else keeps every byte.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Header } from "../../workshop/gate/proxy-wasm/headers.ts";
import { newSessionKey, signToken } from "../../workshop/gate/tokens.ts";
import { claims, sessionCookie, sessionKey, startGate, statusOf, token, userOf } from "./gate.ts";

const gate = startGate();
const name = "zerohop_session";
const sid = "s".repeat(22);
const alice = token({ sid });
const session = `${name}=${alice}`;

const ask = (host: string, ...lines: string[]) =>
  gate.request({ url: `https://${host}.example.com/`, headers: lines.map((line): Header => ["cookie", line]) });
/** The Cookie lines that a backend sees. */
const seen = (...lines: string[]) => ask("public", ...lines).upstream.all("cookie");

/** The same in other words: cut at semicolons, drop the session's pairs, join again, tidy the ends. */
function expected(line: string): string[] {
  const pairs = line.split(";");
  const kept = pairs.filter((pair) => !/^[ \t]*zerohop_session[ \t]*=/.test(pair));
  if (kept.length === pairs.length) return [line];
  const tidy = kept
    .join(";")
    .replace(/^[ \t]+/, "")
    .replace(/[ \t;]+$/, "");
  return tidy === "" ? [] : [tidy];
}

describe("what the backend sees", () => {
  test.each([
    [session, []],
    [`${session}; a=1`, ["a=1"]],
    [`a=1; ${session}`, ["a=1"]],
    [`a=1; ${session}; b=2`, ["a=1; b=2"]],
    [`a=1;${session};b=2`, ["a=1;b=2"]],
    [`${session}; a=1; ${session}; b=2; ${session}`, ["a=1; b=2"]],
    [`a="x, y"; b=a=b==; c=%3B; d=\xe9\xff; e; f=; ${session}`, [`a="x, y"; b=a=b==; c=%3B; d=\xe9\xff; e; f=`]],
    [`${name}=; ${name}="quoted"; ${name} = x; a=1`, ["a=1"]],
    [`\t ${name}\t=${alice}\t ; a=1`, ["a=1"]],
  ])("of the line %#", (line, left) => {
    expect(seen(line)).toEqual(left);
    expect(expected(line)).toEqual(left);
  });

  test("keeps cookies whose names only resemble the session's", () => {
    const line = `${name}2=a; x${name}=b; Zerohop_session=c; ${name}; =${name}; a=${name}=x; ${name.slice(1)}=d`;
    expect(seen(line)).toEqual([line]);
    expect(seen(`${line}; ${session}`)).toEqual([line]);
  });

  test("of several lines keeps the lines apart", () => {
    expect(seen("a=1", `b=2; ${session}`, session, `c=3`)).toEqual(["a=1", "b=2", "c=3"]);
    expect(seen("a=1", "b=2")).toEqual(["a=1", "b=2"]);
    expect(seen(session, session)).toEqual([]);
  });

  test("is the same whether the session counts or not", () => {
    for (const value of ["", "junk", `${alice}x`, token({ exp: 1 })])
      expect(seen(`a=1; ${name}=${value}; b=2`)).toEqual(["a=1; b=2"]);
  });

  test("is nothing but the rest, for any header at all", () => {
    const piece = fc.oneof(
      fc.constantFrom(name, session, `${name}=x`, "=", ";", "; ", " ", "\t", '"', "a", "a=1", `${name}2=y`),
      fc.string({
        unit: fc
          .integer({ min: 0x21, max: 0xff })
          .filter((c) => c !== 0x7f)
          .map((c) => String.fromCharCode(c)),
      }),
    );
    const line = fc.array(piece, { minLength: 1, maxLength: 12 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(line, (sent) => void expect(seen(sent)).toEqual(expected(sent))),
      { numRuns: 4000 },
    );
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 4 }),
        (sent) => void expect(seen(...sent)).toEqual(sent.flatMap(expected)),
      ),
      { numRuns: 1000 },
    );
  });

  test("on the portal's own host is every byte of it", () => {
    const lines = [`a=1; ${session};; b`, ` ${name}=junk ;`];
    expect(ask("auth", ...lines).upstream.all("cookie")).toEqual(lines);
  });

  test("has the session taken out under the name that the bundle gives it", () => {
    const renamed = startGate({
      cookies: [{ domain: "example.com", portal: "https://auth.example.com:8443", name: "__Secure-sso" }],
    });
    const headers: Header[] = [["cookie", `__Secure-sso=${alice}; ${name}=kept`]];
    const { upstream } = renamed.request({ url: "https://app.example.com/", headers });
    expect(upstream.get("remote-user")).toBe("alice");
    expect(upstream.all("cookie")).toEqual([`${name}=kept`]);
  });
});

describe("the session", () => {
  test("is found in any line, between blanks, before and behind other cookies", () => {
    for (const lines of [
      [session],
      ["a=1", session],
      [`a=1;${session}`],
      [`a=1 ;\t${name} \t=  ${alice} ;b`],
      [`;;${session};;`],
    ])
      expect(userOf(ask("app", ...lines)), JSON.stringify(lines)).toBe("alice");
  });

  test("is not found in quotes, in another case or inside another cookie", () => {
    for (const line of [
      `${name}="${alice}"`,
      `ZEROHOP_SESSION=${alice}`,
      `a=${session}`,
      `"${session}"`,
      `a="${session}`,
    ])
      expect(statusOf(ask("app", line)), line.slice(0, 24)).toBe(401);
  });

  test("counts behind any number of cookies whose claims alone tell that they prove nothing", () => {
    const foreign = token({ aud: "example.org" });
    const revoked = startGate({ revoked_sessions: ["gone"] });
    const over = token({ exp: 1, session_exp: 1 });
    const junk = [foreign, over, token({ sid: "gone" }), "a.b.c"].map((value) => `${name}=${value}`);
    const cookie = [...junk, ...junk, ...junk, session].join("; ");
    const exchange = revoked.request({ url: "https://app.example.com/", headers: [["cookie", cookie]] });
    expect(userOf(exchange)).toBe("alice");
  });

  test("costs eight signatures a request at most, however many forgeries come with it", () => {
    const forgeries = Array.from({ length: 8 }, (_, i) => forged(`forged-${i}`));
    const behind = (count: number) => [...forgeries.slice(0, count), token({ sid: "new" })];
    const status = (values: string[]) => statusOf(ask("app", values.map((value) => `${name}=${value}`).join("; ")));
    expect([status(behind(7)), status(behind(8))]).toEqual([200, 401]);
    const others = Array.from({ length: 8 }, (_, i) => `${name}=${forged(`forged-line-${i}`)}`);
    expect(statusOf(ask("app", others.join("; "), `${name}=${token({ sid: "in another line" })}`))).toBe(401);
  });

  test("counts beside junk that a neighbouring host set under its name", () => {
    const stranger = signToken(newSessionKey(), claims());
    const over = token({ exp: 1, session_exp: 1 });
    const junk = [`${name}=junk`, `${name}=${stranger}`, `${name}=${over}`].join("; ");
    expect(userOf(ask("app", `${junk}; ${session}`))).toBe("alice");
    expect(userOf(ask("app", junk, session))).toBe("alice");
    expect(userOf(ask("app", `${session}; ${junk}; ${junk}; ${junk}`))).toBe("alice");
  });

  test("counts once where the same is sent twice", () => {
    expect(userOf(ask("app", session, session))).toBe("alice");
  });

  test("is the newer of two leases of one session", () => {
    const renewed = `${name}=${token({ sid, iat: 1_790_000_001, groups: ["new"] })}`;
    for (const lines of [
      [session, renewed],
      [renewed, session],
    ])
      expect(ask("app", ...lines).upstream.get("remote-groups")).toBe("new");
  });

  test("is nobody's where two different ones are sent: 400", () => {
    const other = `${name}=${token({ sub: "bob" })}`;
    for (const lines of [[`${session}; ${other}`], [other, session], [session, session, other]]) {
      expect(statusOf(ask("app", ...lines))).toBe(400);
      expect(statusOf(ask("public", ...lines))).toBe(400);
    }
  });

  test("is nobody's where the lease of one of two has run out: a neighbour's fresh session takes nobody's place", () => {
    const mine = `${name}=${token({ iat: 1_789_999_000, exp: 1_789_999_300 })}`;
    const tossed = `${name}=${token({ sub: "bob" })}`;
    for (const lines of [[`${mine}; ${tossed}`], [tossed, mine]]) expect(statusOf(ask("app", ...lines))).toBe(400);
  });

  test("of another cookie domain does not count, and does not confuse", () => {
    const two = startGate({
      cookies: [
        { domain: "example.com", portal: "https://auth.example.com:8443", name },
        { domain: "example.org", portal: "https://auth.example.org", name },
      ],
    });
    const org = signToken(sessionKey, claims({ iss: "https://auth.example.org", aud: "example.org", sub: "olga" }));
    const user = (url: string, ...tokens: string[]) => {
      const exchange = two.request({ url, headers: tokens.map(sessionCookie) });
      return statusOf(exchange) === 200 ? userOf(exchange) : statusOf(exchange);
    };
    expect(user("https://app.example.com/", org)).toBe(401);
    expect(user("https://app.example.com/", org, alice)).toBe("alice");
    expect(user("https://app.example.com/", alice, org)).toBe("alice");
  });

  test("is that of the narrowest cookie domain of a host, in whatever order the bundle has them", () => {
    const wide = { domain: "example.com", portal: "https://auth.example.com:8443", name };
    const narrow = { domain: "team.example.com", portal: "https://auth.team.example.com", name };
    const rules = [{ domain: "*.example.com", policy: "one_factor" }];
    const inside = signToken(sessionKey, claims({ iss: narrow.portal, aud: narrow.domain, sub: "tina" }));
    for (const cookies of [
      [wide, narrow],
      [narrow, wide],
    ]) {
      const both = startGate({ cookies, policy: { default_policy: "deny", rules } });
      const ask = (host: string, value: string) =>
        both.request({ url: `https://${host}.example.com/`, headers: [sessionCookie(value)] });
      expect(userOf(ask("app.team", inside))).toBe("tina");
      expect([statusOf(ask("app.team", alice)), statusOf(ask("app", inside))]).toEqual([401, 401]);
      expect(userOf(ask("app", alice))).toBe("alice");
    }
  });
});

/** Claims that would do and a signature that does not. */
function forged(sid: string): string {
  return signToken(newSessionKey(), claims({ sid }), { kid: sessionKey.kid });
}
