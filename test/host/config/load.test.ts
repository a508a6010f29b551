import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../../../host/app/config/load.ts";
import { loopback } from "../../../host/kit/config/network.ts";
import { InvalidFileError } from "../../../host/kit/yaml/problem.ts";
import { configText, encryptionKey, temporaryFolder } from "../../../workshop/host/files.ts";

type Variables = Readonly<Record<string, string>>;

async function load(text: string, environment: Variables = {}, folder = temporaryFolder()) {
  const file = join(folder, "config.yml");
  writeFileSync(file, text);
  return loadConfig(file, environment).config;
}

/** The problems of a config, as `line:column: path: message`. */
async function problemsOf(text: string, environment: Variables = {}, folder = temporaryFolder()): Promise<string[]> {
  try {
    await load(text, environment, folder);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidFileError)) throw error;
    return error.problems.map(({ line, column, path, message }) => `${line}:${column}: ${path}: ${message}`);
  }
}

/** The config with one line replaced, or a line added at the end when `from` is "". */
function changed(from: string, to: string): string {
  const text = configText.trimStart();
  if (from === "") return `${text}${to}\n`;
  if (!text.includes(from)) throw new Error(`the config has no ${from}`);
  return text.replace(from, to);
}

describe("a config file", () => {
  test("has defaults for all that is not required", async () => {
    const folder = temporaryFolder();
    const config = await load(
      `
storage: { encryption_key: ${encryptionKey}, local: { path: data/db } }
session: { cookies: [{ domain: Example.COM, portal_url: "https://Auth.Example.com:443/" }] }
authentication_backend: { file: { path: /etc/users.yml } }
access_control: { default_policy: one_factor }
`,
      {},
      folder,
    );
    expect(config).toEqual({
      server: {
        address: { host: "127.0.0.1", port: 9091 },
        trustedProxies: loopback,
        spoeAddress: null,
        tls: null,
      },
      log: { level: "info" },
      regulation: { maxRetries: 3, maxRetriesPerAddress: 30, findTime: 120, banTime: 300, modes: ["user", "ip"] },
      notifier: null,
      elevation: {
        ...{ disable: false, codeLifespan: 300, elevationLifespan: 600, characters: 8 },
        ...{ requireSecondFactor: true, skipSecondFactor: true },
      },
      portal: { name: "Zerohop", logo: null, accentColor: null, applications: [] },
      audit: { retention: 90 * 86_400 },
      metrics: {},
      storage: { encryptionKey, local: { path: join(folder, "data/db") }, postgres: null },
      session: {
        name: "zerohop_session",
        expiration: 3600,
        inactivity: 300,
        rememberMe: 30 * 86_400,
        outageGrace: 900,
        maxPerUser: 1000,
        cookies: [
          {
            domain: "example.com",
            portalUrl: "https://auth.example.com",
            basic: {
              headers: ["proxy_authorization"],
              forwardAuthHeaders: ["authorization", "proxy_authorization"],
              forward: false,
            },
            identityHeaders: { user: [], groups: [], name: [], email: [] },
          },
        ],
      },
      gate: { trustedProxies: [], accessLog: "refused", dropSessionSetCookie: false, cacheMegabytes: undefined },
      authenticationBackend: {
        refreshInterval: 60,
        file: { path: "/etc/users.yml", search: { email: false, caseInsensitive: false } },
      },
      providers: [],
      passwordChange: { enabled: true },
      passwordReset: { enabled: true, customUrl: null, lifespan: 600 },
      passwordPolicy: {
        standard: {
          ...{ enabled: true, minLength: 12, maxLength: null },
          ...{ requireUppercase: false, requireLowercase: false, requireNumber: false, requireSpecial: false },
        },
        zxcvbn: { enabled: true, minScore: 3 },
      },
      totp: { disable: false, issuer: "Zerohop", algorithm: "SHA1", digits: 6, period: 30, skew: 1, secretSize: 20 },
      webauthn: { disable: false, enablePasskeyLogin: true, displayName: "Zerohop" },
      accessControl: { default_policy: "one_factor" },
    });
  });

  test.each([
    ["300", 300],
    ["'300'", 300],
    ["1h30m", 5400],
    ["2d", 172_800],
    ["1w", 604_800],
    ["1M", 30 * 86_400],
    ["1y", 365 * 86_400],
  ])("reads the duration %s", async (written, seconds) => {
    const config = await load(changed("session:", `session:\n  expiration: ${written}`));
    expect(config.session.expiration).toBe(seconds);
  });

  test("reads how gates take Basic credentials, whom they trust and what they log", async () => {
    const domain = "    - domain: example.com";
    const basic = "\n      basic: { headers: [authorization, proxy_authorization], forward: true }";
    const { session } = await load(changed(domain, domain + basic));
    const both = ["authorization", "proxy_authorization"];
    expect(session.cookies[0]!.basic).toEqual({ headers: both, forwardAuthHeaders: both, forward: true });
    const off = await load(changed(domain, `${domain}\n      basic: { headers: [] }`));
    expect(off.session.cookies[0]!.basic).toEqual({ headers: [], forwardAuthHeaders: [], forward: false });
    const { gate } = await load(
      changed(
        "",
        "gate: { trusted_proxies: [10.0.0.0/8], access_log: off, drop_session_set_cookie: true, cache_megabytes: 64 }",
      ),
    );
    expect(gate).toEqual({
      trustedProxies: [{ address: "10.0.0.0", prefix: 8, family: "ipv4" }],
      accessLog: "off",
      dropSessionSetCookie: true,
      cacheMegabytes: 64,
    });
  });

  const domainLine = "    - domain: example.com";
  const withHeaders = (written: string) => changed(domainLine, `${domainLine}\n      identity_headers: ${written}`);

  test("reads by which headers a domain's applications are told who asks", async () => {
    const { session } = await load(withHeaders("{ user: [X-WEBAUTH-USER, X-Forwarded-User], email: [X-Mail] }"));
    expect(session.cookies[0]!.identityHeaders).toEqual({
      ...{ user: ["X-WEBAUTH-USER", "X-Forwarded-User"], groups: [], name: [], email: ["X-Mail"] },
    });
  });

  test.each([
    ...["Cookie", "HOST", "authorization", "Proxy-Authorization", "Content-Length", "Connection", "Location"],
    ...["X-Forwarded-For", "X-Forwarded-Proto", "x-forwarded-host", "X-Original-URL", "Set-Cookie", "TE", "Upgrade"],
    ...[
      "Transfer-Encoding",
      "Keep-Alive",
      "Forwarded",
      "X-Real-IP",
      "Accept",
      "If-None-Match",
      "Sec-Fetch-Mode",
      "Proxy",
    ],
    ...["X-HTTP-Method-Override", "Remote-Addr", "X-Zerohop-Session", "X-Accel-Redirect", "Content-Type"],
  ])("refuses %s as a header that tells who asks: it means something else", async (name) => {
    const problems = await problemsOf(withHeaders(`{ groups: [X-Groups, ${name}] }`));
    expect(problems).toEqual([
      expect.stringContaining(`11:46: session.cookies[0].identity_headers.groups[1]: must be another`),
    ]);
  });

  test.each([
    [
      "{ groups: [remote-user] }",
      "11:36: session.cookies[0].identity_headers.groups[0]: must be another name: remote-user is always sent",
    ],
    [
      "{ user: [X_USER] }",
      "11:34: session.cookies[0].identity_headers.user[0]: must be a header's name of letters, digits",
    ],
    [
      "{ user: ['X:Y'] }",
      "11:34: session.cookies[0].identity_headers.user[0]: must be a header's name of letters, digits",
    ],
    ["{ user: X-User }", "11:33: session.cookies[0].identity_headers.user: must be a list"],
    ["{ users: [X-User] }", "11:27: session.cookies[0].identity_headers.users: unknown key; did you mean user?"],
    [
      "{ user: [X-User], email: [X-USER] }",
      "11:51: session.cookies[0].identity_headers.email[0]: is named twice, in user[0] as well",
    ],
  ])("says what is wrong with %s", async (written, problem) => {
    expect(await problemsOf(withHeaders(written))).toEqual([expect.stringContaining(problem)]);
  });

  test.each(["0", "10001", "1.5", "many"])("takes no %s for the number of a user's sessions", async (value) => {
    await expect(load(changed("session:", `session:\n  max_per_user: ${value}`))).rejects.toThrow(
      /:9:17: session\.max_per_user: must be /,
    );
  });

  test("reads an outage grace of nothing as none", async () => {
    expect((await load(changed("session:", "session:\n  outage_grace: 0"))).session.outageGrace).toBe(0);
  });

  test.each([
    ["session:", "session:\n  outage_grace: -1", "9:17: session.outage_grace: must be at least 0s, not -1"],
    [
      "    - domain: example.com",
      "    - domain: example.com\n      basic: { headers: [authorisation] }",
      '11:26: session.cookies[0].basic.headers[0]: must be one of authorization, proxy_authorization, not "authorisation"; did you mean authorization?',
    ],
    ["", "gate: { access_log: none }", '28:21: gate.access_log: must be one of refused, all, off, not "none"'],
    ["", "gate: { drop_session_set_cookie: 1 }", "28:34: gate.drop_session_set_cookie: must be true or false, not 1"],
    ["", "gate: { trusted_proxies: 10 }", "28:26: gate.trusted_proxies: must be a list, not 10"],
  ])("says what is wrong in %j, %j", async (from, to, problem) => {
    expect(await problemsOf(changed(from, to))).toEqual([problem]);
  });

  test.each(["-1", "disable", "'-1'"])("switches remembering off with %s", async (written) => {
    expect((await load(changed("session:", `session:\n  remember_me: ${written}`))).session.rememberMe).toBeNull();
  });

  test.each([
    ["tcp://127.0.0.1:9091", "127.0.0.1", 9091],
    ["tcp://:9091/", "", 9091],
    ["tcp4://:9091", "0.0.0.0", 9091],
    ["tcp6://[::1]:9091", "::1", 9091],
    ["localhost:1", "localhost", 1],
    ["'[::1]:9091'", "::1", 9091],
  ])("reads the address %s", async (written, host, port) => {
    const config = await load(changed("127.0.0.1:0", written));
    expect(config.server.address).toEqual({ host, port });
  });

  test("takes Authelia's name for the portal's URL", async () => {
    const config = await load(changed("portal_url", "authelia_url"));
    expect(config.session.cookies[0]!.portalUrl).toBe("https://auth.example.com");
  });

  // What is changed into what, and the line, column and path that the one problem must name.
  test.each([
    ["server:", "sever:", "1:1: sever: unknown key; did you mean server?"],
    ["  address:", "  adress:", "2:3: server.adress: unknown key; did you mean address?"],
    ["server:", "zzz: 1\nserver:", "1:1: zzz: unknown key; allowed here: server, log, storage, session"],
    ["", "log: { level: loud }", '28:15: log.level: must be one of trace, debug, info, warn, error, not "loud"'],
    ["127.0.0.1:0", "127.0.0.1", "2:12: server.address: must be an address such as"],
    ["127.0.0.1:0", "127.0.0.1:70000", "2:12: server.address: the port must be at most 65535"],
    ["127.0.0.1:0", "udp://127.0.0.1:1", "2:12: server.address: must be an address"],
    ["[127.0.0.1]", "127.0.0.1", '3:20: server.trusted_proxies: must be a list, not "127.0.0.1"'],
    ["[127.0.0.1]", "[127.0.0.1, 10.0.0.0/33]", "3:32: server.trusted_proxies[1]: the prefix"],
    ["[127.0.0.1]", "[proxy.local]", "3:21: server.trusted_proxies[0]: must be an IP address or a CIDR"],
    [encryptionKey, "too short", "5:19: storage.encryption_key: must be at least 20 characters long, not 9"],
    [encryptionKey, "12345678901234567890", "5:19: storage.encryption_key: must be a text; put it in quotes"],
    [`  encryption_key: ${encryptionKey}\n`, "", "4:1: storage.encryption_key: is required"],
    ["  local:\n    path: db.sqlite3", "  local: db.sqlite3", "6:10: storage.local: must be a mapping"],
    ["    path: db.sqlite3\n", "", "6:3: storage.local.path: is required"],
    ["session:", "session:\n  expiration: one hour", "9:15: session.expiration: must be whole seconds or a duration"],
    ["session:", "session:\n  expiration: 1.5", "9:15: session.expiration: must be whole seconds or a duration"],
    ["session:", "session:\n  expiration: 30s", "9:15: session.expiration: must be at least 60s"],
    ["session:", "session:\n  expiration: 999999d", "9:15: session.expiration: must be at most 10y"],
    ["session:", "session:\n  inactivity: 4", "9:15: session.inactivity: must be at least 5s"],
    ["session:", "session:\n  remember_me: never", "9:16: session.remember_me: must be whole seconds or a duration"],
    ["session:", "session:\n  name: 'a b'", "9:9: session.name: must be 1 to 64 letters"],
    ["session:", "session:\n  name: __Host-x", "9:9: session.name: must not begin with __Host-"],
    [
      "    - domain: example.com\n      portal_url: https://auth.example.com\n",
      "",
      "9:3: session.cookies: is required: a list",
    ],
    [
      "example.com\n      portal",
      "com\n      portal",
      "10:15: session.cookies[0].domain: must have at least two labels",
    ],
    [
      "example.com\n      portal",
      ".example.com\n      portal",
      "10:15: session.cookies[0].domain: must be written without the leading dot: example.com",
    ],
    [
      "example.com\n      portal",
      "Duckdns.org\n      portal",
      "10:15: session.cookies[0].domain: must be below duckdns.org, such as example.duckdns.org: that is a public suffix, for which browsers refuse cookies",
    ],
    [
      "example.com\n      portal",
      "192.168.1.1\n      portal",
      "10:15: session.cookies[0].domain: must be a domain name; browsers refuse",
    ],
    [
      "example.com\n      portal",
      "exa_mple.com\n      portal",
      "10:15: session.cookies[0].domain: must be a domain name such as",
    ],
    [
      "https://auth.example.com",
      "http://auth.example.com",
      "11:19: session.cookies[0].portal_url: must be an https URL",
    ],
    [
      "https://auth.example.com",
      "https://auth.example.org",
      "11:19: session.cookies[0].portal_url: must be inside the cookie domain",
    ],
    [
      "https://auth.example.com",
      "https://auth.example.com/portal",
      "11:19: session.cookies[0].portal_url: must be a scheme, a host and a port and nothing else",
    ],
    [
      "https://auth.example.com",
      "https://u:p@auth.example.com",
      "11:19: session.cookies[0].portal_url: must be a scheme",
    ],
    ["https://auth.example.com", "auth.example.com", "11:19: session.cookies[0].portal_url: must be a URL such as"],
    [
      "portal_url: https://auth.example.com",
      "authelia_url: http://auth.example.com",
      "11:21: session.cookies[0].authelia_url: must be an https URL",
    ],
    [
      "portal_url:",
      "authelia_url: https://auth.example.com\n      portal_url:",
      "11:7: session.cookies[0].authelia_url: is another name for portal_url",
    ],
    [
      "authentication",
      "    - { domain: example.com, portal_url: https://login.example.com }\nauthentication",
      "12:17: session.cookies[1].domain: is the same as that of session.cookies[0]",
    ],
    [
      "authentication",
      "    - { domain: a.example.com, portal_url: https://login.a.example.com }\nauthentication",
      "12:17: session.cookies[1].domain: overlaps with example.com",
    ],
    ["  file:\n    path: users.yml", "  ldap: {}", "13:3: authentication_backend.ldap.address: is required"],
    ["default_policy: deny", "default_policy: maybe", "16:19: access_control.default_policy:"],
    ["policy: two_factor", "policy: three_factor", "23:15: access_control.rules[2].policy:"],
  ])("with %j written as %j has its problem named with line, column and path", async (from, to, expected) => {
    const problems = await problemsOf(changed(from, to));
    expect(problems.filter((problem) => problem.startsWith(expected))).toHaveLength(1);
  });

  test("has all its problems reported at once, in the order of the file", async () => {
    const text = changed("127.0.0.1:0", "nowhere").replace("https://auth", "http://auth").replace(": deny", ": maybe");
    const problems = await problemsOf(`${text}logs: {}\n`);
    expect(problems.map((problem) => problem.split(": ")[1])).toEqual([
      "server.address",
      "session.cookies[0].portal_url",
      "access_control.default_policy",
      "logs",
    ]);
  });

  test("that is empty has everything required reported", async () => {
    const problems = await problemsOf("");
    expect(problems.map((problem) => problem.split(": ").slice(0, 2).join(" "))).toEqual([
      "1:1 access_control",
      "1:1 authentication_backend",
      "1:1 session.cookies",
      "1:1 storage",
      "1:1 storage.encryption_key",
    ]);
  });

  test("that is no mapping is refused", async () => {
    expect(await problemsOf("- 1\n")).toEqual(["1:1: (document): must be a mapping (key: value), not a list"]);
  });
});

describe("a secret", () => {
  const without = changed(`  encryption_key: ${encryptionKey}\n`, "");
  const withFile = changed(`  encryption_key: ${encryptionKey}`, "  encryption_key_file: secrets/key");

  function folderWithKey(content: string): string {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "secrets"));
    writeFileSync(join(folder, "secrets/key"), content);
    return folder;
  }

  test("is read from a file beside the config, without its line end", async () => {
    const config = await load(withFile, {}, folderWithKey(`${encryptionKey}\n`));
    expect(config.storage.encryptionKey).toBe(encryptionKey);
  });

  test("is read from the environment", async () => {
    const config = await load(without, { ZEROHOP_STORAGE_ENCRYPTION_KEY: encryptionKey });
    expect(config.storage.encryptionKey).toBe(encryptionKey);
  });

  test("is not read from an empty variable", async () => {
    const environment = { ZEROHOP_STORAGE_ENCRYPTION_KEY: "", ZEROHOP_STORAGE_ENCRYPTION_KEY_FILE: "" };
    expect((await load(configText, environment)).storage.encryptionKey).toBe(encryptionKey);
    expect(await problemsOf(without, environment)).toEqual([
      "4:1: storage.encryption_key: is required: a random text of at least 20 characters",
    ]);
  });

  test("is read from a file that the environment names", async () => {
    const environment = { ZEROHOP_STORAGE_ENCRYPTION_KEY_FILE: "secrets/key" };
    const config = await load(without, environment, folderWithKey(encryptionKey));
    expect(config.storage.encryptionKey).toBe(encryptionKey);
  });

  test("is never shown when it is wrong, and the problem says where it came from", async () => {
    const inFile = await problemsOf(withFile, {}, folderWithKey("hush-hush"));
    expect(inFile).toEqual(["5:24: storage.encryption_key_file: must be at least 20 characters long, not 9"]);
    const inEnvironment = await problemsOf(without, { ZEROHOP_STORAGE_ENCRYPTION_KEY: "hush-hush" });
    expect(inEnvironment).toEqual([
      "4:1: storage.encryption_key: must be at least 20 characters long, not 9 (environment variable ZEROHOP_STORAGE_ENCRYPTION_KEY)",
    ]);
  });

  test("from a file that is missing is a problem of that file's key", async () => {
    expect(await problemsOf(withFile)).toEqual([
      "5:24: storage.encryption_key_file: cannot be read from secrets/key: there is no such file",
    ]);
  });

  test("from a pipe or a device is none, for such a file may have no end", async () => {
    const problems = await problemsOf(withFile.replace("secrets/key", "/dev/zero"));
    expect(problems).toEqual([
      expect.stringContaining("cannot be read from /dev/zero: it is a pipe, a socket or a device"),
    ]);
  });

  test("given in two ways is a problem", async () => {
    const problems = await problemsOf(configText.trimStart(), { ZEROHOP_STORAGE_ENCRYPTION_KEY: encryptionKey });
    expect(problems).toEqual([
      "5:19: storage.encryption_key: is given twice: by encryption_key and by environment variable ZEROHOP_STORAGE_ENCRYPTION_KEY",
    ]);
  });
});

describe("a template, which Zerohop does not fill in,", () => {
  const placed = "is a template ({{ … }}), and Zerohop fills none in; it must be the value itself";
  const unset = `(\${NAME}) that is not filled in: no environment variable of that name is set`;
  const keyMessage = `${placed}, which may also stand in a file (encryption_key_file) or in the environment (ZEROHOP_STORAGE_ENCRYPTION_KEY)`;

  test.each([
    `'{{ secret "/run/secrets/storage_encryption_key" }}'`,
    `"{{- env \\"STORAGE_ENCRYPTION_KEY\\" -}}"`,
    `'{{ fileContent "/run/secrets/key" | trim }}'`,
    `'x{{ mustEnv "STORAGE_ENCRYPTION_KEY" }}y'`,
    `|\n    {{ secret\n    "/run/secrets/key" }}`,
  ])("is no encryption key: %s", async (value) => {
    expect(await problemsOf(changed(`encryption_key: ${encryptionKey}`, `encryption_key: ${value}`))).toEqual([
      `5:19: storage.encryption_key: ${keyMessage}`,
    ]);
  });

  test.each([
    `\${STORAGE_ENCRYPTION_KEY}`,
    `before \${STORAGE_KEY} after`,
    `\${STORAGE_KEY:-changeme-changeme}`,
    `\${ STORAGE_ENCRYPTION_KEY }`,
    `\${STORAGE_ENCRYPTION_KEY,,}`,
    `\${storage.encryption-key}`,
  ])("is no encryption key: %s", async (value) => {
    expect(await problemsOf(changed(`encryption_key: ${encryptionKey}`, `encryption_key: "${value}"`))).toEqual([
      `5:19: storage.encryption_key: ${keyMessage.replace("({{ … }}), and Zerohop fills none in", unset)}`,
    ]);
  });

  test.each(["$STORAGE_ENCRYPTION_KEY", "$(STORAGE_ENCRYPTION_KEY)"])("is no encryption key: %s", async (value) => {
    expect(await problemsOf(changed(`encryption_key: ${encryptionKey}`, `encryption_key: "${value}"`))).toEqual([
      `5:19: storage.encryption_key: ${keyMessage.replace("{{ … }}", "$$NAME")}`,
    ]);
  });

  test.each([
    "$STORAGE_ENCRYPTION_KEY of mine",
    "$storage_encryption_key",
    `ab\${12345678901234567}`,
    "a$(b)cdefghijklmnopqrs",
  ])("is an encryption key: %s", async (value) => {
    expect(await problemsOf(changed(`encryption_key: ${encryptionKey}`, `encryption_key: "${value}"`))).toEqual([]);
  });

  test.each([`{{ secret "/run/secrets/key" }}`, `{{- env "KEY" }}`, `{{ secret "/x" | mindent 0 "|" | msquote }}`])(
    "is named also where it makes the file no YAML: %s",
    async (value) => {
      expect(await problemsOf(changed(`encryption_key: ${encryptionKey}`, `encryption_key: ${value}`))).toEqual([
        "5:19: (yaml): is a template ({{ … }}), and Zerohop fills none in; write what it stands for",
      ]);
    },
  );

  test("is no secret in a file or in the environment either", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "key"), "{{ env `ZEROHOP_KEY_OF_THE_DATABASE` }}\n");
    const fromFile = changed(`encryption_key: ${encryptionKey}`, "encryption_key_file: key");
    expect(await problemsOf(fromFile, {}, folder)).toEqual([`5:24: storage.encryption_key_file: ${keyMessage}`]);
    const none = changed(`  encryption_key: ${encryptionKey}\n`, "");
    const variable = "environment variable ZEROHOP_STORAGE_ENCRYPTION_KEY";
    expect(await problemsOf(none, { ZEROHOP_STORAGE_ENCRYPTION_KEY: "{{ secret `/run/secrets/key` }}" })).toEqual([
      `4:1: storage.encryption_key: ${keyMessage} (${variable})`,
    ]);
    expect(await problemsOf(none, { ZEROHOP_STORAGE_ENCRYPTION_KEY_FILE: join(folder, "key") })).toEqual([
      `4:1: storage.encryption_key: ${keyMessage} (${variable}_FILE)`,
    ]);
  });

  test.each([
    [
      "the password of PostgreSQL",
      "storage.postgres.password",
      "storage: { encryption_key: K, postgres: { address: db, password: T } }",
    ],
    [
      "the password of LDAP",
      "authentication_backend.ldap.password",
      "authentication_backend: { ldap: { address: 'ldaps://ds', base_dn: 'dc=x', user: 'cn=s', password: T } }",
    ],
    [
      "the password of SMTP",
      "notifier.smtp.password",
      "notifier: { smtp: { address: 'submissions://mx', sender: 'a@example.com', username: u, password: T } }",
    ],
    ["the token of metrics", "metrics.token", "metrics: { token: T }"],
    [
      "the user of LDAP",
      "authentication_backend.ldap.user",
      "authentication_backend: { ldap: { address: 'ldaps://ds', base_dn: 'dc=x', user: T, password: p } }",
    ],
    ["the path of the database", "storage.local.path", "storage: { encryption_key: K, local: { path: T } }"],
    [
      "a cookie domain",
      "session.cookies[0].domain",
      "session: { cookies: [{ domain: T, portal_url: 'https://auth.example.com' }] }",
    ],
    [
      "a regular expression of a rule",
      "access_control.rules[1].resources[0]",
      "access_control: { rules: [{ domain: a.example.com, policy: deny }, { domain: a.example.com, policy: deny, resources: [T] }] }",
    ],
  ])("is not %s", async (_, path, section) => {
    const key = section.split(":", 1)[0]!;
    const rest = changed("", "").replace(new RegExp(`^${key}:\n(?:[ ].*\n)*`, "m"), "");
    for (const template of ["'{{ env \"SOMETHING_OF_A_LENGTH\" }}'", `'\${SOMETHING_OF_A_LENGTH}'`]) {
      const text = `${rest}${section.replace("K", encryptionKey).replace(/\bT\b/, template)}\n`;
      const problems = await problemsOf(text);
      expect(problems.filter((problem) => problem.includes("is a template"))).toEqual([
        expect.stringMatching(new RegExp(`^\\d+:\\d+: ${path.replace(/[[\]]/g, "\\$&")}: is a template`)),
      ]);
    }
  });

  test("is not what only looks a little like one", async () => {
    const key = `a $5 {note} }} {{ pa$word \${5} $HOME`;
    const config = await load(changed(`encryption_key: ${encryptionKey}`, `encryption_key: '${key}'`));
    expect(config.storage.encryptionKey).toBe(key);
  });
});
