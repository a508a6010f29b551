// The bundle in a mounted file: read again when it changes, by each instance for itself, and never believed for where it lies.
import { describe, expect, test } from "vitest";
import { MountedFolder } from "../../../workshop/gate/http-wasm/mounted-folder.ts";
import { newSessionKey } from "../../../workshop/gate/tokens.ts";
import { bundle, NOW, rootKey, signBundle } from "../gate.ts";
import { app, fileConfiguration, publish, session, startWith, startWithFile, visit } from "./plugin.ts";

const one = session({ sid: "one" });

describe("a bundle file", () => {
  test("that is replaced is in force at every instance with its next request, 50 ms on", () => {
    const host = startWithFile();
    const open = [1, 2, 3].map(() => host.open({ url: app, headers: [one] }));
    expect(open.map(({ exchange }) => exchange.status)).toEqual([200, 200, 200]);
    for (const { finish } of open) finish();
    publish(host, { version: 2, revoked_sessions: ["one"] });
    const later = [1, 2, 3].map(() => host.open({ url: app, headers: [one] }));
    expect(later.map(({ exchange }) => exchange.status)).toEqual([401, 401, 401]);
    expect(host.instances).toHaveLength(3);
    expect(host.log).toEqual([]);
  });

  test("is looked at every 50 ms at most, and read when it is another one", () => {
    const host = startWithFile();
    for (let i = 0; i < 100; i++) visit(host, app, [one]);
    expect([host.folder.looks, host.folder.opens]).toEqual([1, 1]);
    for (let i = 0; i < 100; i++) {
      host.now! += 0.01;
      visit(host, app, [one]);
    }
    expect(host.folder.looks).toBeLessThanOrEqual(21);
    expect(host.folder.opens).toBe(1);
  });

  test("is believed until it is as old as max_stale, and again when it is fresh", () => {
    const host = startWithFile();
    const later = session({ exp: NOW + 9000, session_exp: NOW + 9000 });
    host.now = NOW + 3600;
    expect(visit(host, app, [later]).status).toBe(200);
    host.now = NOW + 3601;
    expect(visit(host, app, [later]).status).toBe(503);
    publish(host, { iat: NOW + 3600 });
    expect(visit(host, app, [later]).status).toBe(200);
  });

  test("does not take an instance back to an older bundle, which is said in the log", () => {
    const host = startWithFile({ version: 5, revoked_sessions: ["one"] });
    expect(visit(host, app, [one]).status).toBe(401);
    publish(host, { version: 4 });
    expect(visit(host, app, [one]).status).toBe(401);
    publish(host, { version: 5, iat: NOW - 1 });
    expect(visit(host, app, [one]).status).toBe(401);
    expect(host.log).toEqual(
      Array(2).fill(expect.stringMatching(/^error: .*is rejected: older than the one in force$/)),
    );
  });

  test.each([
    ["signed by another key", signBundle(bundle({ version: 9 }), newSessionKey())],
    ["of another type", signBundle(bundle({ version: 9 }), rootKey, { typ: "JWT" })],
    ["without a signature", JSON.stringify(bundle({ version: 9 }))],
    ["cut short", signBundle(bundle({ version: 9 })).slice(0, 500)],
    ["empty", ""],
    ["with a policy that does not compile", signBundle(bundle({ version: 9, policy: { rules: 1 } }))],
    ["not a bundle", signBundle({ version: 9 })],
  ])("%s is not taken, and said in the log once", (_name, content) => {
    const host = startWithFile();
    expect(visit(host, app, [one]).status).toBe(200);
    host.folder.write("bundle.jws", content);
    for (let i = 0; i < 5; i++) {
      host.now! += 0.1;
      expect(visit(host, app, [one]).status).toBe(200);
    }
    expect(host.log).toEqual([expect.stringMatching(/^error: zerohop: the bundle file bundle\.jws is rejected: /)]);
    const fresh = new MountedFolder("/zerohop");
    fresh.write("bundle.jws", content);
    expect(visit(startWith(fileConfiguration, fresh), app, [one]).status).toBe(503);
  });

  test("that is gone leaves the one that was read, and is taken when it comes back", () => {
    const host = startWithFile();
    expect(visit(host, app, [one]).status).toBe(200);
    host.folder.remove("bundle.jws");
    for (let i = 0; i < 3; i++) {
      host.now! += 0.1;
      expect(visit(host, app, [one]).status).toBe(200);
    }
    expect(host.log).toEqual([expect.stringContaining("can't be found")]);
    publish(host, { version: 2, revoked_sessions: ["one"] });
    expect(visit(host, app, [one]).status).toBe(401);
  });

  test("that is not there yet is answered with 503 until it is", () => {
    const folder = new MountedFolder("/zerohop");
    const host = startWith(fileConfiguration, folder);
    expect(visit(host, app, [one]).status).toBe(503);
    publish(host, {});
    expect(visit(host, app, [one]).status).toBe(200);
  });

  test("larger than any buffer is read whole", () => {
    const rules = Array.from({ length: 3000 }, (_, i) => ({ domain: `h${i}.example.com`, policy: "bypass" }));
    const host = startWithFile({ policy: { default_policy: "deny", rules } });
    expect(visit(host, "https://h2999.example.com/").status).toBe(200);
    expect(visit(host, app).status).toBe(403);
  });

  test("outside of every mounted folder is a mistake in the configuration", () => {
    for (const path of ["/elsewhere/bundle.jws", "/zerohop", "/zerohop/", "/zerohopping/x", "bundle.jws", ""]) {
      const host = startWith({ ...fileConfiguration, bundle_file: path }, new MountedFolder("/zerohop"));
      expect(host.log).toHaveLength(1);
      expect(visit(host, app, [one]).status).toBe(503);
    }
  });
});

test("a bundle in the configuration may be signed too, and then has to be right", () => {
  const root_keys = [{ kid: rootKey.kid, x: rootKey.x }];
  expect(visit(startWith({ root_keys, bundle: signBundle(bundle()) }), app, [one]).status).toBe(200);
  const forged = startWith({ root_keys, bundle: signBundle(bundle(), newSessionKey()) });
  expect(visit(forged, app, [one]).status).toBe(503);
});
