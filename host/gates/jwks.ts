// The public keys of sessions as a JWK set (RFC 7517), for proxies and applications that verify tokens themselves.
import { Hono } from "hono";
import type { Environment } from "../http/environment.ts";
import type { Feature } from "../http/feature.ts";
import type { Keyring } from "../session/keyring.ts";

/** `retention`: how long a retired key is still published, in seconds. */
export function jwks(keyring: Pick<Keyring, "publicKeys">, retention: number): Feature {
  const app = new Hono<Environment>();

  app.get("/", (c) => {
    const keys = keyring.publicKeys(retention).map((key) => ({ ...key, alg: "EdDSA", use: "sig" }));
    return c.json({ keys }, 200, { "Cache-Control": "public, max-age=60" });
  });

  return { machineRoutes: [{ path: "/jwks.json", app }] };
}
