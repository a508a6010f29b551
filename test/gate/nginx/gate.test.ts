// The gate in nginx: the attacks and failures that this host lets through by itself, and does not with this gate.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Header } from "../../../workshop/gate/proxy-wasm/headers.ts";
import type { NginxExchange } from "../../../workshop/gate/proxy-wasm/nginx/nginx-exchange.ts";
import { NginxProcess } from "../../../workshop/gate/proxy-wasm/nginx/nginx-process.ts";
import { signToken } from "../../../workshop/gate/tokens.ts";
import { browser, claims, NOW, portal, sessionCookie, sessionKey, token } from "../gate.ts";
import { gateFile, isPoll, publish, questions, setTime, startGate, startPolling } from "./gate.ts";

const app = "https://app.example.com/";
const names = ["remote-user", "remote-groups", "remote-name", "remote-email"];
const alice = sessionCookie(token());
const forged: Header[] = names.flatMap((name): Header[] => [
  [name, "evil"],
  [name.toUpperCase(), "evil too"],
  [name.replace("-", "_"), "evil"],
  [name.replace("-", "."), "evil"],
]);

function identityOf({ upstream }: NginxExchange): Record<string, string[]> {
  return Object.fromEntries(
    [...upstream].filter(([name]) => /^remote/.test(name)).map(([name]) => [name, upstream.all(name)]),
  );
}

const renewed = (seconds: number) =>
  `zerohop_session=${token({ sid: "one", iat: seconds, exp: seconds + 60 })}; Path=/; Secure; HttpOnly`;

describe("what goes upstream", () => {
  const nginx = startGate();

  test("is the identity of the session, each header once, and nothing the client says about itself", () => {
    for (const host of ["app", "public"]) {
      const exchange = nginx.request({ url: `https://${host}.example.com/`, headers: [...forged, alice, ...forged] });
      expect(identityOf(exchange)).toEqual({
        "remote-user": ["alice"],
        "remote-groups": ["admins,dev"],
        "remote-name": ["Alice Liddell"],
        "remote-email": ["alice@example.com"],
      });
    }
    expect(identityOf(nginx.request({ url: "https://public.example.com/", headers: forged }))).toEqual({});
  });

  test("has the headers of the cookie domain that the server declares, and nothing goes on where it does not", () => {
    const cookies = [
      {
        ...{ domain: "example.com", portal, name: "zerohop_session" },
        identity_headers: { user: ["X-WEBAUTH-USER"], email: ["X-Mail"] },
      },
    ];
    const gate = startGate({ cookies });
    const setHeaders = { "x-webauth-user": "zerohop_header_x_webauth_user", "x-mail": "zerohop_header_x_mail" };
    const evil: Header[] = ["X-WEBAUTH-USER", "x-mail", "x_mail"].map((name) => [name, "evil"]);
    const { upstream } = gate.request({ url: app, headers: [...evil, alice], setHeaders });
    expect(upstream.all("x-webauth-user")).toEqual(["alice"]);
    expect(upstream.all("x-mail")).toEqual(["alice@example.com"]);
    expect(upstream.get("remote-user")).toBe("alice");
    expect(upstream.get("proxy-authorization")).toBeUndefined();
    const open = gate.request({ url: "https://public.example.com/", headers: evil, setHeaders });
    expect(JSON.stringify([...open.upstream])).not.toContain("evil");
    for (const [header, variable] of Object.entries(setHeaders)) {
      const { [header]: _, ...others } = setHeaders as Record<string, string>;
      for (const url of [app, "https://public.example.com/", `${portal}/`])
        expect(gate.request({ url, headers: [...evil, alice], setHeaders: others }).status, variable).toBe(502);
    }
  });

  test("has no session in it, whatever line of Cookie it stood in", () => {
    const lines: Header[] = [["cookie", "a=1"], alice, ["cookie", "b=2"]];
    const { upstream } = nginx.request({ url: app, headers: lines });
    expect(upstream.all("cookie")).toEqual(["a=1; b=2"]);
    expect(nginx.request({ url: app, headers: [alice] }).upstream.all("cookie")).toEqual([]);
  });

  test("has the session where it goes to the portal itself", () => {
    const { upstream } = nginx.request({ url: `${portal}/`, headers: [alice, ...forged] });
    expect(upstream.get("cookie")).toBe(alice[1]);
    expect([...upstream].some(([name]) => name.startsWith("remote"))).toBe(false);
  });

  test("has an Authorization that is none of the gate's", () => {
    const headers: Header[] = [alice, ["authorization", "Bearer x"]];
    expect(nginx.request({ url: app, headers }).upstream.get("authorization")).toBe("Bearer x");
  });

  test("is decided by the path as it goes upstream, not as nginx decodes it", () => {
    const rules = [
      { domain: "app.example.com", policy: "bypass", resources: ["^/public/"] },
      { domain: "app.example.com", policy: "deny" },
    ];
    const gate = startGate({ policy: { default_policy: "deny", rules } });
    const status = (path: string) => gate.request({ url: `https://app.example.com${path}` }).status;
    expect(status("/public/x")).toBe(200);
    expect(status("/admin")).toBe(403);
    for (const path of ["/public/..%2fadmin", "/public/%2e%2e/admin", "/public/..;/admin", "/public%2f..%2fadmin"])
      expect(status(path), path).toBeGreaterThanOrEqual(400);
  });

  test("is decided with 300 header lines as with three", () => {
    const many = Array.from({ length: 300 }, (_, i): Header => [`x-${i}`, "y".repeat(100)]);
    const exchange = nginx.request({ url: app, headers: [...many, ...forged, alice] });
    expect(identityOf(exchange)["remote-user"]).toEqual(["alice"]);
    expect(nginx.request({ url: app, headers: [...many, ...forged] }).status).toBe(401);
    expect(nginx.traps).toEqual([]);
  });

  test("comes from the address of the connection", () => {
    const from = (source: string, headers: Header[] = []) =>
      nginx.request({ url: "https://office.example.com/", source, headers }).status;
    expect(from("203.0.113.9")).toBe(200);
    expect(from("198.51.100.1")).toBe(403);
    expect(from("198.51.100.1", [["x-forwarded-for", "203.0.113.9"]])).toBe(403);
  });
});

describe("a refusal", () => {
  test("is a login, a 403 or a 503 as in other proxies", () => {
    const nginx = startGate();
    const { outcome } = nginx.request({ url: `${app}a?b`, headers: [browser] });
    if (outcome.kind !== "answered") throw new Error(outcome.kind);
    expect(outcome.status).toBe(302);
    expect(outcome.headers.get("location")).toBe(`${portal}/?rd=${encodeURIComponent(`${app}a?b`)}&rm=GET`);
    expect(nginx.request({ url: "https://closed.example.com/" }).status).toBe(403);
    const broken = new NginxProcess({ filter: gateFile, now: NOW * 1000, configuration: "{" });
    expect(broken.request({ url: "https://public.example.com/" }).status).toBe(503);
    expect(broken.log).toEqual([expect.stringMatching(/^critical: zerohop: configuration: /)]);
  });
});

describe("a configuration whose host_cluster is no address", () => {
  test.each([
    "zerohop_host",
    "localhost:9091",
    "127.0.0.1",
    "::1:9091",
    "https://auth.example.com:443",
    "https://",
    "[::1]",
  ])("is refused, for its name would be looked up: %s", (host_cluster) => {
    const nginx = startPolling({}, { host_cluster }, 1, false);
    expect(nginx.log).toEqual([expect.stringMatching(/^critical: zerohop: configuration: host_cluster: must be/)]);
    expect([nginx.calls, nginx.request({ url: "https://public.example.com/" }).status]).toEqual([[], 503]);
  });

  test.each(["127.0.0.1:9091", "[::1]:9091", "https://[2001:db8::5]:443"])(
    "is taken when it is one: %s",
    (host_cluster) => {
      expect(startPolling({}, { host_cluster }, 1, false).log).toEqual([]);
    },
  );
});

test.each(["a\x01b", "\x7f"])("no user agent that the host can't read spoils a question: %j", (agent) => {
  const nginx = startPolling();
  setTime(nginx, NOW + 61);
  for (const sent of [agent, "curl"]) nginx.request({ url: app, headers: [alice, ["user-agent", sent]] });
  expect(questions(nginx).map((call) => call.headers.all("user-agent"))).toEqual([[], ["curl"]]);
});

test("whatever bytes come, there is an answer and no trap, and nobody passes without a session", () => {
  const nginx = startGate();
  const bytes = fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)) });
  const header = fc.tuple(
    fc.constantFrom(
      "cookie",
      "authorization",
      "proxy-authorization",
      "accept",
      "x-requested-with",
      "user-agent",
      "x-a",
    ),
    fc.oneof(
      bytes,
      bytes.map((value) => `zerohop_session=${value}`),
      bytes.map((value) => `Basic ${value}`),
    ),
  );
  fc.assert(
    fc.property(bytes, fc.array(header, { maxLength: 120 }), (path, headers) => {
      const exchange = nginx.request({ url: `https://app.example.com/${path}`, headers });
      expect(exchange.status).not.toBe(200);
      expect(nginx.traps).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

describe("a server that lacks a variable", () => {
  test.each(["zerohop_gate", "zerohop_user", "zerohop_groups", "zerohop_cookie", "zerohop_upstream"])(
    "lets nobody in without $%s",
    (name) => {
      const nginx = startGate();
      const headers: Header[] = [["cookie", `a=1; ${alice[1]}`]];
      expect(nginx.request({ url: app, headers, unset: [name] }).status).toBeGreaterThanOrEqual(500);
      expect(nginx.request({ url: app, headers }).status).toBe(200);
    },
  );
});

describe("the bundle", () => {
  test("is fetched by each worker for itself, and at once when there is a newer one", () => {
    const nginx = startPolling();
    const headers = [sessionCookie(token({ sid: "one" }))];
    expect(nginx.request({ url: app, headers }).status).toBe(200);
    publish(nginx, { version: 2, revoked_sessions: ["one"] });
    expect(nginx.request({ url: app, headers }).status).toBe(401);
    expect(nginx.calls.filter(isPoll)).toHaveLength(1);
  });

  test("is asked for again when a poll fails, and when it is never heard of again", () => {
    const nginx = startPolling();
    nginx.calls.find(isPoll)!.fail();
    nginx.advance(1000);
    expect(nginx.calls.filter(isPoll)).toHaveLength(1);
    nginx.calls.find(isPoll)!.failUnheard();
    nginx.advance(60_000);
    expect(nginx.calls.filter(isPoll)).toHaveLength(1);
  });

  test("is one for all proxy_wasm lines of the module, with one tick", () => {
    expect(startPolling({}, {}, 3).traps).toEqual([]);
  });

  test("comes over TLS where the address says so", () => {
    const host = { host_cluster: "https://203.0.113.5:443", host_authority: "auth.example.com:8443" };
    const { address, headers } = startPolling({}, host).calls.find(isPoll)!;
    expect([address, headers.get(":scheme")]).toEqual(["203.0.113.5:443", "https"]);
    // The name by which the certificate is verified.
    expect(headers.get(":authority")).toBe("auth.example.com");
  });
});

describe("a lease", () => {
  const session = sessionCookie(token({ sid: "one" }));
  const start = () => startPolling({ outage_grace: 900 });

  test("in its second half is renewed before the request goes on, and the response brings the cookie", () => {
    const nginx = start();
    setTime(nginx, NOW + 46);
    const exchange = nginx.request({ url: app, headers: [session] });
    expect(exchange.outcome.kind).toBe("paused");
    const cookie = renewed(NOW + 46);
    questions(nginx)[0]!.respond(204, [["set-cookie", cookie]]);
    expect(exchange.outcome).toMatchObject({ kind: "upstream", name: "application", setCookie: cookie });
    expect(exchange.upstream.get("remote-user")).toBe("alice");
  });

  test("whose new cookie the server has no variable for lets its request nowhere", () => {
    const nginx = start();
    setTime(nginx, NOW + 46);
    const unset = ["zerohop_set_cookie"];
    const exchange = nginx.request({ url: app, headers: [session], unset });
    questions(nginx)[0]!.respond(204, [["set-cookie", renewed(NOW + 46)]]);
    expect(exchange.status).toBe(502);
    expect(start().request({ url: app, headers: [session], unset }).status).toBe(200);
  });

  test("that ran out is asked about by each request, for none resumes another", () => {
    const nginx = start();
    setTime(nginx, NOW + 61);
    const both = [1, 2].map(() => nginx.request({ url: app, headers: [session] }));
    expect(questions(nginx)).toHaveLength(2);
    for (const call of questions(nginx)) call.respond(204, [["set-cookie", renewed(NOW + 61)]]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
  });

  test("that makes way for others while the host is asked about it is asked about once more", () => {
    const nginx = startPolling({}, { cache_bytes: 512 * 1024 });
    setTime(nginx, NOW + 61);
    const exchange = nginx.request({ url: app, headers: [session] });
    for (let i = 0; i < 3000; i++)
      nginx.request({ url: app, headers: [sessionCookie(token({ sid: `${i}`, iat: NOW + 61, exp: NOW + 121 }))] });
    for (let round = 0; round < 2; round++) {
      expect(exchange.outcome.kind).toBe("paused");
      questions(nginx)[0]!.respond(204, [["set-cookie", renewed(NOW + 61)]]);
    }
    expect(exchange.status).toBe(200);
  });

  test("of an ended session lets nobody in", () => {
    const nginx = start();
    setTime(nginx, NOW + 61);
    const exchange = nginx.request({ url: app, headers: [session] });
    questions(nginx)[0]!.respond(410);
    expect(exchange.status).toBe(401);
  });

  test("is stretched while the host does not answer, and the next request does not wait", () => {
    const nginx = start();
    setTime(nginx, NOW + 61);
    const first = nginx.request({ url: app, headers: [session] });
    questions(nginx)[0]!.fail();
    expect(first.status).toBe(200);
    expect(nginx.request({ url: app, headers: [session] }).status).toBe(200);
  });

  test("leads nowhere when the call fails and nobody tells the gate", () => {
    const nginx = start();
    setTime(nginx, NOW + 61);
    const exchange = nginx.request({ url: app, headers: [session] });
    questions(nginx)[0]!.failUnheard();
    expect(exchange.status).toBe(502);
  });

  test("would lead on in a server that names the upstream beforehand: the host fails open by itself", () => {
    const nginx = start();
    setTime(nginx, NOW + 61);
    const headers = [sessionCookie(token({ sid: "one", sub: "mallory" }))];
    const exchange = nginx.request({ url: app, headers, gate: "application" });
    questions(nginx)[0]!.failUnheard();
    expect(exchange.status).toBe(200);
  });

  test("can be asked about after a hundred clients went away in the middle", () => {
    const nginx = start();
    setTime(nginx, NOW + 61);
    for (let i = 0; i < 200; i++) {
      const exchange = nginx.request({ url: app, headers: [session] });
      if (exchange.outcome.kind === "paused") nginx.abort(exchange);
      if (i % 20 === 0) nginx.advance(50);
    }
    nginx.advance(10_000);
    expect(nginx.request({ url: app, headers: [session] }).outcome.kind).toBe("paused");
    expect(questions(nginx)).toHaveLength(1);
  });
});

describe("Basic credentials", () => {
  const cookies = [{ domain: "example.com", portal, name: "zerohop_session", basic: ["authorization"] }];
  const headers: Header[] = [["authorization", `Basic ${Buffer.from("alice:demo").toString("base64")}`]];
  const vouching = () =>
    signToken(sessionKey, claims({ exp: NOW + 60, session_exp: NOW + 60 }), { typ: "zerohop-basic+jwt" });

  test("are asked about, then believed, and do not go upstream", () => {
    const nginx = startPolling({ cookies });
    const exchange = nginx.request({ url: app, headers });
    expect(exchange.outcome.kind).toBe("paused");
    questions(nginx)[0]!.respond(200, [], vouching());
    expect(exchange.upstream.get("remote-user")).toBe("alice");
    expect(exchange.upstream.get("authorization")).toBeUndefined();
    expect(nginx.request({ url: app, headers }).status).toBe(200);
  });

  test("are asked about again for a client of another address, which the host may have banned", () => {
    const nginx = startPolling({ cookies });
    nginx.request({ url: app, headers });
    questions(nginx)[0]!.respond(200, [], vouching());
    const guess = nginx.request({ url: app, source: "198.51.100.66", headers });
    expect(guess.outcome.kind).toBe("paused");
    questions(nginx).at(-1)!.respond(403);
    expect(guess.status).toBe(401);
    expect(nginx.request({ url: app, headers }).status).toBe(200);
  });

  test("let nobody in when they are bad, when the host errs, and when it is away", () => {
    for (const answer of [403, 500, 0]) {
      const nginx = startPolling({ cookies });
      const exchange = nginx.request({ url: app, headers });
      const [call] = questions(nginx);
      if (answer) call!.respond(answer);
      else call!.fail();
      expect([401, 503]).toContain(exchange.status);
    }
  });
});
