// Second factors in the host's tests: an authenticator app that is another implementation than the host's.
import { Secret, TOTP } from "otpauth";
import { cookieOf, type TestHost } from "../../../workshop/host/in-process.ts";

export class App {
  readonly #totp: TOTP;

  /** `secret` is base32, as it is shown. */
  constructor(secret: string) {
    this.#totp = new TOTP({ secret: Secret.fromBase32(secret) });
  }

  /** The code at a time in seconds. */
  code(time: number): string {
    return this.#totp.generate({ timestamp: time * 1000 });
  }
}

/** Sets an app up for the user of a fresh session. Returns it with the session of level 2 that comes of it. */
export async function setUpApp(host: TestHost, cookie: string, now: number): Promise<{ app: App; cookie: string }> {
  const begun = await host.putJson("/api/secondfactor/totp/register", {}, { cookie });
  const app = new App(JSON.parse(begun.body).data.base32_secret);
  const confirmed = await host.postJson("/api/secondfactor/totp/register", { token: app.code(now) }, { cookie });
  return { app, cookie: cookieOf(confirmed) };
}
