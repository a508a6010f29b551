// A real OpenID provider on loopback: oidc-provider, a certified implementation, over HTTPS. Whoever types a name is logged in as that person.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { importJWK, SignJWT } from "jose";
import Provider from "oidc-provider";
import { tlsFiles } from "../certificates/tls-files.ts";
import { freePort } from "../processes/ports.ts";

export const clientId = "zerohop";
export const clientSecret = "only for the tests of zerohop's providers";

export type PersonClaims = Readonly<Record<string, unknown>>;

export interface OpenIdServer {
  readonly issuer: string;
  /** Of its authority: a PEM file. */
  readonly authorityFile: string;
  /** By what somebody types to log in, which is the `sub` as well. It is asked anew at each refresh. */
  readonly people: Map<string, PersonClaims>;
  /** Answers requests instead of the provider, for those who misbehave; returns whether it did. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>) | undefined;
  /** What it was asked since it began: method and path. */
  readonly requests: readonly string[];
  /** The `acr` and `amr` of logins from now on. */
  proof: { acr?: string; amr?: readonly string[] };
  /** Signs a token with the key in use. */
  sign(claims: Readonly<Record<string, unknown>>, header?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Ends somebody's sessions and tells the clients, as an administrator would. Returns when that was asked for, as performance.now() has it. */
  logOut(sub: string): Promise<number>;
  /** Signs with a new key from now on. */
  rotateKeys(): Promise<void>;
  /** Stops to answer, and begins again on the same port. */
  stop(): Promise<void>;
  start(): Promise<void>;
  end(): Promise<void>;
}

export interface OpenIdServerOptions {
  readonly redirectUris: readonly string[];
  readonly logoutRedirectUris?: readonly string[];
  readonly backChannelLogoutUri?: string;
  /** What the client's registration has beside the usual. */
  readonly client?: Readonly<Record<string, unknown>>;
  /** Clients beside that one: what their registrations have. */
  readonly moreClients?: readonly Readonly<Record<string, unknown>>[];
  /** What the server's configuration has beside the usual. */
  readonly configuration?: Readonly<Record<string, unknown>>;
  readonly port?: number;
  /** Where its certificates are kept; absent: in a folder that goes with it. */
  readonly tlsFolder?: string;
}

export async function startOpenIdServer(options: OpenIdServerOptions): Promise<OpenIdServer> {
  const folder = mkdtempSync(join(tmpdir(), "zerohop-openid-"));
  const files = await tlsFiles(options.tlsFolder ?? folder, "localhost");
  const port = options.port ?? (await freePort());
  const issuer = `https://localhost:${port}`;
  const people = new Map<string, PersonClaims>([
    [
      "alice",
      {
        preferred_username: "alice",
        name: "Alice Liddell",
        email: "alice@example.com",
        email_verified: true,
        groups: ["admins", "dev"],
      },
    ],
    [
      "bob",
      {
        preferred_username: "bob",
        name: "Bob Dodgson",
        email: "bob@example.com",
        email_verified: true,
        groups: ["dev"],
      },
    ],
  ]);
  const requests: string[] = [];
  const stored = new Map<string, Record<string, unknown>>();
  const adapter = memoryAdapter(stored);
  const connections = new Set<Socket>();
  let server: Server | undefined;
  let keys = [newKey()];

  const made: OpenIdServer = {
    ...{ issuer, authorityFile: files.authority, people, requests, intercept: undefined, proof: {} },
    async sign(claims, header = {}) {
      const [{ kid, ...key }] = keys as [ReturnType<typeof newKey>];
      return new SignJWT({ ...claims })
        .setProtectedHeader({ alg: "RS256", kid, ...header })
        .sign(await importJWK(key, "RS256"));
    },
    async logOut(sub) {
      const asked = performance.now();
      for (const [key, { accountId, authorizations }] of stored) {
        if (!key.startsWith("Session:") || accountId !== sub) continue;
        stored.delete(key);
        for (const [id, { sid }] of Object.entries((authorizations ?? {}) as Record<string, { sid: string }>)) {
          const client = await provider.Client.find(id);
          if (client?.backchannelLogoutUri !== undefined) await client.backchannelLogout(sub, sid);
        }
      }
      return asked;
    },
    async rotateKeys() {
      keys = [newKey()];
      provider = newProvider();
    },
    async stop() {
      if (!server) return;
      const closed = once(server, "close");
      server.close();
      for (const connection of connections) connection.destroy();
      await closed;
      server = undefined;
    },
    async start() {
      server = createServer(
        { cert: readFileSync(files.certificate), key: readFileSync(files.key) },
        (request, response) => {
          requests.push(`${request.method} ${request.url}`);
          void answer(request, response);
        },
      );
      server.on("connection", (socket: Socket) => {
        connections.add(socket);
        socket.on("close", () => connections.delete(socket));
      });
      server.listen(port, "127.0.0.1");
      await once(server, "listening");
    },
    async end() {
      await made.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };

  const newProvider = () => {
    const { redirectUris, logoutRedirectUris = [], backChannelLogoutUri, client, moreClients, configuration } = options;
    const provider: Provider = new Provider(issuer, {
      adapter,
      clients: [
        {
          client_id: clientId,
          client_secret: clientSecret,
          grant_types: ["authorization_code", "refresh_token"],
          redirect_uris: redirectUris,
          post_logout_redirect_uris: logoutRedirectUris,
          ...(backChannelLogoutUri !== undefined && {
            backchannel_logout_uri: backChannelLogoutUri,
            backchannel_logout_session_required: true,
          }),
          ...client,
        },
        ...(moreClients ?? []),
      ],
      jwks: { keys },
      cookies: { keys: ["only for tests"] },
      scopes: ["openid", "offline_access"],
      claims: {
        openid: ["sub", "acr", "amr"],
        profile: ["name", "preferred_username"],
        email: ["email", "email_verified"],
        groups: ["groups"],
      },
      acrValues: ["one", "two"],
      conformIdTokenClaims: false,
      features: {
        devInteractions: { enabled: false },
        backchannelLogout: { enabled: true },
        rpInitiatedLogout: {
          enabled: true,
          logoutSource(ctx: { body: string }, form: string) {
            ctx.body = `<!doctype html><title>Log out</title>${form}<button autofocus type="submit" form="op.logoutForm" name="logout" value="yes">Log out</button>`;
          },
        },
      },
      interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
      issueRefreshToken: async () => true,
      rotateRefreshToken: true,
      pkce: { required: () => true },
      ttl: { AccessToken: 60, IdToken: 60, Session: 3600, Grant: 3600, RefreshToken: 3600, Interaction: 600 },
      async findAccount(_: unknown, sub: string) {
        if (!people.has(sub)) return undefined;
        return { accountId: sub, claims: async () => ({ ...people.get(sub), sub }) };
      },
      async loadExistingGrant(ctx: {
        oidc: { client: { clientId: string }; session: { accountId: string }; params: { scope: string } };
      }) {
        const { client, session, params } = ctx.oidc;
        const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
        grant.addOIDCScope(params.scope);
        await grant.save();
        return grant;
      },
      // Its own guard lets it ask no address of this machine.
      fetch: (url: string, { dispatcher: _, ...init }: RequestInit & { dispatcher?: unknown }) => fetch(url, init),
      ...configuration,
    });
    provider.on("backchannel.error", (_, error) => console.error("the log-out could not be told:", error));
    return provider;
  };
  let provider = newProvider();

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    try {
      if (await made.intercept?.(request, response)) return;
      if (request.url?.startsWith("/interaction/")) await interact(request, response);
      else await provider.callback()(request, response);
    } catch (error) {
      response.statusCode = 500;
      response.end(String(error));
    }
  };

  const interact = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.method === "POST") {
      const login = new URLSearchParams(await text(request)).get("login") ?? "";
      const { acr, amr } = made.proof;
      const result = people.has(login)
        ? { login: { accountId: login, ...(acr !== undefined && { acr }), ...(amr && { amr }) } }
        : { error: "access_denied", error_description: "nobody of that name" };
      await provider.interactionFinished(request, response, result);
      return;
    }
    await provider.interactionDetails(request, response);
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(`<!doctype html><html lang="en"><title>Provider</title><h1>Provider</h1>
<form method="post"><label>Who are you? <input name="login" autofocus></label><button>Go</button></form>`);
  };

  await made.start();
  return made;
}

function newKey() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), kid: randomBytes(6).toString("hex"), alg: "RS256", use: "sig" };
}

/** Keeps what a provider stores, also over a change of its keys. */
function memoryAdapter(stored: Map<string, Record<string, unknown>>) {
  return class {
    readonly #name: string;
    constructor(name: string) {
      this.#name = name;
    }
    #key(id: string) {
      return `${this.#name}:${id}`;
    }
    async upsert(id: string, payload: Record<string, unknown>) {
      stored.set(this.#key(id), payload);
    }
    async find(id: string) {
      return stored.get(this.#key(id));
    }
    async #findBy(property: string, value: string) {
      for (const [key, payload] of stored)
        if (key.startsWith(`${this.#name}:`) && payload[property] === value) return payload;
      return undefined;
    }
    findByUid(uid: string) {
      return this.#findBy("uid", uid);
    }
    findByUserCode(userCode: string) {
      return this.#findBy("userCode", userCode);
    }
    async consume(id: string) {
      const payload = stored.get(this.#key(id));
      if (payload) payload.consumed = Math.floor(Date.now() / 1000);
    }
    async destroy(id: string) {
      stored.delete(this.#key(id));
    }
    async revokeByGrantId(grantId: string) {
      for (const [key, payload] of stored) if (payload.grantId === grantId) stored.delete(key);
    }
  };
}
