import { execFile } from "node:child_process";
import { expect, test } from "vitest";
import { parsePasswordHash } from "../../../host/identity/passwords/password-hash.ts";

test.for(["-5", "-6"])("a hash agrees with OpenSSL's implementation of SHA-2 crypt: %s", async (form, { skip }) => {
  for (const length of [1, 31, 32, 33, 63, 64, 65, 130]) {
    const password = "p".repeat(length);
    const made = await new Promise<string | undefined>((resolve) => {
      const args = ["passwd", form, "-salt", "some.salt", password];
      execFile("openssl", args, (error, stdout) => resolve(error ? undefined : stdout.trim()));
    });
    if (made === undefined) return skip("openssl is not installed");
    expect(await parsePasswordHash(made).verify(password)).toBe(true);
  }
});
