// Whoever is banned for guesses learns nothing from forward-auth about the next one, and takes nothing from others by it.
import { expect, test } from "vitest";
import { movableClock, startHost, type TestHost } from "../../../../workshop/host/in-process.ts";

const [office, attacker] = ["198.51.100.1", "203.0.113.9"];

async function ask(host: TestHost, address: string, password: string): Promise<number> {
  const credential = Buffer.from(`alice:${password}`).toString("base64");
  const answer = await host.get("/api/authz/auth-request", {
    ...{ "x-original-method": "GET", "x-original-url": "https://app.example.com/", "x-forwarded-for": address },
    authorization: `Basic ${credential}`,
  });
  return answer.status;
}

async function guessUntilBanned(host: TestHost) {
  for (let i = 0; i < 12; i++) expect(await ask(host, attacker, `guess ${i}`)).toBe(401);
}

test("a right guess is refused like a wrong one, also while the user's own credential is in use", async () => {
  const host = await startHost();
  expect(await ask(host, office, "demo")).toBe(200);
  await guessUntilBanned(host);
  expect(await ask(host, office, "demo")).toBe(200);
  expect(await ask(host, attacker, "demo")).toBe(401);
});

test("the user's own requests go on", async () => {
  const host = await startHost();
  expect(await ask(host, office, "demo")).toBe(200);
  await guessUntilBanned(host);
  expect(await ask(host, attacker, "demo")).toBe(401);
  expect(await ask(host, office, "demo")).toBe(200);
});

test("a user's own credential is held as soon as guesses from the same place have led to a ban, however often it was taken before", async () => {
  const host = await startHost();
  for (let i = 0; i < 3; i++) expect(await ask(host, attacker, "demo")).toBe(200);
  await guessUntilBanned(host);
  expect(await ask(host, attacker, "demo")).toBe(401);
});

test("a ban that another host's guesses led to holds here within moments", async () => {
  // Time stands still, so that what is remembered never grows old by itself.
  const { clock } = movableClock();
  const here = await startHost({ clock });
  const elsewhere = await startHost({ clock, folder: here.folder });
  for (let i = 0; i < 3; i++) expect(await ask(here, attacker, "demo")).toBe(200);
  await guessUntilBanned(elsewhere);
  await expect.poll(() => ask(here, attacker, "demo"), { interval: 20 }).toBe(401);
});
