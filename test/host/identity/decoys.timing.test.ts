import { expect, test } from "vitest";
import { hashArgon2 } from "../../../host/identity/passwords/argon2.ts";
import { cheapParameters, configText } from "../../../workshop/host/files.ts";
import { startHost } from "../../../workshop/host/in-process.ts";
import { cpuTime } from "../../../workshop/processes/cpu-time.ts";

const bcrypt = "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";
const names = Array.from({ length: 14 }, (_, index) => `nobody${index}`);

test("in a file of argon2id and bcrypt hashes the time of an answer tells no name apart, at this start or the next", async () => {
  const argon2 = await hashArgon2("demo", cheapParameters);
  const users = `users:\n${[argon2, argon2, bcrypt, bcrypt].map((hash, index) => `  user${index}:\n    password: ${hash}\n`).join("")}`;
  // Bcrypt takes tens of milliseconds more than such a cheap argon2id.
  const slowOnes = async (host: Awaited<ReturnType<typeof startHost>>) => {
    const slow = new Set<string>();
    for (const [index, username] of names.entries()) {
      const times: number[] = [];
      for (let count = 0; count < 2; count++) {
        const started = cpuTime();
        const from = { "x-forwarded-for": `198.51.${index}.${count}` };
        const { status } = await host.postJson("/api/firstfactor", { username, password: "x" }, from);
        expect(status).toBe(401);
        times.push(cpuTime() - started);
      }
      if (Math.min(...times) > 45) slow.add(username);
    }
    return [...slow];
  };
  const text = configText.replace("access_control:", "regulation: { max_retries: 0 }\naccess_control:");
  const host = await startHost({ users, text });
  const slow = await slowOnes(host);
  expect(slow.length).toBeGreaterThan(0);
  expect(slow.length).toBeLessThan(names.length);
  await host.stop();
  expect(await slowOnes(await startHost({ users, text, folder: host.folder }))).toEqual(slow);
}, 60_000);
