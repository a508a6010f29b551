// What a gate asks of a host, and what another process does to the host's database.
import { join } from "node:path";
import { mintEdgeToken } from "../../../host/gates/edge/edge-token.ts";
import { feedHeader } from "../../../host/gates/edge/poll.ts";
import { protocol, protocolHeader } from "../../../host/gates/edge/protocol.ts";
import type { Clock } from "../../../host/kit/clock.ts";
import { KeyEncryption } from "../../../host/kit/encryption/key-encryption.ts";
import { Keyring } from "../../../host/session/keyring.ts";
import { encryptionKey } from "../../../workshop/host/files.ts";
import { type Answer, payloadOf, type TestHost, tokenOf } from "../../../workshop/host/in-process.ts";
import { until } from "../../../workshop/waiting.ts";
import { openSqliteStores } from "./stores.ts";

/** Does something to the host's database as another process would. */
export async function fromOutside<T>(
  host: TestHost,
  work: (store: ReturnType<typeof openSqliteStores>) => Promise<T>,
): Promise<T> {
  const store = openSqliteStores(join(host.folder, "db.sqlite3"));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Opens the host's keys as another process would. */
export function openKeyring<T>(host: TestHost, clock: Clock, work: (keyring: Keyring) => Promise<T>): Promise<T> {
  return fromOutside(host, async (store) =>
    work(await Keyring.open(store.keys, await KeyEncryption.open(store.encryption, encryptionKey), clock)),
  );
}

/** As a gate of this release. */
const ownProtocol = { [protocolHeader]: String(protocol) };

/** An edge token. */
export function mint(host: TestHost): Promise<string> {
  return fromOutside(host, (store) => mintEdgeToken(store.edgeTokens, "test", 1_790_000_000));
}

/** `base` is that of the bundle that the gate has, for one that takes the feed. */
export async function fetchBundle(host: TestHost, token: string, { etag = "", wait = 0, base = "" } = {}) {
  const headers = {
    host: "zerohop_host",
    authorization: `Bearer ${token}`,
    ...ownProtocol,
    ...(etag && { "if-none-match": etag }),
    ...(base && { [feedHeader]: base }),
  };
  const answer = await host.get(`/api/edge/bundle?wait=${wait}`, headers);
  return { ...answer, etag: answer.headers.etag!, payload: answer.status === 200 ? payloadOf(answer.body) : {} };
}

/** Asks for the next lease of the session in a cookie, `NAME=TOKEN`, for a visitor at 203.0.113.7. */
export function renew(
  host: TestHost,
  edgeToken: string,
  cookie: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return host.post("/api/edge/renew", "", {
    host: "zerohop_host",
    authorization: `Bearer ${edgeToken}`,
    ...ownProtocol,
    "x-zerohop-session": tokenOf(cookie),
    "x-forwarded-for": "203.0.113.7",
    "user-agent": "visitor",
    ...headers,
  });
}

/** Asks about a Basic credential, as a gate that does not know it, for a visitor at `address`. */
export function checkBasic(
  host: TestHost,
  edgeToken: string,
  username: string,
  password: string,
  address = "203.0.113.7",
): Promise<Answer> {
  return whenNotBusy(() =>
    host.post("/api/edge/basic", "", {
      host: "zerohop_host",
      authorization: `Bearer ${edgeToken}`,
      ...ownProtocol,
      "x-zerohop-credential": Buffer.from(`${username}:${password}`).toString("base64"),
      "x-forwarded-for": address,
      "x-zerohop-domain": "example.com",
    }),
  );
}

/** Asks again, as a client does, while the answer does not come in time for a gate, which on a busy machine a password's may not. */
export function whenNotBusy(ask: () => Promise<Answer>): Promise<Answer> {
  return until(async () => {
    const answer = await ask();
    return answer.status !== 429 && answer;
  });
}
