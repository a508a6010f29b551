import { describe, expect, test } from "vitest";
import { UnverifiableHash } from "../../../host/identity/passwords/hash-encoding.ts";
import { parsePasswordHash } from "../../../host/identity/passwords/password-hash.ts";

/** The hashes of each kind, by who made them. Made by glibc's crypt(3) and by passlib; the first two are of Drepper's specification. */
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
  // Made by passlib 1.7.4.
  ["demo", "$bcrypt-sha256$v=2,t=2b,r=5$BfndbwlJmbc6r512oy181u$CbWsPjBW2HlzatOLSCe2AzBEHPZ45e."],
  ["pässwörd 🔑".repeat(9), "$bcrypt-sha256$v=2,t=2b,r=5$R0.4L1.qUpGO2LSuQDm7EO$PpBl0afkRcKyqTrQVO/4Q9g4knLmCH2"],
  ["demo", "$bcrypt-sha256$2b,5$Mpdq6xWedgHedATlUsg48O$dasVcdEZZyW9K281cuRMTqXIJ8LCCN2"],
  ["demo", "$5$rounds=1003$Jff3G/BBzgg3lyHL$taK9PeRNFhhPgSa7XJT2zvU4JVitonzq1deafCGo394"],
  ["pässwörd 🔑".repeat(9), "$5$CJTDGWXoImZX.XBo$Orf9FO1QP9m//mljoMfdGpcLI4PJQaEp9riYWzaDj51"],
  // Made by argon2-cffi 23 (the reference implementation).
  ["demo", "$argon2i$v=19$m=1024,t=2,p=2$c2FsdHNhbHRzYWx0c2FsdA$V4PbKV+xCVWkruXQEOl5vsdXLkOAAKuty63Kg74pyzc"],
  ["demo", "$argon2d$v=19$m=1024,t=2,p=2$c2FsdHNhbHRzYWx0c2FsdA$8t5IzezWm2mzdsGKF6wZH+EceF4Khmu6MymPnfGeCEA"],
  // Made by go-crypt 0.14.15, which Authelia hashes with.
  ["demo", "$bcrypt-sha256$v=2,t=2b,r=10$e/AURrbUrpMgFXBPh4.Koe$4HnRCPuRgZHSHW/vzdJK1ldqAAAswla"],
  ["demo", "$scrypt$ln=4,r=8,p=1$oSo/+12qA1pgZOF+gHKDng$d4LVwXBufgj+dpseWLdRudDSUkl1NzyeBwa1zvjPjsw"],
  [
    "demo",
    "$pbkdf2-sha384$100000$g7rh.sQCH0e1c3h5xrViNg$xMfkYom2oK8RH2h.W8aiAbAU0YE.xtG6CHh60SnqEsyMXVok.xwfXxGwgp5RuVQe",
  ],
  ["demo", "$pbkdf2-sha224$100000$IcnOU4mVwikmlLms7wE8kQ$BzKl1KklC4vDS8z.rQxqutq3fd0u1P.wv461NA"],
  ["demo", "$argon2i$v=19$m=1024,t=2,p=2$AzWm4G4wUV61Wwph1McESA$SySBuZLl8d9j4XNgHAMZd0L7N94peEC3OtHf70kvbVY"],
  ["demo", "$argon2d$v=19$m=1024,t=2,p=2$iHH9AsKbMgFXSlM3p9efpg$+waXb8yp6i+PBgJigGaRQLmibGiDUzgxdzTcP3VNVgc"],
  ["demo", "$5$rounds=1000$b5VfShoGiLD2K0A5$5YPx89ypLkPzj7AlpX9N4rD1gVBt4XtrWJogoNoLaj5"],
];

/** Of one hash by argon2-cffi; what is left out is what go-crypt takes for it. */
const [salted, oneForAll] = ["c2FsdHNhbHRzYWx0c2FsdA", "Oe3VbBRTEj1tKRBVRhbAoTPyNmrO0zwbbBL3LYn125A"];
const spellings: readonly string[] = [
  `$argon2id$v=19$m=1024,t=2,p=2$${salted}$${oneForAll}`,
  `{ARGON2}$argon2id$v=19$m=1024,t=2,p=2$${salted}$${oneForAll}`,
  `$argon2id$v=19$p=2,m=1024,t=2$${salted}$${oneForAll}`,
  `$argon2id$v=19$k=32,m=1024,t=2,p=2$${salted}$${oneForAll}`,
  `$argon2id$m=1024,t=2,p=2$${salted}$${oneForAll}`,
  `$argon2id$v=19$m=1024,p=2$${salted}$XxnQN4b/7+RE1i2l75LMf2VGI5YGrv83v0i45NCmqQo`,
  `$argon2id$v=19$t=2,m=1024$${salted}$TQmm0J4iTCBXc3+xS9xoZ6iOb/A0sB77HpRHvX+zcv0`,
  `$argon2id$v=19$t=1$${salted}$DSTLqT+/ZkkBXtOT/g6S0uQ+yjPHtK+bGyb/Hu9fhkU`,
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

  test.each(spellings)("of argon2id is verified however its parameters are written: %s", async (text) => {
    const hash = parsePasswordHash(text);
    expect(hash.outdated).toBe(false);
    expect(await hash.verify("demo")).toBe(true);
    expect(await hash.verify("Demo")).toBe(false);
  });

  test.each([
    ["$y$j9T$F5Jx5fExrKuPp53xLKQ..1$tnSYvahCwPBHKZUspmcxMfb0.WiB9W.zEaKlOBL35rC", /yescrypt, which cannot be verified/],
    ["$gy$j9T$xUU/HwRM.3u7pY5YX6H2Y.$1x", /gost-yescrypt/],
    ["$7$CU..../....2Q9obwLhin8qvQl6sisAO/$sgayC7t.6PTwlQnLj9ivOhgcGbWYfgqLPEmr8GRLzlA", /crypt\(3\)'s scrypt/],
    ["$1$abcdefgh$bVo2O2/zpxBPLaG64PSCs/", /md5-crypt/],
    ["$apr1$abcdefgh$bVo2O2/zpxBPLaG64PSCs/", /Apache's md5-crypt/],
    [`$2x$10$${bcryptRest}`, /of the kind \$2x\$/],
    ["{SSHA}DkMTwBl+a/3DQTxCYEApdUtNXGgdUac3", /of the kind \{SSHA\}/],
    ["{CRYPT}$1$abcdefgh$bVo2O2/zpxBPLaG64PSCs/", /md5-crypt/],
    ["$md5,rounds=5000$GUBv0xjJ$$mSwgIswdjlTY0YxV7HBVm0", /of the kind \$md5,/],
    ["!$6$x$abc", /is locked/],
    ["*", /is locked/],
    [`$argon2id$v=16$m=1024,t=2,p=2$${salted}$286Tqjcq1UWVkvCpXvFwEuoC/xJdk0r3vfPjUqgnALU`, /version 16/],
    [`$argon2id$v=19$m=4294967295,t=2,p=2$${salted}$${oneForAll}`, /memory m/],
    [`$argon2i$v=19$m=1048576,t=64,p=2$${salted}$${oneForAll}`, /too dear/],
    [`$bcrypt-sha256$v=2,t=2b,r=31$BfndbwlJmbc6r512oy181u$CbWsPjBW2HlzatOLSCe2AzBEHPZ45e.`, /has cost 31/],
    [`$5$rounds=999999999$x$${"a".repeat(43)}`, /has rounds 999999999/],
    [`$2b$15$${bcryptRest}`, /has cost 15/],
    [`$5$rounds=99999999999$x$${"a".repeat(43)}`, /has rounds 99999999999/],
    [`$argon2id$v=19$m=65536,t=30000000000,p=4$${salted}$${oneForAll}`, /has passes t 30000000000/],
    [`$pbkdf2-sha512$1000000000000$c2FsdHNhbHRzYWx0$${"A".repeat(86)}`, /has iterations 1000000000000/],
  ])("%s is one that cannot be verified, which is no mistake in its file", (text, message) => {
    expect(() => parsePasswordHash(text)).toThrow(UnverifiableHash);
    expect(() => parsePasswordHash(text)).toThrow(message);
  });

  test.each([
    [`$2b$15$${bcryptRest}`, /has cost 15; 4 to 14/],
    [`$2b$03$${bcryptRest}`, /has cost 3; 4 to 14/],
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
    [`$pbkdf2-sha9$1000$${salt}$${key}`, /not a pbkdf2 hash/],
    [`$pbkdf2-sha256$1000$A$${key}`, /not unpadded base64/],
    [`$5$x$${"a".repeat(42)}`, /not a sha256-crypt hash/],
    [`$bcrypt-sha256$v=3,t=2b,r=5$${bcryptRest}`, /not a bcrypt-sha256 hash/],
    [`$argon2id$v=19$m=1024,t=2,p=2,x=1$${salt}$${key}`, /must be an argon2id hash/],
    [`$argon2id$v=19$m=1024,t=2,t=3,p=2$${salt}$${key}`, /must be an argon2id hash/],
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
});
