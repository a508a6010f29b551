// Bundles that somebody in the place of the host offers to a gate that has a good one: what it refuses, and goes on with.
import { type KeyObject, sign } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import type { HeaderLines } from "../../../workshop/clients/https-client.ts";
import {
  bundleKey,
  type Claims,
  freshClaims,
  newSessionKey,
  type SessionKey,
  signToken,
} from "../../../workshop/gate/tokens.ts";
import { describeWith, envoy } from "../../../workshop/programs/needed.ts";
import { Stack } from "../../../workshop/proxies/stack.ts";

const domain = "zerohop.localhost";
const root = newSessionKey();
const stranger = newSessionKey();
const sessionKey = newSessionKey();
const day = 86_400;

/** Answers every poll for the bundle: at once with one that the gate does not name, else after a moment with 304. */
class BundleServer implements AsyncDisposable {
  #offered = "";
  /** How often the bundle on offer was fetched. */
  fetched = 0;
  readonly #server: Server = createServer((request, response) => {
    const etag = `"${this.#etag}"`;
    if (request.headers["if-none-match"] !== etag) {
      this.fetched++;
      response.setHeader("etag", etag).end(this.#offered);
    } else setTimeout(() => response.writeHead(304, { etag }).end(), 100);
  });
  #etag = "";

  static listen(port: number): Promise<BundleServer> {
    const server = new BundleServer();
    return new Promise((resolve) => server.#server.listen(port, "127.0.0.1", () => resolve(server)));
  }

  offer(bundle: string, etag: string): void {
    this.#offered = bundle;
    this.#etag = etag;
    this.fetched = 0;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function signedBundle(key: SessionKey, bundle: Claims): string {
  const encode = (value: Claims) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${encode({ alg: "EdDSA", typ: "zerohop-bundle+jwt", kid: key.kid })}.${encode(bundle)}`;
  return `${signed}.${sign(null, Buffer.from(signed), key.privateKey as KeyObject).toString("base64url")}`;
}

describeWith(await envoy(), "a gate in Envoy", (path) => {
  let stack: Stack;
  let host: BundleServer;
  afterEach(async () => {
    await stack?.[Symbol.asyncDispose]();
    await host?.[Symbol.asyncDispose]();
  });

  const now = () => Math.floor(Date.now() / 1000);
  const portal = () => `https://auth.${domain}:${stack.httpsPort}`;
  /** Lets everybody with a session see app when `open`, and nobody else anything. */
  const bundle = (version: number, issuedAt: number, open: boolean): Claims => ({
    ...{ version, iat: issuedAt, keys: [bundleKey(sessionKey)], revoked_sessions: [], not_before: {} },
    cookies: [{ domain, portal: portal(), name: "zerohop_session" }],
    policy: { default_policy: "deny", rules: [{ domain: `app.${domain}`, policy: open ? "bypass" : "one_factor" }] },
  });
  const offer = (key: SessionKey, offered: Claims) =>
    host.offer(signedBundle(key, offered), `${offered.version}.${offered.iat}`);
  const statuses = async () => {
    const cookie = `zerohop_session=${signToken(sessionKey, freshClaims(portal(), domain))}`;
    const anonymous: HeaderLines = [["accept", "text/html"]];
    const ask = async (headers: HeaderLines) => (await stack.client.get(stack.url("app"), { headers })).status;
    return { anonymous: await ask(anonymous), session: await ask([...anonymous, ["cookie", cookie]]) };
  };
  const closed = { anonymous: 302, session: 200 };

  const start = async () => {
    const configureGate = (config: object) => ({ ...config, root_keys: [{ kid: root.kid, x: root.x }] });
    stack = await Stack.start({ envoy: path, withHost: false, configureGate });
    host = await BundleServer.listen(stack.hostPort);
    offer(root, bundle(7, now(), false));
    // On connections enough that each worker has one: a worker takes over what the other fetched at its own next tick.
    await expect.poll(() => Promise.all(Array.from({ length: 10 }, statuses))).toEqual(new Array(10).fill(closed));
  };

  const refused: readonly (readonly [what: string, key: SessionKey, make: () => Claims])[] = [
    ["replayed from yesterday", root, () => bundle(6, now() - day, true)],
    ["of the same version, signed earlier", root, () => bundle(7, now() - day, true)],
    ["signed with another key", stranger, () => bundle(8, now(), true)],
    [
      "signed with another key under the pinned key's name",
      { ...stranger, kid: root.kid },
      () => bundle(8, now(), true),
    ],
  ];
  for (const [what, key, make] of refused) {
    test(`keeps the bundle it has when it is offered one ${what}`, async () => {
      await start();
      offer(key, make());
      await expect.poll(() => host.fetched).toBeGreaterThan(1);
      for (let i = 0; i < 10; i++) expect(await statuses()).toEqual(closed);
      expect(stack.envoyLog().join("\n")).toMatch(/the host's bundle is rejected/);

      // It has not closed its ears, either.
      offer(root, bundle(9, now(), true));
      await expect.poll(statuses).toEqual({ anonymous: 200, session: 200 });
    });
  }
});
