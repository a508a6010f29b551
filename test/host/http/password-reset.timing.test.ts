import { expect, test } from "vitest";
import { hashArgon2 } from "../../../host/identity/passwords/argon2.ts";
import { cheapParameters } from "../../../workshop/host/files.ts";
import { startHost } from "../../../workshop/host/in-process.ts";
import { mailConfigText } from "../support/mails.ts";
import { askForLink, linksIn, mailsOf } from "../support/password-reset.ts";
import { chanceOfDifference, interleaved } from "../support/timing.ts";

test("whoever asks for a new password cannot tell by the time of 200 answers whether there is such a user", async () => {
  const rounds = 200;
  const hash = await hashArgon2("demo", cheapParameters);
  const known = Array.from({ length: rounds }, (_, index) => `known${1000 + index}`);
  const users = `users:\n${known.map((name) => `  ${name}: { email: ${name}@example.com, password: "${hash}" }\n`).join("")}`;
  const host = await startHost({ text: mailConfigText, users });
  const from = (round: number) => ({ "x-forwarded-for": `203.0.${round % 200}.${Math.floor(round / 200)}` });
  const ask = (name: string, round: number) => askForLink(host, name, from(round));
  for (let round = 0; round < 20; round++) await ask("warm", round);
  const times = await interleaved(
    rounds,
    (round) => ask(known[round]!, round),
    (round) => ask(`guess${1000 + round}`, round),
  );
  expect(chanceOfDifference(...times)).toBeGreaterThan(1e-5);
  // The test is not blind: it would notice as little more as a quarter of the answers take in all.
  const [one, other] = times;
  const quarter = other.toSorted((a, b) => a - b)[Math.floor(rounds / 4)]!;
  expect(
    chanceOfDifference(
      one,
      other.map((time) => time + quarter),
    ),
  ).toBeLessThan(1e-5);
  await expect.poll(() => linksIn(mailsOf(host)).length, { timeout: 120_000 }).toBe(rounds);
}, 240_000);
