import { execFile } from "node:child_process";
import { describe, expect, test } from "vitest";
import { parsePasswordHash } from "../../../host/identity/passwords/password-hash.ts";

/** Made by glibc's crypt(3) and by passlib; the first two are of Drepper's specification. */
const hashes: readonly (readonly [string, string])[] = [
  [
    "Hello world!",
    "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
  ],
  [
    "Hello world!",
    "$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.",
  ],
  [
    "pässwörd 🔑".repeat(9),
    "$6$rounds=1003$x$vAcuZSJIXBQB0QwEhb8mK7uXrX2EjicvR5BKml2HMjPWBzK.6bu90y2.yAuTCps5ImQ1HvNliWXBAQsDNWex40",
  ],
  [
    "demo",
    "{CRYPT}$6$rounds=1000$abcdefgh$PBk5UxvAJ.UC0sg5ve7oEoWuOBgw8kQLi6tK2YUTYLmH4LXDPjapiOb8yxNWYwMgwF43LiM3oU1qH/UnzJJ0W0",
  ],
  ["demo", "$2a$05$abcdefghijklmnopqrstuupHpIXcOJo1NoZgX.hjwSF2SVi6yU1wa"],
  ["demo", "$2b$05$abcdefghijklmnopqrstuupHpIXcOJo1NoZgX.hjwSF2SVi6yU1wa"],
  ["demo", "$2y$05$abcdefghijklmnopqrstuupHpIXcOJo1NoZgX.hjwSF2SVi6yU1wa"],
  ["demo", "$scrypt$ln=4,r=8,p=1$a41Rao0xJiQkhFCqtTbmnA$8dPghymCxp9xuY874Rb2U+95oAuyeGgGUO8qkGe3TqE"],
  [
    "demo",
    "$pbkdf2-sha512$1000$c.49Z4xRSgmBsHaOMSbEeA$z6jJ9gTUAMf6STtDF3Kyec7PF6cnRV8LrtauFjidYKlLtjCNyv4x6mYiIt7R3E42pR1pshLf/RNsCK5DOcQ70A",
  ],
  ["demo", "$pbkdf2-sha256$1000$i7G2Vuo9Z4wxpjQm5DzHGA$IaqWxlmXCmrwW3.lzDrirpFBTPoBZmnWc87esaYiTlE"],
  ["demo", "$pbkdf2$1000$O2cspVRKibEWAsA4J4Sw1g$Ybh4tQooDK8xQIAbsOj2hpUlxEs"],
];

const bcryptRest = "abcdefghijklmnopqrstuupHpIXcOJo1NoZgX.hjwSF2SVi6yU1wa";
const key = "A".repeat(43);
const salt = "A".repeat(22);

describe("a password hash", () => {
  test.each(hashes)("of %j is verified: %s", async (password, text) => {
    const hash = parsePasswordHash(text);
    expect(hash.outdated).toBe(true);
    expect(await hash.verify(password)).toBe(true);
    for (const wrong of [`${password}.`, "", password.toUpperCase()]) expect(await hash.verify(wrong)).toBe(false);
  });

  test.each([
    [`$2b$15$${bcryptRest}`, /has cost 15; 4 to 14/],
    [`$2b$03$${bcryptRest}`, /has cost 3; 4 to 14/],
    [`$2x$10$${bcryptRest}`, /must be an argon2id hash/],
    [`$2b$10$${bcryptRest.slice(1)}`, /not a bcrypt hash/],
    [`$6$rounds=1000001$x$${"a".repeat(86)}`, /has rounds 1000001; 1000 to 1000000/],
    [`$6$rounds=999$x$${"a".repeat(86)}`, /has rounds 999/],
    [`$6$${"s".repeat(17)}$${"a".repeat(86)}`, /not a sha512-crypt hash/],
    [`$6$x$${"a".repeat(85)}`, /not a sha512-crypt hash/],
    [`$scrypt$ln=21,r=8,p=1$${salt}$${key}`, /has ln 21; 1 to 20/],
    [`$scrypt$ln=20,r=32,p=1$${salt}$${key}`, /too dear to verify/],
    [`$scrypt$ln=18,r=8,p=16$${salt}$${key}`, /too dear to verify/],
    [`$scrypt$ln=16,r=8,p=1$${salt}$AAAA`, /has key \(bytes\) 3; 16 to 128/],
    [`$pbkdf2-sha512$3000001$${salt}$${key}`, /has iterations 3000001/],
    [`$pbkdf2-sha512$0$${salt}$${key}`, /has iterations 0/],
    [`$pbkdf2-sha1$1000$${salt}$${key}`, /has key \(bytes\) 32; 16 to 20/],
    [`$pbkdf2-md5$1000$${salt}$${key}`, /not a pbkdf2 hash/],
    [`$pbkdf2-sha256$1000$A$${key}`, /not unpadded base64/],
    ["$1$abc$def", /must be an argon2id hash/],
    ["demo", /must be an argon2id hash/],
  ])("%s is refused before it is ever computed", (text, message) => {
    expect(() => parsePasswordHash(text)).toThrow(message);
    expect(() => parsePasswordHash(text)).not.toThrow(text.split("$").at(-1));
  });

  test("that is slow leaves the event loop free", async () => {
    const rest = "$x$vAcuZSJIXBQB0QwEhb8mK7uXrX2EjicvR5BKml2HMjPWBzK.6bu90y2.yAuTCps5ImQ1HvNliWXBAQsDNWex40";
    const slow = [`$6$rounds=200000${rest}`, `$2b$11$${bcryptRest}`, `$scrypt$ln=15,r=8,p=1$${salt}$${key}`];
    for (const text of slow) {
      const hash = parsePasswordHash(text);
      let ticks = 0;
      const timer = setInterval(() => ticks++, 5);
      await hash.verify("demo");
      clearInterval(timer);
      expect(ticks).toBeGreaterThan(3);
    }
  });

  test("agrees with another implementation of SHA-512 crypt", async ({ skip }) => {
    for (const length of [1, 63, 64, 65, 130]) {
      const password = "p".repeat(length);
      const made = await new Promise<string | undefined>((resolve) => {
        const args = ["passwd", "-6", "-salt", "some.salt", password];
        execFile("openssl", args, (error, stdout) => resolve(error ? undefined : stdout.trim()));
      });
      if (made === undefined) return skip("openssl is not installed");
      expect(await parsePasswordHash(made).verify(password)).toBe(true);
    }
  });
});
