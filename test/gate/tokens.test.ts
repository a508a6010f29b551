// Session tokens: which prove a session, for how long, and what takes a proven one back. What proves none counts as nothing.
import { createSign, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  bundleKey,
  type Claims,
  hmacToken,
  newSessionKey,
  type SessionKey,
  signToken,
  unsecuredToken,
} from "../../workshop/gate/tokens.ts";
import {
  bundle,
  claims,
  domain,
  NOW,
  portal,
  publish,
  rootKey,
  sessionCookie,
  sessionKey,
  setTime,
  signBundle,
  startGate,
  startPolling,
  startWith,
  statusWith,
  token,
} from "./gate.ts";

const gate = startGate();
const good = token();
const otherKey = newSessionKey();
const status = (value: string) => statusWith(gate, value);

const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
const encode = (value: string | Buffer) => Buffer.from(value).toString("base64url");

/** A compact JWS of any two texts, rightly signed. */
function signed(header: unknown, payload: unknown, key: KeyObject = sessionKey.privateKey): string {
  const input = `${encode(text(header))}.${encode(text(payload))}`;
  return `${input}.${sign(null, Buffer.from(input), key).toString("base64url")}`;
}

const header = { alg: "EdDSA", typ: "JWT", kid: sessionKey.kid };

test("a token of the host's proves a session", () => {
  expect(status(good)).toBe(200);
  expect(status(signed(header, claims()))).toBe(200);
});

describe("a signature", () => {
  test("of another key proves nothing, whatever key the header names", () => {
    expect(status(signToken(otherKey, claims()))).toBe(401);
    expect(status(signToken(otherKey, claims(), { kid: sessionKey.kid }))).toBe(401);
    expect(status(signToken(sessionKey, claims(), { kid: otherKey.kid }))).toBe(401);
    expect(status(signToken(rootKey, claims()))).toBe(401);
  });

  test("of none, or with the public key as a shared secret, proves nothing", () => {
    expect(status(unsecuredToken(sessionKey, claims()))).toBe(401);
    const raw = Buffer.from(sessionKey.x, "base64url");
    for (const secret of [sessionKey.x, raw, sessionKey.publicKey.export({ type: "spki", format: "der" })])
      expect(status(hmacToken(sessionKey, secret, claims()))).toBe(401);
  });

  test("of RSA proves nothing", () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const input = `${encode(text({ ...header, alg: "RS256" }))}.${encode(text(claims()))}`;
    const signature = createSign("sha256").update(input).sign(privateKey, "base64url");
    expect(status(`${input}.${signature}`)).toBe(401);
  });

  test("of another token, or a broken one, proves nothing", () => {
    const [head, payload, signature] = good.split(".") as [string, string, string];
    expect(status(`${head}.${payload}.${token().split(".")[2]}`)).toBe(401);
    for (const wrong of ["", "A".repeat(86), "_".repeat(86), signature.slice(0, 85), `${signature}A`, `${signature}==`])
      expect(status(`${head}.${payload}.${wrong}`), wrong).toBe(401);
  });

  test("has one spelling: bits that no byte takes must be zero", () => {
    const last = good.at(-1)!;
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (const letter of alphabet) expect(status(good.slice(0, -1) + letter), letter).toBe(letter === last ? 200 : 401);
  });
});

describe("a header", () => {
  test.each([
    ["another algorithm", { ...header, alg: "none" }],
    ["a signature algorithm of another kind", { ...header, alg: "RS256" }],
    ["an algorithm in another case", { ...header, alg: "eddsa" }],
    ["no algorithm", { typ: "JWT", kid: sessionKey.kid }],
    ["an algorithm that is no text", { ...header, alg: ["EdDSA"] }],
    ["the type of a bundle", { ...header, typ: "zerohop-bundle+jwt" }],
    ["no type", { alg: "EdDSA", kid: sessionKey.kid }],
    ["no key", { alg: "EdDSA", typ: "JWT" }],
    ["an empty key", { ...header, kid: "" }],
    ["a key that is no text", { ...header, kid: 1 }],
    ["a key with a byte more", { ...header, kid: `${sessionKey.kid}\0` }],
    ["a critical extension", { ...header, crit: ["exp"], exp: 1 }],
    ["an empty list of critical extensions", { ...header, crit: [] }],
    ["more than 1024 characters", { ...header, x: "x".repeat(1024) }],
    ["a list around it", [header]],
    ["nothing in it", ""],
    ["a second object behind it", `${text(header)}{}`],
    ["a comma too many", text(header).replace("}", ",}")],
    ["no end", text(header).slice(0, -1)],
  ])("with %s proves nothing", (_, wrong) => {
    expect(status(signed(wrong, claims()))).toBe(401);
  });

  test("may say more than we read", () => {
    expect(status(signed({ x: [{}, null, -1.5e9, '\\"'], ...header, jku: "https://evil.example/" }, claims()))).toBe(
      200,
    );
  });
});

describe("a token's form", () => {
  const [head, payload, signature] = good.split(".") as [string, string, string];
  test.each([
    ["cut short", good.slice(0, -1)],
    ["cut to two parts", `${head}.${payload}`],
    ["cut to one part", head],
    ["with an empty header", `.${payload}.${signature}`],
    ["with an empty payload", `${head}..${signature}`],
    ["with a dot before it", `.${good}`],
    ["with a dot behind it", `${good}.`],
    ["with five parts", `${good}.${payload}.${signature}`],
    ["of dots alone", "...."],
    ["with padding", `${head}=.${payload}.${signature}`],
    ["in plain base64", good.replaceAll("-", "+").replaceAll("_", "/").replace(/^/, "+")],
    ["with a percent escape", good.replace(".", "%2e")],
    ["with a blank inside", good.replace(".", ". ")],
    ["with another byte", `${head}.${payload}\xff.${signature}`],
  ])("%s proves nothing", (_, wrong) => {
    expect(status(wrong)).toBe(401);
  });

  test("cut anywhere proves nothing", () => {
    for (let length = 0; length < good.length; length += 7) expect(status(good.slice(0, length))).toBe(401);
  });

  test("may be 4096 bytes long, and no longer", () => {
    const sized = (padding: number) => token({ x: "x".repeat(padding) });
    let padding = 3000;
    while (sized(padding).length > 4096) padding--;
    while (sized(padding + 1).length <= 4096) padding++;
    expect(sized(padding).length).toBeGreaterThan(4093);
    expect(status(sized(padding))).toBe(200);
    for (const more of [1, 2, 4096, 50_000]) expect(status(sized(padding + more)), String(more)).toBe(401);
  });
});

describe("claims", () => {
  test.each(["iss", "aud", "sub", "sid", "exp", "session_exp", "level"])("without %s prove nothing", (name) => {
    expect(status(token({ [name]: undefined }))).toBe(401);
  });

  test.each([
    ["another issuer", { iss: "https://evil.example" }],
    ["an issuer with a slash behind", { iss: `${portal}/` }],
    ["another audience", { aud: "example.org" }],
    ["an audience below the cookie domain", { aud: `app.${domain}` }],
    ["a list of audiences", { aud: [domain] }],
    ["a level of 0", { level: 0 }],
    ["a level of 3", { level: 3 }],
    ["a level of 2^32 + 1", { level: 2 ** 32 + 1 }],
    ["a level of 1 - 2^32", { level: 1 - 2 ** 32 }],
    ["a level that is a text", { level: "2" }],
    ["a level of 1.5", { level: 1.5 }],
    ["an end now", { exp: NOW }],
    ["an end before now", { exp: NOW - 1 }],
    ["a negative end", { exp: -NOW }],
    ["an end of 0", { exp: 0 }],
    ["an end that is a text", { exp: String(NOW + 60) }],
    ["an end with a fraction", { exp: NOW + 60.5 }],
    ["an end beyond 2^53", { exp: 2 ** 53 }],
    ["an end of null", { exp: null }],
    ["a session that is over", { session_exp: NOW }],
    ["a user that is a number", { sub: 1 }],
    ["no name for the user", { sub: "" }],
    ["no session id", { sid: "" }],
    ["groups that are a text", { groups: "admins" }],
    ["a group that is a number", { groups: ["dev", 1] }],
    ["groups in groups", { groups: [["admins"]] }],
    ["methods that are a text", { amr: "pwd" }],
    ["a time of login that is a text", { auth_time: "now" }],
    ["a time of issue that is a text", { iat: "now" }],
    ["a name that is an object", { name: {} }],
    ["nesting beyond 64 levels", { x: nested(66) }],
  ])("with %s prove nothing", (_, wrong) => {
    expect(status(token(wrong))).toBe(401);
  });

  test.each([
    ["an end far away", { exp: 2 ** 53 - 1, session_exp: 2 ** 53 - 1 }],
    ["no groups, methods, name or address", { groups: undefined, amr: undefined, name: undefined, email: undefined }],
    ["other claims beside", { nonce: null, x: { y: [1e30, "\u2028", true] } }],
    ["nesting up to 64 levels", { x: nested(64) }],
  ])("with %s prove a session", (_, right) => {
    expect(status(token(right))).toBe(200);
  });

  const object = text(claims());
  test.each([
    ["", "no JSON"],
    ["{}", "no claims"],
    [`[${object}]`, "a list"],
    [`${object}${object}`, "two objects"],
    [object.slice(0, -1), "no end"],
    [object.replace('"alice"', '"alice'), "an open text"],
    [object.replace('"alice"', '"\\ud800"'), "half a surrogate pair"],
    [object.replace('"alice"', '"a\u0000"'), "a raw control character"],
    [object.replace('"alice"', '"\\x61lice"'), "an escape that JSON has not"],
    [object.replace('"alice"', "alice"), "a bare word"],
    [object.replace("{", "{,"), "a comma too many"],
    [object.replace('"level":1', '"level":01'), "a leading zero"],
    [object.replace('"level":1', '"level":1e0'), "an exponent"],
    ["[".repeat(2500), "2500 brackets"],
    [`{"x":${"[".repeat(2000)}${"]".repeat(2000)}}`, "2000 lists in each other"],
    [`{${'"groups":[],'.repeat(200)}`, "the same claim 200 times and no end"],
  ])("that are not JSON in every detail prove nothing: %#", (wrong) => {
    expect(status(signed(header, wrong))).toBe(401);
  });

  test("named twice count as any JSON parser counts them: the last one", () => {
    const twice = (extra: string) => signed(header, object.replace(/}$/, `,${extra}}`));
    expect(status(twice('"level":3'))).toBe(401);
    expect(status(twice('"level":1'))).toBe(200);
    const onlyPasswords = gate.request({
      url: "https://passkey.example.com/",
      headers: [sessionCookie(signed(header, text(claims({ amr: ["hwk"] })).replace(/}$/, ',"amr":["pwd"]}')))],
    });
    expect(onlyPasswords.answer.status).toBe(401);
    const { upstream } = gate.request({
      url: "https://app.example.com/",
      headers: [sessionCookie(twice('"\\u0073ub":"bob","groups":["x"]'))],
    });
    expect([upstream.get("remote-user"), upstream.get("remote-groups")]).toEqual(["bob", "x"]);
  });
});

describe("a proven token, which the gate remembers", () => {
  test("is not proven again by anything that differs from it in one character", () => {
    expect(status(good)).toBe(200);
    for (let i = 0; i < good.length; i++) {
      if (i % 90 === 89) gate.advance(1000);
      const changed = good.slice(0, i) + (good[i] === "A" ? "B" : "A") + good.slice(i + 1);
      expect(status(changed), `character ${i}`).toBe(401);
    }
    expect(status(good)).toBe(200);
  });

  test("ends with its lease, or with its session if that comes first", () => {
    for (const times of [{ exp: NOW + 60 }, { exp: NOW + 90, session_exp: NOW + 60 }]) {
      const gate = startGate();
      const lease = token(times);
      const at = (seconds: number) => {
        setTime(gate, NOW + seconds);
        return statusWith(gate, lease);
      };
      expect([at(0), at(59.9), at(60), at(1000)]).toEqual([200, 200, 401, 401]);
    }
  });

  test("ends with its lease within 32 requests where ticks fail to come", () => {
    const gate = startGate();
    const lease = token({ exp: NOW + 60 });
    expect(statusWith(gate, lease)).toBe(200);
    gate.clock.now = (NOW + 60) * 1000;
    const statuses = Array.from({ length: 33 }, () => statusWith(gate, lease));
    expect(statuses.at(-1)).toBe(401);
  });

  test("is taken back by a bundle that revokes its session", () => {
    const gate = startPolling();
    const [mine, other] = [token({ sid: "mine" }), token({ sid: "other" })];
    expect([statusWith(gate, mine), statusWith(gate, other)]).toEqual([200, 200]);
    publish(gate, { version: 2, revoked_sessions: ["x", "mine"] });
    expect([statusWith(gate, mine), statusWith(gate, other)]).toEqual([401, 200]);
  });

  test("is taken back with all of its user's that were issued before a moment", () => {
    const gate = startPolling();
    const [before, after] = [token(), token({ iat: NOW + 1 })];
    const bob = token({ sub: "bob" });
    expect([before, after, bob].map((value) => statusWith(gate, value))).toEqual([200, 200, 200]);
    publish(gate, { version: 2, not_before: { alice: NOW + 1, al: NOW + 9 } });
    expect([before, after, bob].map((value) => statusWith(gate, value))).toEqual([401, 200, 200]);
  });

  test("is taken back with its key, and counts again when the key does", () => {
    const gate = startPolling();
    expect(statusWith(gate, good)).toBe(200);
    publish(gate, { version: 2, keys: [bundleKey(otherKey)] });
    expect(statusWith(gate, good)).toBe(401);
    expect(statusWith(gate, signToken(otherKey, claims()))).toBe(200);
    publish(gate, { version: 3, keys: [bundleKey(otherKey), bundleKey(sessionKey)] });
    expect(statusWith(gate, good)).toBe(200);
  });

  test("is taken back when its portal or its cookie domain is no longer one", () => {
    const gate = startPolling();
    const moved = (version: number, cookie: Claims) =>
      publish(gate, { version, cookies: [{ domain, portal, name: "zerohop_session", ...cookie }] });
    expect(statusWith(gate, good)).toBe(200);
    moved(2, { portal: "https://login.example.com" });
    expect(statusWith(gate, good)).toBe(401);
    moved(3, { domain: "com", portal: "https://auth.example.com:8443" });
    expect(statusWith(gate, good)).toBe(401);
    moved(4, {});
    expect(statusWith(gate, good)).toBe(200);
  });

  test("is one of many thousand: the gate forgets and verifies again, and takes no memory for it", () => {
    const gate = startWith({ bundle: bundle(), cache_bytes: 524_288 });
    const { memory } = gate.workers[0]!.instance;
    const tokens = Array.from({ length: 1200 }, (_, i) =>
      token({ sub: `user ${i}`, groups: i % 5 === 0 ? ["g".repeat(2000)] : [`group ${i}`] }),
    );
    // Each from an address and on a connection of its own: one alone may not have so many verified in a second.
    const connection = (i: number) => Buffer.from(new BigUint64Array([BigInt(i + 1)]).buffer);
    const users = () =>
      tokens.map((value, i) => {
        if (i % 1000 === 999) gate.advance(1000);
        const source = `10.0.${i >> 8}.${i & 255}:4000`;
        const headers = [sessionCookie(value)];
        const properties = { "connection\0id": connection(i) };
        return gate
          .request({ url: "https://app.example.com/", headers, source, properties })
          .upstream.get("remote-user");
      });
    const expected = tokens.map((_, i) => `user ${i}`);
    expect(users()).toEqual(expected);
    // The memory has been asked for by then: more of it comes in steps.
    expect(users()).toEqual(expected);
    const { size } = memory;
    expect(users().reverse()).toEqual(expected.reverse());
    expect(memory.size).toBe(size);
  });
});

describe("a bundle", () => {
  test("is no session, and a session is no bundle", () => {
    expect(status(signBundle(bundle()))).toBe(401);
    expect(status(signBundle({ ...claims(), ...bundle() }, sessionKey))).toBe(401);
    const { kid, x } = sessionKey;
    const root_keys = [{ kid, x }];
    const asBundle = (inline: string) => statusWith(startWith({ root_keys, bundle: inline }), good);
    expect(asBundle(signBundle(bundle(), sessionKey))).toBe(200);
    expect(asBundle(signToken(sessionKey, { ...claims(), ...bundle() }))).toBe(503);
  });

  test("may hold the key of many sessions, old and new", () => {
    const keys: SessionKey[] = Array.from({ length: 20 }, newSessionKey);
    const gate = startGate({ keys: keys.map(bundleKey) });
    for (const key of keys) expect(statusWith(gate, signToken(key, claims()))).toBe(200);
    expect(statusWith(gate, good)).toBe(401);
  });
});

function nested(depth: number): unknown {
  return depth === 0 ? 1 : [nested(depth - 1)];
}

test("a session about to leave the cache is not written over by others that come with it", () => {
  const mine = token({ sid: "mine", exp: NOW + 999 });
  const groups = (name: string) => Array.from({ length: 11 }, (_, i) => `${name} ${i} ${"g".repeat(215)}`);
  const large = (name: string, changed: Claims) => token({ sub: "mallory", groups: groups(name), ...changed });
  const others = Array.from({ length: 60 }, (_, i) => large(`other ${i}`, { sid: `other ${i}` }));
  const beside = Array.from({ length: 8 }, (_, i) => large(`beside ${i}`, { sid: "mine" }));
  expect(beside[0]!.length).toBeGreaterThan(3500);
  for (let before = 38; before < 60; before++) {
    const gate = startWith({ bundle: bundle(), cache_bytes: 524_288 });
    for (const value of [mine, ...others.slice(0, before)]) expect(statusWith(gate, value)).toBe(200);
    const headers = [mine, ...beside].map(sessionCookie);
    const exchange = gate.request({ url: "https://app.example.com/", headers });
    // With mine verified anew, the last one beside it is one too many.
    expect(exchange.upstream.get("remote-user"), `after ${before}`).toBe("alice");
    expect(exchange.upstream.get("remote-groups")).toBe("admins,dev");
  }
});
