// What the host's allowance says of the client's credentials: a password of the portal stays with the proxy, whatever belongs to
// the application goes on.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { configText } from "../../../../workshop/host/files.ts";
import { type Answer, ask, logIn, startHost, type TestHost } from "../../../../workshop/host/in-process.ts";

type Headers = Readonly<Record<string, string>>;

const password = `Basic ${Buffer.from("alice:demo").toString("base64")}`;
const authority = (host: string) => `${host}.example.com`;

const endpoints: Readonly<Record<string, (host: TestHost, name: string, headers: Headers) => Promise<Answer>>> = {
  "forward-auth": (host, name, headers) =>
    host.get("/api/authz/forward-auth", {
      ...{ "X-Forwarded-Method": "GET", "X-Forwarded-Proto": "https", "X-Forwarded-Host": authority(name) },
      ...{ "X-Forwarded-URI": "/", ...headers },
    }),
  "auth-request": (host, name, headers) =>
    host.get("/api/authz/auth-request", {
      ...{ "X-Original-Method": "GET", "X-Original-URL": `https://${authority(name)}/`, ...headers },
    }),
  "ext-authz": (host, name, headers) =>
    ask(`${host.url}/api/authz/ext-authz/`, {
      headers: { host: authority(name), "X-Forwarded-Proto": "https", ...headers },
    }),
  verify: (host, name, headers) =>
    host.get("/api/verify", { "X-Original-URL": `https://${authority(name)}/`, ...headers }),
  "verify?auth=basic": (host, name, headers) =>
    host.get("/api/verify?auth=basic", { "X-Original-URL": `https://${authority(name)}/`, ...headers }),
};

/** What of Authorization and Proxy-Authorization a proxy passes on by this answer. */
function onward({ status, headers }: Answer, endpoint: string, sent: Headers): readonly string[] {
  expect(status).toBe(200);
  const names = ["authorization", "proxy-authorization"].filter((name) => sent[name] !== undefined);
  const listed = (name: string) => String(headers[name] ?? "").split(/, ?/);
  switch (endpoint) {
    case "forward-auth":
      for (const name of names) expect([undefined, sent[name]]).toContain(headers[name]);
      return names.filter((name) => headers[name] !== undefined);
    case "ext-authz":
      return names.filter((name) => !listed("x-envoy-auth-headers-to-remove").includes(name));
    default:
      return names.filter((name) => listed("x-zerohop-onward").includes(name));
  }
}

const changed = (from: string, to: string) => configText.replace(from, to);
const forwarding = changed(
  "    - domain: example.com\n",
  "    - domain: example.com\n      basic: { forward: true }\n",
);
const off = changed(
  "app.example.com\n      policy: one_factor",
  "app.example.com\n      policy: one_factor\n      basic: off",
);

test.each(Object.entries(endpoints))(
  "%s lets only the application's own credentials go on",
  async (endpoint, asked) => {
    const host = await startHost();
    const cookie = await logIn(host);
    const seen = async (name: string, headers: Headers) => onward(await asked(host, name, headers), endpoint, headers);
    for (const authorization of ["Bearer x", "bearer x", "Basically no"])
      expect(await seen("public", { authorization }), authorization).toEqual(["authorization"]);
    expect(await seen("public", { authorization: "Digest username=a" })).toEqual(["authorization"]);
    expect(await seen("public", { "proxy-authorization": "Bearer x" })).toEqual([]);
    const isTheirs = endpoint === "verify";
    if (endpoint !== "verify?auth=basic")
      expect(await seen("app", { cookie, authorization: "Bearer x" })).toEqual(["authorization"]);
    const kept = isTheirs ? ["authorization"] : [];
    for (const authorization of [password, password.replace("Basic", "bASIC "), "Basic wrong", "Basic !"])
      expect(await seen("public", { authorization }), authorization).toEqual(kept);
    if (!isTheirs) expect(await seen("app", { authorization: password })).toEqual([]);
    // With auth=basic a Bearer token is a wrong credential.
    if (endpoint !== "verify?auth=basic")
      expect(await seen("app", { "proxy-authorization": password, authorization: "Bearer x" })).toEqual([
        "authorization",
      ]);
  },
);

test.each(Object.entries(endpoints))(
  "%s lets all go on where the cookie domain forwards them",
  async (endpoint, asked) => {
    const host = await startHost({ text: forwarding });
    const headers = { authorization: "Basic wrong", "proxy-authorization": password };
    expect(onward(await asked(host, "public", headers), endpoint, headers)).toEqual(Object.keys(headers));
  },
);

test("a rule with basic: off leaves Authorization to the application, and the cookie tells who is asking", async () => {
  const host = await startHost({ text: off });
  const cookie = await logIn(host, "bob");
  for (const endpoint of ["forward-auth", "auth-request", "ext-authz"]) {
    const headers = { cookie, authorization: password, "proxy-authorization": password };
    const answer = await endpoints[endpoint]!(host, "app", headers);
    expect(answer.headers["remote-user"]).toBe("bob");
    expect(onward(answer, endpoint, headers)).toEqual(["authorization"]);
    expect((await endpoints[endpoint]!(host, "app", { authorization: password })).status).toBe(401);
  }
});

test("a password that has logged somebody in stays with the proxy, also under a rule that leaves the header to the application", async () => {
  const another = `    - domain: app.example.com
      policy: two_factor
      subject: user:bob
    - domain: app.example.com
      policy: one_factor
      basic: off`;
  const host = await startHost({ text: changed("    - domain: app.example.com\n      policy: one_factor", another) });
  for (const endpoint of ["forward-auth", "auth-request", "ext-authz", "verify?auth=basic"]) {
    const headers = { authorization: password };
    const answer = await endpoints[endpoint]!(host, "app", headers);
    expect(answer.headers["remote-user"], endpoint).toBe("alice");
    expect(onward(answer, endpoint, headers), endpoint).toEqual([]);
  }
});

test("a scheme that only the application knows does not log out who has a session", async () => {
  const host = await startHost();
  const cookie = await logIn(host, "bob");
  const own = ["token abc", "Digest username=bob", "Negotiate YII=", 'MediaBrowser Client="x", Token="y"'];
  for (const endpoint of ["forward-auth", "auth-request", "ext-authz"])
    for (const authorization of own) {
      const headers = { cookie, authorization };
      const answer = await endpoints[endpoint]!(host, "app", headers);
      expect([answer.status, answer.headers["remote-user"]], `${endpoint} ${authorization}`).toEqual([200, "bob"]);
      expect(onward(answer, endpoint, headers)).toEqual(["authorization"]);
      const strangers = await endpoints[endpoint]!(host, "app", { authorization, cookie: "zerohop_session=a.b.c" });
      expect([strangers.status, strangers.headers["www-authenticate"]]).toEqual([
        401,
        'Basic realm="Authorization Required"',
      ]);
    }
});

test("a rule with basic: challenge asks for credentials, and sends nobody to the portal", async () => {
  const host = await startHost({ text: off.replace("basic: off", "basic: challenge") });
  for (const endpoint of ["forward-auth", "auth-request", "ext-authz"]) {
    const { status, headers } = await endpoints[endpoint]!(host, "app", { accept: "text/html" });
    expect([status, headers.location]).toEqual([401, undefined]);
    expect(headers["www-authenticate"]).toMatch(/^Basic /);
    expect((await endpoints[endpoint]!(host, "app", { authorization: password })).status).toBe(200);
  }
});

test.each(Object.entries(endpoints))("%s refuses two lines of one credential", async (endpoint, asked) => {
  const host = await startHost();
  for (const name of ["authorization", "Proxy-Authorization"]) {
    const two = { [name]: ["Bearer x", "Bearer y"] as unknown as string };
    expect((await asked(host, "public", two)).status, name).toBe(endpoint.startsWith("verify") ? 401 : 400);
  }
});

test("an allowance without credentials has no word about them", async () => {
  const host = await startHost();
  for (const [endpoint, asked] of Object.entries(endpoints)) {
    const { headers } = await asked(host, "public", {});
    for (const name of ["authorization", "x-zerohop-onward"]) expect(headers[name], endpoint).toBeUndefined();
    expect(headers["x-envoy-auth-headers-to-remove"] ?? "", endpoint).not.toContain("authorization");
  }
});

test("a domain's further identity headers are in every answer, and taken out of the clients' requests to all domains", async () => {
  const two = changed(
    "    - domain: example.com\n",
    "    - { domain: example.org, portal_url: https://auth.example.org, identity_headers: { user: [X-Org-User] } }\n" +
      "    - domain: example.com\n      identity_headers: { user: [X-WEBAUTH-USER, X-User], groups: [X-Groups], email: [X-Mail] }\n",
  );
  const host = await startHost({ text: two });
  const cookie = await logIn(host);
  for (const endpoint of ["forward-auth", "auth-request", "ext-authz", "verify"]) {
    const known = await endpoints[endpoint]!(host, "app", { cookie });
    const unknown = await endpoints[endpoint]!(host, "public", {});
    expect([known.status, unknown.status]).toEqual([200, 200]);
    expect(known.headers, endpoint).toMatchObject({
      ...{ "remote-user": "alice", "x-webauth-user": "alice", "x-user": "alice", "x-groups": "admins,dev" },
      "x-mail": known.headers["remote-email"],
    });
    expect(known.headers["x-org-user"]).toBeUndefined();
    for (const name of ["x-webauth-user", "x-user", "x-org-user"]) expect(unknown.headers[name]).toBeUndefined();
    if (endpoint !== "ext-authz") continue;
    const removed = ({ headers }: Answer) => String(headers["x-envoy-auth-headers-to-remove"]).split(",");
    expect(removed(known)).toEqual(
      expect.arrayContaining(["x-org-user", "x_org_user", "x.webauth.user", "remote_user"]),
    );
    for (const name of ["x-webauth-user", "x-mail", "remote-user"]) expect(removed(known)).not.toContain(name);
    expect(removed(unknown)).toEqual(expect.arrayContaining(["x-org-user", "x-webauth-user", "x_mail", "remote-name"]));
  }
});

describe("basic.headers", () => {
  const named = (headers: string) =>
    changed("    - domain: example.com\n", `    - domain: example.com\n      basic: { headers: ${headers} }\n`);
  const asking = ["forward-auth", "auth-request", "ext-authz"];

  test("of none leaves every credential to the application, and has none asked for", async () => {
    const host = await startHost({ text: named("[]") });
    const cookie = await logIn(host, "bob");
    for (const endpoint of asking)
      for (const name of ["authorization", "proxy-authorization"])
        for (const value of [password, "Digest username=alice"]) {
          const headers = { cookie, [name]: value };
          const answer = await endpoints[endpoint]!(host, "app", headers);
          expect([endpoint, value, answer.headers["remote-user"]]).toEqual([endpoint, value, "bob"]);
          expect(onward(answer, endpoint, headers)).toEqual([name]);
          const stranger = await endpoints[endpoint]!(host, "app", { [name]: value, accept: "text/html" });
          expect(stranger.headers.location, `${endpoint} ${value}`).toMatch(/^https:\/\/auth\.example\.com\/\?rd=/);
        }
  });

  test("of one takes credentials from that one alone", async () => {
    const host = await startHost({ text: named("[proxy_authorization]") });
    const cookie = await logIn(host, "bob");
    for (const endpoint of asking) {
      const user = async (headers: Headers) =>
        (await endpoints[endpoint]!(host, "app", { cookie, ...headers })).headers["remote-user"];
      expect(await user({ authorization: password })).toBe("bob");
      expect(await user({ "proxy-authorization": password })).toBe("alice");
    }
  });
});

test("a credential is believed without the database for a minute, and not after its user's sessions were ended", async () => {
  const host = await startHost();
  const status = async () => (await endpoints["auth-request"]!(host, "app", { authorization: password })).status;
  expect(await status()).toBe(200);
  const file = join(host.folder, "users.yml");
  writeFileSync(file, readFileSync(file, "utf8").replace("  alice:\n", "  alice:\n    disabled: true\n"));
  await expect.poll(status, { timeout: 20_000 }).toBe(401);
});
