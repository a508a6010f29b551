// Remote-User, Remote-Groups, Remote-Name and Remote-Email: only the gate sets them, once, and only to what a header can say.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Header, Headers } from "../../workshop/gate/proxy-wasm/headers.ts";
import { domain, portal, sessionCookie, startGate, statusOf, token } from "./gate.ts";
import { startPlugin } from "./traefik/plugin.ts";

const gate = startGate();
const names = ["remote-user", "remote-groups", "remote-name", "remote-email"];
const alice = sessionCookie(token());

/** A client's attempts to name itself: in every spelling that a backend may fold into one of the four names. */
const forged: Header[] = ["-", "_", ".", " ", "!", "~", "+", "\xad"].flatMap((separator) =>
  ["user", "groups", "name", "email"].flatMap((end) =>
    [`remote${separator}${end}`, `Remote${separator}${end}`, `REMOTE${separator}${end.toUpperCase()}`].flatMap(
      (name): Header[] => [
        [name, "evil"],
        [name, "evil too"],
      ],
    ),
  ),
);

/** The headers a backend could take for one of the four, as CGI would spell them. */
function identityOf(headers: Headers): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const [name, value] of headers) {
    const folded = name.toLowerCase().replaceAll(/[^a-z0-9]/g, "-");
    if (names.includes(folded)) found[folded] = [...(found[folded] ?? []), value];
  }
  return found;
}

const identity = (url: string, headers: readonly Header[]) => identityOf(gate.request({ url, headers }).upstream);
/** What the backend is told of a session with these claims. */
const told = (claims: Record<string, unknown>) =>
  identity("https://app.example.com/", [sessionCookie(token(claims)), ...forged]);

describe("what a client says about itself", () => {
  test("reaches no backend of an anonymous request, in any spelling, alone or all at once", () => {
    for (const line of [...forged.map((line) => [line]), forged])
      expect(identity("https://public.example.com/", line), JSON.stringify(line[0])).toEqual({});
  });

  test("does not reach the portal's own host", () => {
    expect(identity("https://auth.example.com/", [...forged, alice])).toEqual({});
  });

  test("is replaced by what the session says, each header once", () => {
    for (const host of ["app", "public"]) {
      expect(identity(`https://${host}.example.com/`, [...forged, alice, ...forged])).toEqual({
        "remote-user": ["alice"],
        "remote-groups": ["admins,dev"],
        "remote-name": ["Alice Liddell"],
        "remote-email": ["alice@example.com"],
      });
    }
  });

  test("does not fill in what the session leaves open", () => {
    expect(told({ name: undefined, email: undefined, groups: undefined })).toEqual({ "remote-user": ["alice"] });
    expect(told({ name: "", email: "", groups: [] })).toEqual({ "remote-user": ["alice"] });
  });

  test("does not matter under another name", () => {
    const others: Header[] = ["remote", "remote-use", "remoteuser", "remote-users", "x-remote-user", "remote-addr"].map(
      (name) => [name, "kept"],
    );
    const { upstream } = gate.request({ url: "https://public.example.com/", headers: others });
    for (const [name] of others) expect(upstream.all(name), name).toEqual(["kept"]);
  });
});

describe("a header that a cookie domain has beside Remote-*", () => {
  const cookies = [
    {
      ...{ domain, portal, name: "zerohop_session" },
      identity_headers: {
        user: ["X-WEBAUTH-USER", "X-Forwarded-User"],
        groups: ["x-webauth-groups"],
        email: ["X-Mail"],
      },
    },
    {
      ...{ domain: "example.org", portal: "https://auth.example.org", name: "zerohop_session" },
      identity_headers: { user: ["X-Org-User"], name: ["X-Mail"] },
    },
  ];
  const policy = {
    rules: [
      { domain: ["public.example.com", "public.example.org"], policy: "bypass" },
      { domain: "app.example.com", policy: "one_factor" },
    ],
  };
  const envoy = startGate({ cookies, policy });
  const plugin = startPlugin({ cookies, policy });
  const own = ["x-webauth-user", "x-forwarded-user", "x-webauth-groups", "x-mail", "x-org-user"];
  const attempts: Header[] = own.flatMap((name) =>
    ["-", "_", ".", "~"].flatMap((separator): Header[] => [
      [name.replaceAll("-", separator), "evil"],
      [name.replace("-", separator).toUpperCase(), "evil too"],
    ]),
  );
  const seen = (headers: Iterable<Header>) =>
    [...headers].filter(([name]) => own.includes(name.toLowerCase().replaceAll(/[^a-z0-9]/g, "-")));

  test.each([
    ["envoy", envoy],
    ["the plugin", plugin],
  ])("says in %s what the session says, once, and never what a client says", (_, gate) => {
    const ask = (url: string, headers: readonly Header[]) => {
      const { upstream } = gate.request({ url, headers });
      return Object.fromEntries(seen(upstream).map(([name]) => [name.toLowerCase(), upstream.all(name)]));
    };
    expect(ask("https://app.example.com/", [...attempts, alice])).toEqual({
      ...{ "x-webauth-user": ["alice"], "x-forwarded-user": ["alice"], "x-webauth-groups": ["admins,dev"] },
      "x-mail": ["alice@example.com"],
    });
    for (const url of [
      "https://public.example.com/",
      "https://public.example.org/",
      `${portal}/`,
      "https://auth.example.org/",
    ])
      expect(ask(url, attempts), url).toEqual({});
  });

  test("is any client's own again where no domain has it", () => {
    const { upstream } = startGate({ policy }).request({ url: "https://public.example.com/", headers: attempts });
    expect(seen(upstream).length).toBeGreaterThan(20);
  });

  test("leaves others alone that look like it", () => {
    const others: Header[] = [
      "x-webauth-users",
      "x-webauth-use",
      "y-webauth-user",
      "xxwebauth-user",
      "x-webauthxuser",
      "x-male",
    ].map((name) => [name, "kept"]);
    const { upstream } = envoy.request({ url: "https://public.example.com/", headers: others });
    for (const [name] of others) expect(upstream.all(name), name).toEqual(["kept"]);
  });
});

describe("a user name", () => {
  test("reaches the backend byte for byte, in UTF-8", () => {
    for (const sub of ["é", "名前", "\u{1f600}", "a b", "a,b", "O'Hara\\\"", "x".repeat(1000)])
      expect(Buffer.from(told({ sub })["remote-user"]![0]!, "latin1").toString()).toBe(sub);
  });

  test("that no header can carry proves no session", () => {
    for (const sub of [
      "a\r\nRemote-Groups: admins",
      "a\nb",
      "a\0",
      "\x01",
      "a\x7f",
      "a\tb",
      "",
      " alice",
      "alice ",
      " ",
    ]) {
      const headers = [sessionCookie(token({ sub }))];
      const exchange = gate.request({ url: "https://app.example.com/", headers });
      expect(statusOf(exchange), JSON.stringify(sub)).toBe(401);
    }
  });
});

describe("groups", () => {
  const groups = (...list: string[]) => told({ groups: list })["remote-groups"]?.[0];

  test("come as one list with commas between, in their order", () => {
    expect(groups("b", "a")).toBe("b,a");
    expect(groups("a group", "b")).toBe("a group,b");
  });

  test("that could pass for others downstream are left out", () => {
    for (const group of [
      "dev,admins",
      "a\r\nRemote-User: root",
      "a\0",
      "\x7f",
      "",
      " admins",
      "admins ",
      "\u0009x",
      " ",
    ])
      expect(groups("one", group, "two"), JSON.stringify(group)).toBe("one,two");
  });

  test("of which none can be told make no header", () => {
    expect(groups("a,b", "")).toBeUndefined();
  });

  test("with a comma still count for the rules: they compare whole names", () => {
    const gateOfCommas = startGate({
      policy: { rules: [{ domain: "app.example.com", policy: "one_factor", subject: "group:a,b" }] },
    });
    const ask = (groups: string[]) =>
      statusOf(gateOfCommas.request({ url: "https://app.example.com/", headers: [sessionCookie(token({ groups }))] }));
    expect(ask(["a,b"])).toBe(200);
    expect(ask(["a", "b"])).toBe(403);
  });

  test("that fill the whole token are all passed on", () => {
    const many = Array.from({ length: 250 }, (_, i) => `g${i}`);
    expect(groups(...many)).toBe(many.join(","));
  });
});

describe("a name and an email address", () => {
  test("with control characters are left out, the rest of the identity stays", () => {
    expect(told({ name: "A\nB", email: "a@b\r\nX: y" })).toEqual({
      "remote-user": ["alice"],
      "remote-groups": ["admins,dev"],
    });
  });

  test("in other scripts come in UTF-8", () => {
    const name = told({ name: "Ålice Ünïcode 名" })["remote-name"]![0]!;
    expect(Buffer.from(name, "latin1").toString()).toBe("Ålice Ünïcode 名");
  });
});

test("no allowed request carries a session cookie or a client's own Remote-* to the backend, whatever surrounds them", () => {
  const spelling = fc
    .tuple(
      fc.constantFrom("user", "groups", "name", "email"),
      fc.constantFrom("-", "_", ".", "|"),
      fc.array(fc.boolean(), { minLength: 13, maxLength: 13 }),
    )
    .map(([end, separator, upper]) =>
      [...`remote${separator}${end}`].map((c, i) => (upper[i] ? c.toUpperCase() : c)).join(""),
    );
  const other = fc.constantFrom("accept", "x-a", "remote-addr", "cookie2");
  const value = fc.string({ unit: fc.constantFrom("a", "b", "=", ";", " ", ",", "\xff") });
  const line = fc.oneof(
    fc.tuple(spelling, fc.constant("evil")),
    fc.tuple(other, value),
    fc.tuple(
      fc.constant("cookie"),
      fc.tuple(value, fc.boolean()).map(([v, with_]) => (with_ ? `${v}; ${alice[1]}` : v)),
    ),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), fc.constantFrom("app", "public", "admin"), (lines, host) => {
      const { outcome } = gate.request({ url: `https://${host}.example.com/`, headers: [...lines, alice] });
      if (outcome.kind !== "continued") throw new Error(`not allowed: ${outcome.kind}`);
      expect(identityOf(outcome.headers)).toEqual({
        "remote-user": ["alice"],
        "remote-groups": ["admins,dev"],
        "remote-name": ["Alice Liddell"],
        "remote-email": ["alice@example.com"],
      });
      expect(JSON.stringify([...outcome.headers])).not.toMatch(/evil|zerohop_session/);
    }),
    { numRuns: 1500 },
  );
});
