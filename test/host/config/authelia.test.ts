// Authelia's names in the config file: what means the same is taken, what has no effect is told by name.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadAccessControl, loadConfig } from "../../../host/app/config/load.ts";
import { InvalidFileError } from "../../../host/kit/yaml/problem.ts";
import { zerohopInProcess } from "../../../workshop/host/command-in-process.ts";
import { configText, encryptionKey, temporaryFolder } from "../../../workshop/host/files.ts";
import { startHost } from "../../../workshop/host/in-process.ts";

const told = ({ line, column, path, message }: { line: number; column: number; path: string; message: string }) =>
  `${line}:${column}: ${path}: ${message}`;

function written(text: string): string {
  const file = join(temporaryFolder(), "configuration.yml");
  writeFileSync(file, text.trimStart());
  return file;
}

function problemsOf(text: string): string[] {
  try {
    loadConfig(written(text), {});
    return [];
  } catch (error) {
    if (!(error instanceof InvalidFileError)) throw error;
    return error.problems.map(told);
  }
}

const whole = `
theme: dark
default_2fa_method: ''
server:
  host: 127.0.0.1
  port: 9092
  disable_healthcheck: false
  tls: { key: '', certificate: '', client_certificates: [] }
  endpoints: { authz: { forward-auth: { implementation: ForwardAuth } } }
log: { level: info, format: text, file_path: '' }
jwt_secret: '{{ env "UNUSED" }}'
identity_validation: { reset_password: { jwt_lifespan: 7 minutes, jwt_algorithm: HS256 } }
authentication_backend:
  file: { path: users.yml, watch: true, password: { algorithm: argon2 } }
definitions:
  network:
    office: [192.0.2.0/24]
    vpn: 10.8.0.0/16
access_control:
  default_policy: deny
  networks: [{ name: lan, networks: 10.0.0.0/8 }]
  rules:
    - { domain: app.example.com, policy: bypass, networks: [office, lan, vpn] }
session:
  secret: insecure_session_secret
  redis: { host: redis, port: 6379 }
  expiration: 2h
  cookies:
    - name: authelia_session
      domain: example.com
      authelia_url: https://auth.example.com
      default_redirection_url: https://www.example.com
      expiration: 1 hour and 30 minutes
      inactivity: 5 minutes
      remember_me: 1 month
storage: { encryption_key: ${encryptionKey}, local: { path: zerohop.sqlite3 } }
notifier: { smtp: { host: mail.example.com, port: 587, sender: auth@example.com } }
identity_providers: { oidc: { clients: [] } }
`;

/** The smallest that a setting can be added to. */
const small = (cookies: string, more = "") => `
authentication_backend: { file: { path: users.yml } }
access_control: { default_policy: one_factor }
storage: { encryption_key: ${encryptionKey}, local: { path: zerohop.sqlite3 } }
${more}
session:
  cookies:
${cookies}`;
const one = "    - { domain: example.com, portal_url: https://auth.example.com }";

describe("a configuration with Authelia's names", () => {
  test("means here what it means there, and names what has no effect with its place", () => {
    const { config, warnings, policy } = loadConfig(written(whole), {});
    expect(config).toMatchObject({
      server: { address: { host: "127.0.0.1", port: 9092 }, tls: null },
      session: { name: "authelia_session", expiration: 5400, inactivity: 300, rememberMe: 30 * 86_400 },
      passwordReset: { lifespan: 420 },
      notifier: { smtp: { host: "mail.example.com", port: 587 } },
    });
    const asked = { method: "GET", url: "https://app.example.com/" };
    for (const ip of ["192.0.2.7", "10.8.1.1", "10.1.1.1"])
      expect(policy.decide({ ...asked, address: ip })).toMatchObject({ policy: "bypass" });
    expect(policy.decide({ ...asked, address: "198.51.100.1" })).toMatchObject({ policy: "deny" });
    expect(warnings.map(told)).toEqual([
      "1:1: theme: has no effect here: the portal follows the browser's light or dark setting",
      expect.stringMatching(/^8:16: server\.endpoints\.authz: has no effect here: /),
      expect.stringMatching(/^9:21: log\.format: has no effect here: /),
      expect.stringMatching(/^10:1: jwt_secret: has no effect here: /),
      expect.stringMatching(/^11:67: identity_validation\.reset_password\.jwt_algorithm: has no effect here: /),
      expect.stringMatching(/^13:28: authentication_backend\.file\.watch: has no effect here: /),
      expect.stringMatching(/^13:41: authentication_backend\.file\.password: has no effect here: /),
      expect.stringMatching(/^24:3: session\.secret: has no effect here: /),
      expect.stringMatching(/^25:3: session\.redis: has no effect here: /),
      expect.stringMatching(/^31:7: session\.cookies\[0\]\.default_redirection_url: has no effect here: /),
      expect.stringMatching(
        /^37:23: identity_providers\.oidc: has no effect here: Zerohop is no OpenID Connect provider/,
      ),
    ]);
  });

  test("is checked with its warnings, for people and for programs", async () => {
    const file = written(small(one, "theme: dark"));
    const users =
      "users:\n  alice:\n    displayname: Alice\n    password: $2b$10$7EqJtq98hPqEX7fNZaFWoOhi5pWZQ1cBDBRY9yVt0yS3o5OUj2Ixe\n";
    writeFileSync(join(file, "..", "users.yml"), users);
    const { code, stdout, stderr } = await zerohopInProcess(["check", "--config", file]);
    expect([code, stderr]).toEqual([0, expect.stringContaining(`${file}:4:1: warning: theme: has no effect here: `)]);
    expect(stdout).toContain("no mistakes, ");
    const forPrograms = await zerohopInProcess(["check", "--config", file, "--json"]);
    expect(
      forPrograms.stdout
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line)),
    ).toContainEqual({
      ...{ severity: "warning", file, line: 4, column: 1, path: "theme" },
      message: expect.stringContaining("has no effect here"),
    });
  });

  test("is run, with the same in the host's log", async () => {
    const text = configText.replace("storage:", "theme: dark\nstorage:");
    const { log } = await startHost({ text });
    expect(log).toContainEqual(
      expect.objectContaining({ key: "theme", msg: expect.stringContaining("has no effect here: ") }),
    );
  });

  test("has a value that there is not here told, and goes on with the usual one", () => {
    const text = small(one, "").replace("file: {", "refresh_interval: disable, file: {");
    const { config, warnings } = loadConfig(written(text), {});
    expect(config.authenticationBackend.refreshInterval).toBe(60);
    expect(warnings.map(told)).toEqual([
      expect.stringMatching(/^1:27: authentication_backend\.refresh_interval: has no effect here: disable: /),
    ]);
  });

  test("gives policy commands its networks too, and its mistakes their places", () => {
    expect(loadAccessControl(written(whole)).section).toMatchObject({
      networks: [{ name: "lan" }, { name: "office" }, {}],
    });
    const wrong = whole.replace("[192.0.2.0/24]", "[192.0.2.0/24, 10.0.0.0/99]");
    expect(problemsOf(wrong)).toEqual([expect.stringMatching(/^16:28: definitions\.network\.office\[1\]: /)]);
    expect(() => loadAccessControl(written(wrong))).toThrow(/:16:28: definitions\.network\.office\[1\]: /);
  });

  test.each([
    [
      "a typing mistake beside keys of both",
      small(one, "totp: { digitz: 6 }"),
      /4:9: totp\.digitz: unknown key; did you mean digits\?/,
    ],
    [
      "a key under both of its names",
      small(one, "identity_validation: { reset_password: { lifespan: 5m, jwt_lifespan: 6m } }"),
      /jwt_lifespan: is another name for identity_validation\.reset_password\.lifespan; give one of them/,
    ],
    [
      "a mistake in a renamed value",
      small(one, "identity_validation: { reset_password: { jwt_lifespan: soon } }"),
      /4:56: identity_validation\.reset_password\.jwt_lifespan: must be whole seconds or a duration/,
    ],
    [
      "certificates that clients would have to show",
      small(one, "server: { tls: { client_certificates: [/ca.pem] } }"),
      /4:18: server\.tls\.client_certificates: the host asks proxies for no certificate/,
    ],
    [
      "a domain that names no portal",
      small(one).replace("  cookies:", "  domain: example.com\n  cookies:"),
      /6:3: session\.domain: names no portal: write session\.cookies/,
    ],
    [
      "cookie domains of different lifetimes",
      small(
        "    - { domain: example.com, portal_url: https://auth.example.com, inactivity: 10m }\n" +
          "    - { domain: example.org, portal_url: https://auth.example.org }",
      ),
      /7:68: session\.cookies\[0\]\.inactivity: is not that of session\.cookies\[1\], and one value counts for every cookie domain/,
    ],
    [
      "a mistake in a cookie domain's setting",
      small("    - { domain: example.com, portal_url: https://auth.example.com, inactivity: never }"),
      /7:80: session\.cookies\[0\]\.inactivity: must be whole seconds or a duration/,
    ],
  ])("with %s is refused", (_, text, problem) => {
    expect(problemsOf(text)).toContainEqual(expect.stringMatching(problem));
  });

  test("has one value of cookie domains that agree, however it is written", () => {
    const { config, warnings } = loadConfig(
      written(
        small(
          "    - { domain: example.com, portal_url: https://auth.example.com, inactivity: 10m, remember_me: -1 }\n" +
            "    - { domain: example.org, portal_url: https://auth.example.org, inactivity: 10 minutes, remember_me: disable, same_site: lax }",
        ),
      ),
      {},
    );
    expect(config.session).toMatchObject({ inactivity: 600, rememberMe: null });
    expect(warnings.map(told)).toEqual([expect.stringMatching(/^8:114: session\.cookies\[1\]\.same_site: /)]);
  });
});
