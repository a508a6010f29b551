// One table of requests, and the same outcome from every shell of the core: gate.wasm, gate.nginx.wasm, plugin.wasm and the four
// endpoints of the host. The requests are generated, and what has to become of them is what becomes of them at gate.wasm.
import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import type { SessionClaims } from "../../host/session/token.ts";
import { logIn, movableClock, payloadOf, startHost } from "../../workshop/host/in-process.ts";
import { demoPeople, usersFile } from "../../workshop/host/users.ts";
import { fetchBundle, mint, openKeyring } from "../host/support/edge.ts";
import { exceptions, type Gates } from "./exceptions.ts";
import type { Outcome } from "./outcome.ts";
import { configuration, mona, requests, type TableRequest } from "./requests.ts";
import { type Bundled, endpoint, endpoints, envoy, envoyAlone, nginx, type Shell, traefik } from "./shells.ts";

interface Row {
  readonly request: TableRequest;
  readonly outcome: Outcome;
}

/** A host, what its gates decide with, and the table. */
async function start() {
  const { clock } = movableClock();
  const host = await startHost({ clock, text: configuration, users: await usersFile({ ...demoPeople, mona }) });
  const claims = async (username: string) => payloadOf(await logIn(host, username)) as unknown as SessionClaims;
  const ended = await logIn(host);
  await host.postJson("/api/logout", {}, { cookie: ended });
  const { privateKey } = generateKeyPairSync("ed25519");
  const sessions = {
    ...{
      alice: await claims("alice"),
      bob: await claims("bob"),
      mona: await claims("mona"),
      ended: payloadOf(ended) as unknown as SessionClaims,
    },
    key: await openKeyring(host, clock, async (keyring) => keyring.session),
    otherKey: { kid: "other", x: "", privateKey },
  };
  const edgeToken = await mint(host);
  const { payload } = await fetchBundle(host, edgeToken);
  const bundled: Bundled = { url: host.url, edgeToken, bundle: payload, now: clock() };
  const gates: Gates = { gate: envoy(bundled), alone: envoyAlone(bundled) };
  const table: Row[] = [];
  for (const request of requests(sessions)) table.push({ request, outcome: await gates.gate(request) });
  return { bundled, gates, table };
}

const shells: Readonly<Record<string, (bundled: Bundled) => Shell>> = {
  "gate.nginx.wasm": nginx,
  "plugin.wasm": traefik,
  ...Object.fromEntries(
    (Object.keys(endpoints) as (keyof typeof endpoints)[]).map((name) => [
      name,
      (bundled: Bundled) => endpoint(name, bundled),
    ]),
  ),
};

/** What a shell has to come to, and the reasons of the exceptions that make it another outcome than the gate's. */
async function expected(name: string, { request, outcome }: Row, gates: Gates) {
  const reasons: string[] = [];
  let due = outcome;
  for (const { shells: concerned, instead, reason } of exceptions) {
    const other = concerned.includes(name) ? await instead(request, due, gates) : undefined;
    if (other === undefined || textOf(other) === textOf(due)) continue;
    reasons.push(reason);
    due = other;
  }
  return { due, reasons };
}

function textOf(outcome: Outcome): string {
  return JSON.stringify(Object.entries(outcome).sort());
}

test("every shell of the core comes to the same outcome", async () => {
  const { bundled, gates, table } = await start();
  const used = new Set<string>();
  for (const [name, begin] of Object.entries(shells)) {
    const shell = begin(bundled);
    const differences: object[] = [];
    for (const row of table) {
      const { due, reasons } = await expected(name, row, gates);
      for (const reason of reasons) used.add(reason);
      const { cookie, ...told } = due;
      const outcome = await shell(row.request);
      if (textOf(outcome) !== textOf(name in endpoints ? told : due))
        differences.push({ request: row.request, outcome, due });
    }
    expect(differences.length, `${name}: ${JSON.stringify(differences.slice(0, 5), null, 1)}`).toBe(0);
  }
  expect(table.length).toBeGreaterThan(2600);
  // Applications are told of groups, and not of the provider, which rules alone see.
  const told = (authority: string) =>
    table.flatMap(({ request, outcome }) =>
      request.authority === authority && outcome.kind === "allowed" ? [outcome.identity?.[1]] : [],
    );
  expect([...new Set(told("company.example.com"))].sort()).toEqual(["", "admins,dev"]);
  expect([...new Set(told("both.example.com"))]).toEqual(["admins,dev"]);
  expect([...used].sort()).toEqual(exceptions.map(({ reason }) => reason).sort());
  expect(exceptions.length).toBeLessThanOrEqual(10);
  const kinds = new Set(table.map(({ outcome }) => outcome.kind));
  expect([...kinds].sort()).toEqual(["allowed", "challenge", "denied", "login", "refused"]);
}, 240_000);
