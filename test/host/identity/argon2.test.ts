import { describe, expect, onTestFinished, test } from "vitest";
import { defaultParameters, hashArgon2, parseArgon2, verifyArgon2 } from "../../../host/identity/passwords/argon2.ts";
import { parametersInEarnest } from "../../../workshop/host/cheap-hashes.ts";
import { cheapParameters } from "../../../workshop/host/files.ts";

const salt = "c29tZXNhbHQ";
const tag = Buffer.alloc(32).toString("base64").replace(/=+$/, "");

describe("argon2id", () => {
  // Made by the reference implementation's command line: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -l 32
  test("verifies the reference implementation's own test vector", async () => {
    const hash = parseArgon2("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc");
    expect(await verifyArgon2("password", hash)).toBe(true);
    expect(await verifyArgon2("Password", hash)).toBe(false);
  });

  test("verifies what it hashed, whatever the password is made of", async () => {
    for (const password of ["demo", "pässwörd", "\0", "x".repeat(1024), ""]) {
      const hash = parseArgon2(await hashArgon2(password, cheapParameters));
      expect(await verifyArgon2(password, hash)).toBe(true);
      expect(await verifyArgon2(`${password}.`, hash)).toBe(false);
    }
  });

  test("hashes with a new salt each time, and by default as RFC 9106 recommends", async () => {
    const cheap = { ...defaultParameters };
    Object.assign(defaultParameters, parametersInEarnest);
    onTestFinished(() => void Object.assign(defaultParameters, cheap));
    const [one, other] = [await hashArgon2("demo"), await hashArgon2("demo")];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=4\$/);
    expect(one).not.toBe(other);
    expect(parseArgon2(one).parameters).toEqual(defaultParameters);
  });

  test.each([
    ["64 GiB of memory", `$argon2id$v=19$m=67108864,t=3,p=4$${salt}$${tag}`, /memory m \(KiB\) 67108864; 8 to 1048576/],
    ["passes without end", `$argon2id$v=19$m=65536,t=4294967295,p=4$${salt}$${tag}`, /passes t 4294967295/],
    ["both dear in sum", `$argon2id$v=19$m=1048576,t=5,p=4$${salt}$${tag}`, /too dear/],
    ["many lanes", `$argon2id$v=19$m=65536,t=3,p=1000$${salt}$${tag}`, /parallelism p 1000/],
    ["less memory than its lanes need", `$argon2id$v=19$m=8,t=1,p=4$${salt}$${tag}`, /at least 8 times p/],
    ["a short salt", `$argon2id$v=19$m=64,t=1,p=1$c2FsdA$${tag}`, /salt \(bytes\) 4/],
    ["a short tag", `$argon2id$v=19$m=64,t=1,p=1$${salt}$AAAA`, /tag \(bytes\) 3/],
    ["an older version", `$argon2id$v=16$m=64,t=1,p=1$${salt}$${tag}`, /version 16/],
    ["another variant", `$argon2x$v=19$m=64,t=1,p=1$${salt}$${tag}`, /must be an argon2id hash/],
    ["another function", "$2b$12$abcdefghijklmnopqrstuu", /must be an argon2id hash/],
    ["padding", `$argon2id$v=19$m=64,t=1,p=1$${salt}=$${tag}`, /must be an argon2id hash/],
    ["a salt in two spellings", `$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHR$${tag}`, /unpadded base64/],
  ])("refuses a hash with %s", (_, phc, message) => {
    expect(() => parseArgon2(phc)).toThrow(message);
  });
});
