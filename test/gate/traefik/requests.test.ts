// What becomes of a request in the plugin, and what the backend gets of it.
import { describe, expect, test } from "vitest";
import type { Header } from "../../../workshop/gate/proxy-wasm/headers.ts";
import { browser, bundle, NOW, portal, rootKey, signBundle, token } from "../gate.ts";
import { app, session, startPlugin, startWith, userOf, visit } from "./plugin.ts";

const host = startPlugin();
const at = (name: string, path = "/") => `https://${name}.example.com${path}`;
const login = (url: string, method = "GET") => `${portal}/?rd=${encodeURIComponent(url)}&rm=${method}`;

describe("a request", () => {
  test.each([
    ["nobody's to a public page", at("public"), [], 200],
    ["a user's", app, [session()], 200],
    ["a user's outside the group", at("admin"), [session({ groups: ["dev"] })], 403],
    ["a user's with one factor of two", at("two"), [session()], 401],
    ["a user's to a closed page", at("closed"), [session()], 403],
    ["nobody's", app, [], 401],
    ["a browser's without a session", app, [browser], 302],
    ["an XHR without a session", app, [browser, ["x-requested-with", "XMLHttpRequest"]], 401],
    ["to a host outside the domains", "https://example.net/", [], 400],
    ["to the portal", `${portal}/`, [], 200],
    ["over plain HTTP", app.replace("https", "http"), [session()], 400],
    ["a WebSocket's", app.replace("https", "wss"), [session()], 200],
  ] as const)("%s", (_name, url, headers, status) => {
    expect(visit(host, url, headers).status).toBe(status);
  });

  test("that needs a login is sent to the portal with the way back and the method", () => {
    const url = `${app}a/b?c=d`;
    expect(visit(host, url, [browser]).location).toBe(login(url));
    const post = visit(host, url, [browser], "POST");
    expect([post.status, post.location]).toEqual([303, login(url, "POST")]);
  });

  test("that is refused gets a page or JSON, with the headers that belong to it, and HEAD no body", () => {
    const { answer } = visit(host, at("closed"), [browser]);
    expect(answer!.body).toContain("<h1>Access denied</h1>");
    expect([...answer!.headers].map(([name]) => name).sort()).toEqual([
      "Cache-Control",
      "Content-Security-Policy",
      "Content-Type",
      "Vary",
      "X-Content-Type-Options",
    ]);
    expect(visit(host, at("closed")).answer!.body).toBe('{"status":403,"error":"forbidden"}');
    expect(visit(host, at("closed"), [browser], "HEAD").answer!.body).toBe("");
  });

  test.each(["/a/../b", "//a", "/%2e%2e/b", "/a%2f..%2fb", "/a/..%5cb", "/%zz", "/%00", "/%252e", "/a\\b", "/..;/a"])(
    "with the path %s is refused",
    (path) => expect(visit(host, at("app", path), [session()]).status).toBe(400),
  );

  test("is decided with every `;` of its query as the `&` that Traefik makes of it", () => {
    const rules = [
      { domain: "app.example.com", policy: "bypass", query: [[{ key: "admin", operator: "absent" }]] },
      { domain: "app.example.com", policy: "deny" },
    ];
    const strict = startPlugin({ policy: { default_policy: "deny", rules } });
    expect(visit(strict, `${app}?a=1`).status).toBe(200);
    expect(visit(strict, `${app}?a=1&admin=1`).status).toBe(403);
    expect(visit(strict, `${app}?a=1;admin=1`).status).toBe(403);
  });

  test.each([
    ["websocket", ["websocket"]],
    ["WebSocket", ["WebSocket"]],
    ["h2c", []],
    ["websocket, h2c", []],
    ["websocket/13", []],
    ["", []],
  ])("asks the application for a WebSocket and no other protocol (%j)", (value, passed) => {
    for (const url of [app, at("public"), `${portal}/`]) {
      const headers: Header[] = [["Upgrade", value], ["HTTP2-Settings", "AAQAAP__"], session()];
      const { upstream } = visit(host, url, headers);
      expect([upstream.all("upgrade"), upstream.all("http2-settings")], url).toEqual([passed, []]);
    }
  });

  test("asks for none where several lines of the header name one each", () => {
    const headers: Header[] = [
      ["Upgrade", "websocket"],
      ["Upgrade", "h2c"],
    ];
    expect(visit(host, at("public"), headers).upstream.all("upgrade")).toEqual([]);
  });

  test("comes from the connection's address, whatever a client says", () => {
    const from = (source: string, headers: Header[] = [], plugin = host, isTrusted = false) =>
      plugin.request({ url: at("office"), source, headers, isTrusted }).status;
    const forged: Header[] = [["x-forwarded-for", "203.0.113.9"]];
    expect(from("203.0.113.9:1234")).toBe(200);
    expect(from("[2001:db8::1]:1234")).toBe(403);
    expect(from("198.51.100.1:1234", forged)).toBe(403);
    expect(from("198.51.100.1:1234", forged, host, true)).toBe(403);
    const behind = startPlugin({}, { trusted_proxies: ["198.51.100.0/24"] });
    expect(from("198.51.100.1:1234", forged, behind, true)).toBe(200);
    expect(from("198.51.100.1:1234", [["x-forwarded-for", "203.0.113.9, 192.0.2.1"]], behind, true)).toBe(403);
    expect(from("203.0.113.9:1234", [["x-forwarded-for", "192.0.2.1"]], behind, true)).toBe(200);
  });
});

describe("the backend", () => {
  const forged: Header[] = ["User", "Groups", "Name", "Email"].flatMap((part) =>
    ["-", "_", ".", "~", "!"].flatMap((separator): Header[] => [
      [`Remote${separator}${part}`, "evil"],
      [`REMOTE${separator}${part.toUpperCase()}`, "evil"],
    ]),
  );
  const identityOf = (headers: readonly Header[], url: string) =>
    [...visit(host, url, headers).upstream].filter(([name]) => /^remote/i.test(name));

  test("is told who is asking, and by nobody but the plugin", () => {
    const alice = [
      ["Remote-User", "alice"],
      ["Remote-Groups", "admins,dev"],
      ["Remote-Name", "Alice Liddell"],
      ["Remote-Email", "alice@example.com"],
    ];
    for (const url of [app, at("public")]) expect(identityOf([...forged, session(), ...forged], url)).toEqual(alice);
    expect(identityOf(forged, at("public"))).toEqual([]);
    expect(identityOf(forged, `${portal}/`)).toEqual([]);
  });

  test("never gets the session, and every other byte of the cookies", () => {
    const cookiesOf = (...lines: string[]) =>
      visit(host, app, [...lines.map((line): Header => ["cookie", line]), session()]).upstream.all("cookie");
    expect(cookiesOf()).toEqual([]);
    expect(cookiesOf("a=1; b=2")).toEqual(["a=1; b=2"]);
    const mine = `zerohop_session=${token()}`;
    const whole = visit(host, app, [["cookie", `a=\xe9;  ${mine};b="2"; zerohop_session=x`]]);
    expect(whole.upstream.all("cookie")).toEqual(['a=\xe9; b="2"'].map((line) => line.replace("; b", ";b")));
    expect(userOf(whole)).toBe("alice");
  });

  test("the portal gets the session where it goes to the portal itself", () => {
    const cookie = session();
    expect(visit(host, `${portal}/`, [cookie]).upstream.get("cookie")).toBe(cookie[1]);
  });

  test("gets no Basic credentials that were meant for the gate, unless the domain forwards them, and any other scheme", () => {
    const domain = { domain: "example.com", portal, name: "zerohop_session" };
    const seen = (basic: string[], value = "Basic YTpi") =>
      visit(startPlugin({ cookies: [{ ...domain, basic }] }), app, [session(), ["authorization", value]]).upstream.get(
        "authorization",
      );
    expect(seen(["authorization"])).toBeUndefined();
    expect(seen(["proxy_authorization"])).toBe("Basic YTpi");
    expect(seen(["authorization", "forward"])).toBe("Basic YTpi");
    expect(seen(["authorization"], "Bearer x")).toBe("Bearer x");
    const twice = startPlugin({ cookies: [{ ...domain, basic: ["authorization"] }] });
    const headers = [session(), ["authorization", "Bearer x"], ["authorization", "Basic YTpi"]] as const;
    for (const url of [app, at("public"), `${portal}/`]) expect(visit(twice, url, headers).status, url).toBe(400);
  });

  test("gets no Proxy-Authorization that the cookie domain takes, and its own Authorization beside it", () => {
    const cookies = [{ domain: "example.com", portal, name: "zerohop_session", basic: ["proxy_authorization"] }];
    const proxys: Header[] = [session(), ["proxy-authorization", "Basic YTpi"]];
    for (const own of [[], ["Bearer x"]]) {
      const headers = [...proxys, ...own.map((value): Header => ["authorization", value])];
      const { upstream } = visit(startPlugin({ cookies }), app, headers);
      expect([upstream.all("proxy-authorization"), upstream.all("authorization")]).toEqual([[], own]);
    }
  });

  test("gets no header that it could fold into one of those that tell of the way here", () => {
    const odd = ["X.Forwarded.For", "x_real-ip", "X-Original.URL"].map((name): Header => [name, "evil"]);
    for (const url of [app, at("public"), `${portal}/`]) {
      const { upstream } = visit(host, url, [session(), ...odd]);
      expect(
        odd.flatMap(([name]) => upstream.all(name)),
        url,
      ).toEqual([]);
    }
  });

  test("is not reached by credentials alone, and no challenge is given that nobody could meet", () => {
    const rules = [{ domain: "app.example.com", policy: "one_factor", basic: "challenge" }];
    const cookies = [{ domain: "example.com", portal, name: "zerohop_session", basic: ["authorization"] }];
    const plugin = startPlugin({ cookies, policy: { default_policy: "deny", rules } });
    const { answer } = visit(plugin, app, [["authorization", "Basic YTpi"]]);
    expect(answer!.status).toBe(401);
    expect(answer!.headers.get("www-authenticate")).toBeUndefined();
  });
});

describe("what a request costs", () => {
  test("is eleven host calls for a user's whose session is known, and five for nobody's to a public page", () => {
    const headers = [browser, session()];
    visit(host, app, headers);
    expect(visit(host, app, headers).hostCalls).toEqual([
      "get_header_names",
      "get_method",
      "get_uri",
      "get_header_values",
      "get_header_values",
      "get_header_values",
      "remove_header",
      ...["add_header_value", "add_header_value", "add_header_value", "add_header_value"],
    ]);
    expect(visit(host, at("public"), [browser]).hostCalls).toHaveLength(5);
  });
});

describe("instances", () => {
  test("decide each for itself while a response is under way", () => {
    const plugin = startPlugin();
    const open = Array.from({ length: 5 }, () => plugin.open({ url: app, headers: [session()] }));
    expect(open.map(({ exchange }) => exchange.status)).toEqual([200, 200, 200, 200, 200]);
    for (const { finish } of open) finish();
    expect(plugin.instances).toHaveLength(5);
    expect(visit(plugin, app).status).toBe(401);
    expect(plugin.instances).toHaveLength(5);
  });
});

describe("the configuration", () => {
  test.each([
    ["{", "configuration: "],
    ["[]", "must be a mapping"],
    [{}, "either bundle_file or bundle is needed"],
    [{ bundle_file: "/zerohop/x" }, "root_keys is needed"],
    [{ bundel: {} }, "unknown key bundel; allowed are root_keys, bundle_file,"],
    [{ bundle: {} }, "not a bundle"],
    [{ bundle: "a.b.c" }, "not signed by a root key"],
    [{ bundle: {}, max_stale: -1 }, "max_stale"],
    [{ bundle: {}, cache_bytes: 1 }, "cache_bytes"],
    [{ bundle: {}, trusted_proxies: ["x"] }, "trusted_proxies"],
  ])("%j is answered with 503, and one log line tells why", (configuration, complaint) => {
    const plugin = startWith(configuration);
    expect(plugin.log).toEqual([expect.stringContaining(complaint)]);
    expect(plugin.log[0]).toMatch(/^error: zerohop: /);
    for (const url of [app, at("public"), `${portal}/`]) expect(visit(plugin, url, [session()]).status).toBe(503);
    expect(plugin.log).toHaveLength(1);
  });

  test.each([
    [200, bundle({ version: "1", iat: "0", outage_grace: "900", revoked_sessions: "", not_before: "" })],
    [401, bundle({ version: "1", iat: "0", keys: "", not_before: { "a&b": "5" } })],
    [200, bundle({ version: "1", iat: "0", policy: { default_policy: "one_factor", networks: "", rules: "" } })],
  ])("may have its bundle in the shape that Traefik makes of one in a file: %i, %j", (status, content) => {
    const plugin = startWith(JSON.stringify({ bundle: content }).replace("&", "\\u0026"));
    expect(plugin.log).toEqual([]);
    expect(visit(plugin, app, [session()]).status).toBe(status);
  });

  test("takes no such shape of what is signed, and no text that is no number", () => {
    for (const content of [{ version: "x" }, { version: "" }, { version: '"1' }, { keys: "x" }, { not_before: "[]" }])
      expect(startWith({ bundle: bundle(content) }).log).toEqual([expect.stringContaining("not a bundle")]);
    const root_keys = [{ kid: rootKey.kid, x: rootKey.x }];
    const signed = startWith({ root_keys, bundle: signBundle(bundle({ version: "1" })) });
    expect(signed.log).toEqual([expect.stringContaining("not a bundle")]);
  });

  test("may have its numbers as texts, as they come from container labels", () => {
    const plugin = startPlugin({}, { max_stale: "600", cache_bytes: "600000" });
    expect(visit(plugin, at("public")).status).toBe(200);
    plugin.now = NOW + 601;
    expect(visit(plugin, at("public")).status).toBe(503);
    expect(startPlugin({}, { max_stale: "6OO" }).log).toHaveLength(1);
  });
});
