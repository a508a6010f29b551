// Only a token that the host signed, for this domain, and that is still good counts as a login.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HeaderLines } from "../../../workshop/clients/https-client.ts";
import {
  bundleKey,
  type Claims,
  freshClaims,
  hmacToken,
  newSessionKey,
  signToken,
  unsecuredToken,
} from "../../../workshop/gate/tokens.ts";
import { describeWith, envoy } from "../../../workshop/programs/needed.ts";
import { Stack } from "../../../workshop/proxies/stack.ts";

const domain = "zerohop.localhost";
const key = newSessionKey();
const stranger = newSessionKey();
const hour = 3600;

/** A bundle of the test's own, so that it can sign every kind of token. */
function ownBundle(portal: string): Claims {
  return {
    version: 1,
    iat: seconds(),
    keys: [bundleKey(key)],
    cookies: [{ domain, portal, name: "zerohop_session" }],
    policy: { default_policy: "deny", rules: [{ domain: `app.${domain}`, policy: "one_factor" }] },
    revoked_sessions: ["revokedrevokedrevoked1"],
    not_before: { bob: seconds() - 60 },
  };
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}

describeWith(await envoy(), "a session token through Envoy", (path) => {
  let stack: Stack;
  let portal: string;

  beforeAll(async () => {
    stack = await Stack.start({
      envoy: path,
      withHost: false,
      configureGate: (config) => {
        portal = `https://${config.host_authority}`;
        return { ...config, bundle: ownBundle(portal) };
      },
    });
  });
  afterAll(() => stack?.[Symbol.asyncDispose]());

  const claims = (changes: Claims = {}) => freshClaims(portal, domain, changes);
  const ask = (token: string) => {
    const headers: HeaderLines = [
      ["accept", "text/html"],
      ["cookie", `zerohop_session=${token}`],
    ];
    return stack.client.get(stack.url("app"), { headers });
  };

  test("that is right counts as a login", async () => {
    const { status, body } = await ask(signToken(key, claims()));
    expect(status).toBe(200);
    expect(body).toContain("Hello, alice");
  });

  describe("counts as no login when", () => {
    const spki = () => key.publicKey.export({ type: "spki", format: "pem" });
    const raw = () => Buffer.from(key.x, "base64url");
    const right = () => signToken(key, claims());
    const part = (token: string, index: number) => token.split(".")[index]!;
    const wrong: Readonly<Record<string, () => string>> = {
      "it is empty": () => "",
      "it is no token": () => "a.b.c",
      "another key signed it": () => signToken(stranger, claims()),
      "another key signed it under the right key's id": () => signToken(stranger, claims(), { kid: key.kid }),
      "its key's id is unknown": () => signToken(key, claims(), { kid: stranger.kid }),
      "it names no key": () => signToken(key, claims(), { kid: undefined }),
      "its alg is none": () => unsecuredToken(key, claims()),
      "its alg is none but it is signed": () => signToken(key, claims(), { alg: "none" }),
      "its alg is another": () => signToken(key, claims(), { alg: "ES256" }),
      "it is HS256 with the raw public key as the secret": () => hmacToken(key, raw(), claims()),
      "it is HS256 with the public key's text as the secret": () => hmacToken(key, key.x, claims()),
      "it is HS256 with the public key's PEM as the secret": () => hmacToken(key, spki(), claims()),
      "its payload is another's": () => {
        const admin = signToken(stranger, claims({ groups: ["root"] }));
        return [part(right(), 0), part(admin, 1), part(right(), 2)].join(".");
      },
      "a bit of its signature is flipped": () => flipBit(right()),
      "its signature is cut": () => right().slice(0, -1),
      "its signature is missing": () => right().split(".").slice(0, 2).join("."),
      "its signature is empty": () => `${right().split(".").slice(0, 2).join(".")}.`,
      "it is cut in the payload": () => right().slice(0, 200),
      "something follows it": () => `${right()}.x`,
      "its signature is padded": () => `${right()}==`,
      "it is for another domain": () => signToken(key, claims({ aud: "example.com" })),
      "it is for a domain under this one": () => signToken(key, claims({ aud: `app.${domain}` })),
      "another portal issued it": () => signToken(key, claims({ iss: "https://auth.example.com" })),
      "its session is over": () => signToken(key, claims({ iat: seconds() - hour, session_exp: seconds() - 1 })),
      "it never ends": () => signToken(key, claims({ exp: undefined, session_exp: undefined })),
      "its lease end is no number": () => signToken(key, claims({ exp: "9999999999" })),
      "it names no user": () => signToken(key, claims({ sub: undefined })),
      "its user is empty": () => signToken(key, claims({ sub: "" })),
      "its session is revoked": () => signToken(key, claims({ sid: "revokedrevokedrevoked1" })),
      "it is older than its user's last password change": () =>
        signToken(key, claims({ sub: "bob", iat: seconds() - 120, exp: seconds() + 60 })),
    };
    for (const [what, token] of Object.entries(wrong)) {
      test(what, async () => {
        const { status } = await ask(token());
        expect(status).toBe(302);
      });
    }
  });

  test("is neither a way in nor a reason to log in again when its lease ran out long ago and no host can say more", async () => {
    const times = { iat: seconds() - 2 * hour, exp: seconds() - 2 * hour + 60, auth_time: seconds() - 2 * hour };
    expect((await ask(signToken(key, claims(times)))).status).toBe(503);
  });

  test("that names a user with a line break does not make a header of its own", async () => {
    const answer = await ask(signToken(key, claims({ sub: "alice\r\nX-Evil: yes", name: "A\r\nX-Evil: yes" })));
    expect(answer.body).not.toMatch(/"x-evil"/i);
  });

  test("that is right counts also beside wrong ones", async () => {
    const answer = await ask(`${signToken(stranger, claims())}; zerohop_session=${signToken(key, claims())}`);
    expect([200, 302]).toContain(answer.status);
    expect(answer.body).not.toContain("zerohop_session");
  });
});

function flipBit(token: string): string {
  const [header, payload, signature] = token.split(".") as [string, string, string];
  const bytes = Buffer.from(signature, "base64url");
  bytes[10]! ^= 1;
  return `${header}.${payload}.${bytes.toString("base64url")}`;
}
