// `zerohop import authelia`: the shapes of its configurations, and logging in here with what was set up there.
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { loadConfig } from "../../../host/app/config/load.ts";
import { zerohopInProcess } from "../../../workshop/host/command-in-process.ts";
import { temporaryFolder, usersText } from "../../../workshop/host/files.ts";
import { cookieOf, payloadOf, startHost } from "../../../workshop/host/in-process.ts";
import { type Ban, type Person, writeAutheliaSqlite } from "../migration/authelia/database.ts";
import { Authenticator } from "../support/authenticator.ts";
import { App } from "../support/second-factor.ts";

const encryptionKey = "an encryption key of Authelia that is long enough";

/** A whole configuration of 4.39. */
const current = `
theme: dark
server:
  address: 'tcp://0.0.0.0:9091/'
  endpoints:
    authz:
      forward-auth:
        implementation: ForwardAuth
log: { level: info, format: text, file_path: /config/authelia.log }
telemetry: { metrics: { enabled: true, address: 'tcp://:9959' } }
identity_validation:
  reset_password: { jwt_secret: a_very_important_secret, jwt_lifespan: 5 minutes }
totp: { issuer: example.com, period: 30 }
webauthn: { enable_passkey_login: true, display_name: Example, attestation_conveyance_preference: indirect }
duo_api: { hostname: api-123.duosecurity.com, integration_key: ABC, secret_key: secret }
ntp: { address: 'udp://time.cloudflare.com:123' }
authentication_backend:
  refresh_interval: 1m
  file: { path: /config/users.yml, watch: true, password: { algorithm: argon2 } }
definitions:
  network:
    internal: [10.0.0.0/8, 192.168.0.0/16]
access_control:
  default_policy: deny
  rules:
    - { domain: public.example.com, policy: bypass }
    - { domain: '*.example.com', policy: two_factor, subject: ['group:admins'], networks: [internal] }
    - { domain: api.example.com, policy: one_factor, subject: ['oauth2:client:ci'] }
session:
  secret: insecure_session_secret
  redis: { host: redis, port: 6379 }
  cookies:
    - name: authelia_session
      domain: example.com
      authelia_url: https://auth.example.com
      default_redirection_url: https://www.example.com
      expiration: 1 hour and 30 minutes
      inactivity: 5 minutes
      remember_me: 1 month
regulation: { max_retries: 3, find_time: 2 minutes, ban_time: 5m }
storage:
  encryption_key: ${encryptionKey}
  local: { path: /config/db.sqlite3 }
notifier: { filesystem: { filename: /config/notification.txt } }
identity_providers: { oidc: { hmac_secret: secret, clients: [{ client_id: grafana }] } }
`;

interface Given {
  readonly files?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly people?: readonly Person[];
  readonly bans?: readonly Ban[];
  readonly schema?: number;
}

/** Imports, with \`configuration.yml\`, a users file and perhaps a database in a folder. */
async function importFrom(
  configuration: string,
  { files = {}, args = [], environment = {}, people, bans, schema = 26 }: Given = {},
) {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "configuration.yml"), configuration);
  writeFileSync(join(folder, "users.yml"), await usersText());
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  if (people) writeAutheliaSqlite(join(folder, "db.sqlite3"), { schema, encryptionKey, people, bans });
  const output = join(folder, "zerohop");
  const words = [
    "import",
    "authelia",
    ...(args.includes("--config") ? [] : ["--config", "configuration.yml"]),
    "--output",
    output,
    ...args,
  ];
  const { code, stdout, stderr } = await zerohopInProcess(words, { cwd: folder, environment });
  const file = join(output, "zerohop.yml");
  const config = existsSync(file) ? parse(readFileSync(file, "utf8")) : undefined;
  return { folder, output, file, config, code, stdout, stderr };
}

describe("a whole configuration of Authelia's", () => {
  test("becomes one that has no mistakes, with a report of each key", async () => {
    const { code, stdout, stderr, file, output, config } = await importFrom(current);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const loaded = loadConfig(file, {}).config;
    expect(loaded.session).toMatchObject({
      name: "authelia_session",
      expiration: 5400,
      inactivity: 300,
      rememberMe: 30 * 86_400,
    });
    expect(loaded.session.cookies).toMatchObject([{ domain: "example.com", portalUrl: "https://auth.example.com" }]);
    expect(config.access_control).toEqual({
      default_policy: "deny",
      networks: [{ name: "internal", networks: ["10.0.0.0/8", "192.168.0.0/16"] }],
      rules: [
        { domain: "public.example.com", policy: "bypass" },
        { domain: "*.example.com", policy: "two_factor", subject: ["group:admins"], networks: ["internal"] },
      ],
    });
    expect(config.storage).toEqual({ encryption_key: encryptionKey, local: { path: "zerohop.sqlite3" } });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(output, "users.yml")).mode & 0o077).toBe(0);
    for (const line of [
      "identity_validation.reset_password.jwt_lifespan is now identity_validation.reset_password.lifespan",
      "session.cookies[].authelia_url is now session.cookies[].portal_url",
      "session.redis: sessions are in the database",
      "duo_api: there are no push messages",
      "identity_providers.oidc: Zerohop is no OpenID Connect provider",
      "definitions.network is now access_control.networks",
      "access_control.rules[].subject: oauth2:client:",
      "webauthn.attestation_conveyance_preference: no attestation is asked for",
      "server.trusted_proxies: name the networks of your proxies",
    ])
      expect(stdout).toContain(line);
    for (const secret of ["a_very_important_secret", "insecure_session_secret", encryptionKey])
      expect(stdout).not.toContain(secret);
    expect(readFileSync(join(output, "import-report.txt"), "utf8")).toContain("Not needed");
  });

  test("is not written over another", async () => {
    const first = await importFrom(current);
    const again = await zerohopInProcess(
      ["import", "authelia", "--config", "configuration.yml", "--output", first.output],
      {
        cwd: first.folder,
      },
    );
    expect(again.code).toBe(2);
    expect(again.stderr).toContain("is there already");
  });
});

const small = (more: string) => `
authentication_backend: { file: { path: users.yml } }
access_control: { default_policy: two_factor }
session: { cookies: [{ domain: example.com, authelia_url: 'https://auth.example.com' }] }
${more}`;

describe("filters and the environment", () => {
  test("are filled in; a secret in a file stays there", async () => {
    const text = small(`
storage: { encryption_key: {{ secret "/run/secrets/key" }}, local: { path: db.sqlite3 } }
totp: { issuer: '{{ env "DOMAIN" }}', period: {{ mustEnv "PERIOD" }} }
portal: { name: \${NAME} }
# {{ env "NOBODY" }}
identity_providers:
  oidc: { jwks: [{ key: {{ secret "/config/rsa.pem" | mindent 10 "|" | msquote }} }] }
`);
    const environment = {
      DOMAIN: "example.com",
      PERIOD: "60",
      NAME: "Example",
      AUTHELIA_TOTP_DIGITS: "8",
      AUTHELIA_LOG_LEVEL: "debug",
    };
    const { code, config, stdout, stderr } = await importFrom(text, { environment });
    expect(stderr).toBe("");
    expect(config).toMatchObject({
      storage: { encryption_key_file: "/run/secrets/key" },
      totp: { issuer: "example.com", period: 60, digits: 8 },
      portal: { name: "Example" },
      log: { level: "debug" },
    });
    // The file is another machine's, which is said.
    expect(code).toBe(1);
    expect(stdout).toContain("cannot be read from /run/secrets/key");
  });

  test("take secrets of _FILE variables, and variables of files", async () => {
    const text = small("storage: { local: { path: db.sqlite3 } }");
    const { config, stderr } = await importFrom(text, {
      files: {
        "authelia.env":
          "AUTHELIA_STORAGE_ENCRYPTION_KEY_FILE=/run/secrets/key\nAUTHELIA_SESSION_INACTIVITY=10 minutes\n",
      },
      args: ["--env-file", "authelia.env"],
    });
    expect(stderr).toBe("");
    expect(config.storage.encryption_key_file).toBe("/run/secrets/key");
    expect(config.session.inactivity).toBe("10 minutes");
  });

  test("change a variable by the functions that they are piped through", async () => {
    const rules =
      `rules: [{ policy: bypass, domain_regex: '^x\\.{{ env "DOMAIN" | lower | replace "." "\\\\." }}$' }, ` +
      `{ policy: two_factor, domain: {{ env "NONE" | default "app.example.com" | quote }} }]`;
    const text = small(`storage: { encryption_key: ${encryptionKey}, local: { path: db.sqlite3 } }`).replace(
      /access_control: .*/,
      () => `access_control: { default_policy: deny, ${rules} }`,
    );
    const { code, config, stderr } = await importFrom(text, { environment: { DOMAIN: "Example.com" } });
    expect([code, stderr]).toEqual([0, ""]);
    expect(config.access_control.rules).toEqual([
      { policy: "bypass", domain_regex: "^x\\.example\\.com$" },
      { policy: "two_factor", domain: "app.example.com" },
    ]);
    const other = await importFrom(text.replace("| lower", "| constructor"), {
      environment: { DOMAIN: "example.com" },
    });
    expect(other.stderr).toContain("constructor is a function that is not known here; write what it makes");
  });

  test("that are not known, or name nothing, are told with their places", async () => {
    const text = small(
      `storage: { encryption_key: '{{ env "NOT_THERE" }}', local: { path: db.sqlite3 } }\n{{ range $i := list 1 2 }}`,
    );
    const { code, stderr } = await importFrom(text);
    expect(code).toBe(1);
    expect(stderr).toContain("configuration.yml:5:29: (filter): the environment variable NOT_THERE is not set");
    expect(stderr).toContain(
      "configuration.yml:6:1: (filter): {{ range $i := list 1 2 }} is a template that is not known here",
    );
  });

  test("files and folders lie one over the other", async () => {
    const { config, stderr } = await importFrom("", {
      files: {
        "conf/10-base.yml": small(
          `storage: { encryption_key: ${encryptionKey}, local: { path: db.sqlite3 } }\ntotp: { digits: 8, period: 30 }`,
        ),
        "conf/20-more.yml": "totp: { period: 60 }",
        "last.yml": "totp: { issuer: last }",
      },
      args: ["--config", "conf", "--config", "last.yml"],
    });
    expect(stderr).toBe("");
    expect(config.totp).toEqual({ digits: 8, period: 60, issuer: "last" });
  });
});

describe("older configurations", () => {
  test("of 4.37, with a session's domain, hosts and ports, and LDAP attributes by themselves", async () => {
    const { code, config, stdout, stderr } = await importFrom(
      `
host: 0.0.0.0
jwt_secret: secret
default_redirection_url: https://home.example.com
server: { host: 0.0.0.0, port: 9091, path: '' }
authentication_backend:
  disable_reset_password: true
  ldap:
    implementation: custom
    url: ldaps://ldap.example.com
    base_dn: dc=example,dc=com
    username_attribute: uid
    mail_attribute: mail
    display_name_attribute: displayName
    group_name_attribute: cn
    additional_users_dn: ou=people
    users_filter: (&({username_attribute}={input})(objectClass=person))
    groups_filter: (member={dn})
    user: cn=admin,dc=example,dc=com
    password: secret
session: { name: authelia_session, domain: example.com, expiration: 3600, inactivity: 300, remember_me_duration: 1M, secret: x }
storage: { encryption_key: ${encryptionKey}, postgres: { host: db, port: 5432, database: authelia, schema: public, username: authelia, password: secret } }
notifier: { smtp: { host: mail.example.com, port: 587, username: a, password: b, sender: 'Auth <auth@example.com>' } }
access_control:
  default_policy: one_factor
  networks: [{ name: lan, networks: [10.0.0.0/8] }]
  rules: [{ domain: [a.example.com, b.example.com], policy: bypass, networks: lan }]
`,
      { args: ["--portal-url", "https://login.example.com"] },
    );
    expect(stderr).toBe("");
    expect(stdout).toContain("host: it is not known");
    expect(code).toBe(0);
    expect(config).toMatchObject({
      server: { address: "tcp://0.0.0.0:9091" },
      session: { remember_me: "1M", cookies: [{ domain: "example.com", portal_url: "https://login.example.com" }] },
      authentication_backend: {
        password_reset: { disable: true },
        ldap: { address: "ldaps://ldap.example.com", attributes: { username: "uid", group_name: "cn" } },
      },
      storage: { postgres: { address: "tcp://db:5432", database: "zerohop" } },
      notifier: { smtp: { address: "submission://mail.example.com:587" } },
    });
  });

  test("of before 4.30, with its keys at the root, a certificate that is elsewhere, and no sender", async () => {
    const { code, config, stdout } = await importFrom(`
host: 0.0.0.0
port: 9093
log_level: debug
tls_cert: /config/ssl/cert.pem
tls_key: /config/ssl/key.pem
authentication_backend: { file: { path: users.yml } }
access_control: { default_policy: two_factor }
session: { name: authelia_session, domain: example.com, expiration: 3600, inactivity: 300 }
storage: { encryption_key: ${encryptionKey}, local: { path: db.sqlite3 } }
notifier: { smtp: { username: auth@example.com, password: secret, host: smtp.example.com, port: 465 } }
`);
    expect(code).toBe(0);
    expect(config).toMatchObject({
      server: { address: "tcp://0.0.0.0:9093", tls: {} },
      log: { level: "debug" },
      notifier: { smtp: { address: "submissions://smtp.example.com:465", sender: "auth@example.com" } },
    });
    expect(stdout).toContain(
      "server.tls.certificate: /config/ssl/cert.pem is not on this machine: the host speaks plain HTTP",
    );
    expect(stdout).toContain("log_level is now log.level");
    expect(stdout).not.toContain("it is not known");
  });

  test("of a later one, whose sessions are in a cache of their own, and whose certificate is beside it", async () => {
    const { config, stdout } = await importFrom(
      `
server: { address: 'tcp://:9091', tls: { certificate: /config/ssl/cert.pem, key: /config/ssl/key.pem } }
authentication_backend: { file: { path: users.yml } }
access_control: { default_policy: two_factor }
session: { storage: cache, cookies: [{ domain: example.com, authelia_url: 'https://auth.example.com' }] }
cache: { redis: { address: 'tcp://redis:6379' } }
storage: { encryption_key: ${encryptionKey}, local: { path: db.sqlite3 } }
`,
      { files: { "cert.pem": "none", "key.pem": "none" } },
    );
    expect(config.server.tls.certificate).toMatch(/\/cert\.pem$/);
    expect(stdout).toContain("cache: sessions are in the database");
    expect(stdout).toContain("server.tls.certificate: must be a certificate in PEM");
    expect(stdout).not.toContain("it is not known");
  });

  test("with settings of each domain that differ, of which the first counts", async () => {
    const { config, stdout } = await importFrom(`
authentication_backend: { file: { path: users.yml } }
access_control: { default_policy: two_factor }
storage: { encryption_key: ${encryptionKey}, local: { path: db.sqlite3 } }
session:
  expiration: 2h
  cookies:
    - { domain: example.com, authelia_url: 'https://auth.example.com', expiration: 3h }
    - { domain: example.org, authelia_url: 'https://auth.example.org/authelia', expiration: 4h }
`);
    expect(config.session).toMatchObject({
      expiration: "3h",
      cookies: [{}, { portal_url: "https://auth.example.org" }],
    });
    expect(stdout).toContain("session.cookies[].expiration: one value counts for every cookie domain");
    expect(stdout).toContain("the path /authelia: the portal is at the root of its host");
  });
});

describe("what Authelia does nothing with, or Zerohop has otherwise", () => {
  const directory = `
    implementation: activedirectory
    address: ldaps://directory.example
    base_dn: dc=directory,dc=example
    user: cn=reader,dc=directory,dc=example
    password: secret`;

  test("is not told as lost: empty keys, and what is switched off", async () => {
    const { code, config, stdout } = await importFrom(`
theme: ''
server: { address: 'unix:///run/portal.sock', tls: { certificate: '', key: '', client_certificates: [] } }
duo_api: { disable: true, hostname: api.duo.example }
privacy_policy: { enabled: false }
authentication_backend:
  ldap:${directory}
    tls: { skip_verify: false }
    permit_referrals: true
    attributes: { distinguished_name: '', family_name: sn }
access_control: { default_policy: two_factor }
session: { cookies: [{ domain: one.example, authelia_url: 'https://in.one.example', name: '' }] }
storage: { encryption_key: ${encryptionKey}, local: { path: /data/authelia.db } }
`);
    expect(code).toBe(0);
    expect([config.server, config.session.name]).toEqual([undefined, undefined]);
    expect(config.storage.local.path).toBe("zerohop.sqlite3");
    const [lost, rest] = stdout.split("Missing, and what that means\n")[1]!.split("\n\n") as [string, string];
    expect(lost.split("\n").map((line) => line.trim().split(":")[0])).toEqual([
      "server.address",
      "authentication_backend.ldap.permit_referrals",
      "authentication_backend.ldap.attributes.family_name",
    ]);
    expect(rest).not.toContain("storage.local.path");
    for (const key of ["duo_api", "privacy_policy", "authentication_backend.ldap.tls.skip_verify"])
      expect(stdout).toContain(`  ${key}: it is switched off\n`);
    expect(stdout).toContain(
      "  storage.local.path: zerohop.sqlite3 beside the configuration is a database of its own\n",
    );
    expect(stdout).not.toMatch(/theme|certificate|distinguished_name/);
  });

  test("is no mistake: people who are never looked up again, and MySQL, whose content nobody is asked for", async () => {
    const { code, config, stdout } = await importFrom(`
authentication_backend:
  refresh_interval: disable
  ldap:${directory}
access_control: { default_policy: one_factor }
session: { cookies: [{ domain: one.example, authelia_url: 'https://in.one.example' }] }
storage: { encryption_key: ${encryptionKey}, mysql: { address: 'tcp://db:3306', password: secret } }
`);
    expect(code).toBe(0);
    expect(config.authentication_backend.refresh_interval).toBeUndefined();
    expect(stdout).toContain("authentication_backend.refresh_interval: disable: people are looked up again");
    expect(stdout).toContain("storage.mysql: MySQL and MariaDB are not known");
    expect(stdout).not.toContain("--database");
  });

  test("for a second cookie domain: nobody stays logged in for longer, and the report says each thing once", async () => {
    const { config, stdout } = await importFrom(`
authentication_backend: { file: { path: users.yml } }
access_control: { default_policy: two_factor }
storage: { encryption_key: ${encryptionKey}, local: { path: db.sqlite3 } }
session:
  remember_me: 2 weeks
  cookies:
    - { domain: one.example, authelia_url: 'https://in.one.example' }
    - { domain: two.example, authelia_url: 'https://in.two.example', remember_me: -1, inactivity: 3m }
`);
    expect(config.session).toMatchObject({ remember_me: -1, inactivity: "3m" });
    expect(stdout).toContain("session.cookies[].remember_me: one value counts for every cookie domain");
    expect(stdout.match(/session\.cookies\[\]\.authelia_url is now/g)).toHaveLength(1);
  });

  test.each([
    ["the first, and the usual one in the second", "inactivity: 8h", "", { inactivity: "5m" }],
    ["the second, and the usual one in the first", "", "inactivity: 8h, name: other", { inactivity: "5m" }],
    ["both", "expiration: 2 days", "expiration: 90m", { expiration: "90m" }],
  ])(
    "for a cookie domain where %s has a longer life: the shorter one counts, which is told",
    async (_, one, two, session) => {
      const { code, config, stdout } = await importFrom(`
authentication_backend: { file: { path: users.yml } }
access_control: { default_policy: two_factor }
storage: { encryption_key: ${encryptionKey}, local: { path: db.sqlite3 } }
session:
  cookies:
    - { domain: one.example, authelia_url: 'https://in.one.example', ${one} }
    - { domain: two.example, authelia_url: 'https://in.two.example', ${two} }
`);
      expect([code, config.session]).toEqual([0, expect.objectContaining(session)]);
      expect(stdout).toContain(
        `session.cookies[].${Object.keys(session)[0]}: one value counts for every cookie domain`,
      );
    },
  );

  test.each([
    ["[{ name: CookieSession }]", []],
    ["[{ name: HeaderAuthorization, schemes: [Bearer] }, { name: CookieSession }]", []],
    ["[{ name: HeaderAuthorization, schemes: [Basic] }, { name: CookieSession }]", ["authorization"]],
    ["[{ name: HeaderAuthRequestProxyAuthorization }]", ["proxy_authorization"]],
    ["[{ name: HeaderAuthorization }, { name: HeaderProxyAuthorization }]", undefined],
    ["[]", undefined],
  ])("for strategies %s of its endpoints: passwords are taken in the same headers", async (strategies, headers) => {
    const { code, config, stdout } = await importFrom(
      small(`storage: { encryption_key: ${encryptionKey}, local: { path: db.sqlite3 } }
server:
  host: '::'
  endpoints: { authz: { auth-request: { implementation: AuthRequest, authn_strategies: ${strategies} } } }`),
    );
    expect([code, config.server.address]).toEqual([0, "tcp://[::]:9091"]);
    expect(config.session.cookies[0].basic?.headers).toEqual(headers);
    expect(stdout.includes("authn_strategies is now session.cookies[].basic.headers")).toBe(headers !== undefined);
  });

  test.each([
    ["", "takes none alone", false],
    ["webauthn: { disable: false }", "takes none alone", false],
    ["webauthn: { enable_passkey_login: true }", "asks for the password as well", false],
    ["webauthn: { enable_passkey_login: true, experimental_enable_passkey_uv_two_factors: true }", undefined, true],
    ["webauthn: { enable_passkey_login: false }", undefined, false],
    ["webauthn: { disable: true }", undefined, undefined],
  ])(
    "for a passkey alone, with %j: nobody gets in by it whom Authelia asks for more",
    async (written, told, enabled) => {
      const { config, stdout } = await importFrom(
        small(`storage: { encryption_key: ${encryptionKey}, local: { path: db.sqlite3 } }\n${written}`),
      );
      const [, means] = /webauthn\.enable_passkey_login: is false, for Authelia (.*?): here/.exec(stdout) ?? [];
      expect([means, config.webauthn?.enable_passkey_login]).toEqual([told, enabled]);
      if (told !== undefined) expect(stdout).not.toMatch(/webauthn\.enable_passkey_login$/m);
    },
  );

  test.each([
    ["webauthn: { user_verification: required }", "webauthn.user_verification: required: a key that does not verify"],
    [
      "webauthn: { selection_criteria: { user_verification: required, attachment: platform } }",
      "webauthn.selection_criteria.user_verification: required: a key that does not verify",
    ],
    [
      "webauthn: { selection_criteria: { attachment: platform } }",
      "selection_criteria.attachment: every authenticator",
    ],
    ["", "session.cookies[].same_site: strict: whoever follows a link"],
  ])("for %s: what Authelia would refuse is told as missing", async (written, line) => {
    const text = small(`storage: { encryption_key: ${encryptionKey}, local: { path: db.sqlite3 } }\n${written}`);
    const { code, stdout } = await importFrom(text.replace("authelia_url", "same_site: strict, authelia_url"));
    expect(code).toBe(0);
    expect(stdout.split("Missing, and what that means\n")[1]!.split("\n\n")[0]).toContain(line);
  });

  test("for groups by memberOf, for which Authelia wants a filter of its own, and attributes that it has without being told", async () => {
    const { code, config, stdout } = await importFrom(`
authentication_backend:
  ldap: { implementation: custom, address: 'ldap://ldap', base_dn: dc=example, user: cn=admin, password: 123456,
    users_filter: '({username_attribute}={input})', group_search_mode: memberof, groups_filter: '(|{memberof:rdn})' }
access_control: { default_policy: one_factor }
session: { cookies: [{ domain: one.example, authelia_url: 'https://in.one.example' }] }
storage: { encryption_key: ${encryptionKey}, local: { path: /data/authelia.db } }
`);
    expect([code, config.authentication_backend.ldap.groups_filter]).toEqual([0, undefined]);
    expect(stdout).toContain("groups_filter: {memberof:…}: whatever groups memberOf names below additional_groups_dn");
  });

  test("in numbers for texts, texts for numbers and switches, and addresses of one kind", async () => {
    const text = small(`storage: { encryption_key: ${encryptionKey}, local: { path: db.sqlite3 } }
server: { address: 'tcp4://:9091' }
totp: { issuer: 2026, digits: '8' }
webauthn: { disable: '{{ env "OFF" }}' }
notifier: { smtp: { address: 'smtp://mail:25', username: 7, sender: a@example.com } }
regulation: { max_retries: '3' }`);
    const environment = { OFF: "true", AUTHELIA_NOTIFIER_SMTP_PASSWORD: "123456", AUTHELIA_REGULATION_BAN_TIME: "120" };
    const { code, config, file, stdout } = await importFrom(text, { environment });
    expect([code, config]).toMatchObject([
      0,
      {
        totp: { issuer: "2026", digits: 8 },
        webauthn: { disable: true },
        notifier: { smtp: { username: "7", password: "123456" } },
        regulation: { max_retries: 3, ban_time: 120 },
      },
    ]);
    expect(loadConfig(file, {}).config.server.address).toEqual({ host: "0.0.0.0", port: 9091 });
    expect(stdout).not.toContain("enable_passkey_login");
  });

  test("in a text that is neither: it stays as it is, and the report says what is wrong with it", async () => {
    const text = small(`storage: { encryption_key: ${encryptionKey}, local: { path: db.sqlite3 } }
regulation: { ban_time: '*' }`);
    const { code, config, stdout } = await importFrom(text);
    expect([code, config.regulation.ban_time]).toEqual([1, "*"]);
    expect(stdout).toContain("regulation.ban_time");
  });

  test.each([
    ["", true],
    ["ssl: { mode: disable }", true],
    ["ssl: { mode: verify-full }", undefined],
    ["tls: { server_name: db }", undefined],
  ])("for PostgreSQL with %j: TLS is asked of the server where Authelia asks for it", async (written, disable) => {
    const { code, config, stdout } = await importFrom(
      small(
        `storage: { encryption_key: ${encryptionKey}, postgres: { address: 'tcp://db', username: u, password: p, ${written} } }`,
      ),
    );
    expect([code, config.storage.postgres.tls?.disable]).toEqual([0, disable]);
    expect(stdout.includes("storage.postgres.tls.disable: is true")).toBe(disable === true);
  });

  test("by variables that give no key that is known: each is told", async () => {
    const text = small(`storage: { encryption_key: ${encryptionKey}, local: { path: db.sqlite3 } }`);
    const { stdout } = await importFrom(text, {
      environment: {
        AUTHELIA_SESSION_REDIS_DATABASE_INDEX: "1",
        AUTHELIA_DUO_API_ENABLE_SELF_ENROLLMENT: "true",
        AUTHELIA_TOPT_DIGITS: "8",
      },
    });
    const [missing, notNeeded] = ["Missing, and what that means", "Not needed"].map(
      (title) => stdout.split(`${title}\n`)[1]!.split("\n\n")[0],
    );
    expect(missing).toContain("AUTHELIA_TOPT_DIGITS: it gives no key that is known");
    expect(missing).toContain("AUTHELIA_DUO_API_ENABLE_SELF_ENROLLMENT: there are no push messages");
    expect(notNeeded).toContain("AUTHELIA_SESSION_REDIS_DATABASE_INDEX: sessions are in the database");
  });

  test("of files on another machine: each is told once", async () => {
    const { config, stdout } = await importFrom(
      small(`storage: { encryption_key: ${encryptionKey}, local: { path: db.sqlite3 } }
server: { tls: { certificate: /elsewhere/tls.crt, key: /elsewhere/tls.key } }`),
    );
    expect(config.server.tls).toEqual({});
    expect(stdout.match(/server\.tls\.certificate/g)).toHaveLength(1);
  });

  test("for a passkey alone where one factor is enough everywhere: it is enough here as well", async () => {
    const text = small(`storage: { encryption_key: ${encryptionKey}, local: { path: db.sqlite3 } }
webauthn: { enable_passkey_login: true }`).replace("two_factor", "one_factor");
    expect((await importFrom(text)).config.webauthn).toEqual({ enable_passkey_login: true });
  });
});

describe("files that are not as they are named", () => {
  test.each([
    ["a users file that is not there", ["--users", "nowhere.yml"], 2, /: nowhere\.yml cannot be read: ENOENT\n/],
    ["a folder in place of a users file", ["--users", "."], 2, /: \. cannot be read: EISDIR\n/],
    ["a folder without a configuration", ["--config", "bare"], 1, /^bare:1:1: \(file\): is a folder without /],
    ["a file where the new folder should be", ["--output", "users.yml/new"], 1, /^zerohop import authelia: ENOTDIR: /],
  ])("%s is told in a line, and nothing is written", async (_, args, expected, message) => {
    const text = small(`storage: { encryption_key: ${encryptionKey}, local: { path: db.sqlite3 } }`);
    const { code, stdout, stderr, output } = await importFrom(text, { files: { "bare/note.txt": "" }, args });
    expect([code, stdout, stderr]).toEqual([expected, "", expect.stringMatching(message)]);
    expect(stderr).not.toContain("    at ");
    expect(existsSync(output)).toBe(false);
  });
});

describe.each([24, 26])("what people have set up in a database of schema %i", (schema) => {
  const rpId = "auth.example.com";
  const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
  const handle = `${"A".repeat(60)}bcde`;

  const whole = small(`storage: { encryption_key: ${encryptionKey}, local: { path: db.sqlite3 } }`);
  const credential = (authenticator: Authenticator) => {
    const userId = Buffer.from(handle).toString("base64url");
    const made = authenticator.create({ challenge: "", rp: { id: rpId }, user: { id: userId } });
    const attestation = Buffer.from(made.response.attestationObject, "base64url");
    return { id: authenticator.id, rpId, publicKey: attestation.subarray(-77) };
  };

  test("lets them log in here: an app's code, a passkey as a second factor and in place of a password", async () => {
    const authenticator = new Authenticator();
    const people = [
      { username: "bob", totp: { secret } },
      { username: "alice", passkeys: [credential(authenticator)], handles: { [rpId]: handle } },
    ];
    const { code, output, stdout, stderr } = await importFrom(whole, { people, schema });
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toContain(`1 authenticator apps, 1 passkeys, 0 preferred methods and 0 bans, from schema ${schema}`);
    const written = readFileSync(join(output, "zerohop.yml"), "utf8");
    const text = written.replace("enable_passkey_login: false", "enable_passkey_login: true");
    const host = await startHost({
      folder: output,
      text: `${text}server: { address: 'tcp://127.0.0.1:0' }\n`,
      clock: () => Math.floor(Date.now() / 1000),
    });
    const logIn = async (username: string) =>
      cookieOf(await host.postJson("/api/firstfactor", { username, password: "demo" }));

    const app = new App(secret);
    const byCode = await host.postJson(
      "/api/secondfactor/totp",
      { token: app.code(Math.floor(Date.now() / 1000)) },
      { cookie: await logIn("bob") },
    );
    expect(byCode.status).toBe(200);
    expect(payloadOf(cookieOf(byCode))).toMatchObject({ sub: "bob", level: 2 });

    const cookie = await logIn("alice");
    const options = JSON.parse((await host.postJson("/api/secondfactor/webauthn/options", {}, { cookie })).body).data;
    const byKey = await host.postJson(
      "/api/secondfactor/webauthn",
      { response: authenticator.get(options) },
      { cookie },
    );
    expect(payloadOf(cookieOf(byKey))).toMatchObject({ sub: "alice", level: 2 });

    const asked = await host.postJson("/api/firstfactor/passkey/options", {});
    const response = authenticator.get(JSON.parse(asked.body).data);
    const alone = await host.postJson("/api/firstfactor/passkey", { response }, { cookie: cookieOf(asked) });
    expect(payloadOf(cookieOf(alone))).toMatchObject({ sub: "alice" });
  });

  test("asks first for what people prefer, and keeps the identifiers that applications know them by", async () => {
    const passkeys = [credential(new Authenticator())];
    const identifier = "0d2c6c2e-5a1f-4b0e-8a36-0f5b2c1d9e77";
    const people = [
      { username: "alice", totp: { secret }, passkeys, method: "totp" as const, identifiers: { "": identifier } },
      { username: "bob", method: "mobile_push" as const, identifiers: { "example.org": `1${identifier.slice(1)}` } },
    ];
    const { code, output, stdout } = await importFrom(whole, { people, schema });
    expect(code).toBe(0);
    expect(stdout).toContain("1 preferred methods");
    expect(stdout).toContain("opaque-identifiers.yml: 2 opaque identifiers");
    expect(parse(readFileSync(join(output, "opaque-identifiers.yml"), "utf8"))).toEqual({
      identifiers: [
        { service: "openid", sector_id: "", username: "alice", identifier },
        { service: "openid", sector_id: "example.org", username: "bob", identifier: `1${identifier.slice(1)}` },
      ],
    });
    const text = readFileSync(join(output, "zerohop.yml"), "utf8");
    const host = await startHost({ folder: output, text: `${text}server: { address: 'tcp://127.0.0.1:0' }\n` });
    const cookie = cookieOf(await host.postJson("/api/firstfactor", { username: "alice", password: "demo" }));
    const asked = async () => (await host.get("/second-factor", { cookie, accept: "text/html" })).body;
    expect(await asked()).toContain('action="/second-factor/totp"');
    expect((await host.get("/account", { cookie, accept: "text/html" })).body).toContain(
      'name="factor" value="passkey"',
    );
    await host.submit("/second-factor/first", { factor: "passkey" }, { cookie });
    expect(await asked()).not.toContain('action="/second-factor/totp"');
    // Neither what alice has not nor what nobody has is a choice.
    for (const factor of ["recovery", "other"]) await host.submit("/second-factor/first", { factor }, { cookie });
    for (const [factor, status] of [
      ["totp", 200],
      ["recovery", 404],
      ["passkey", 200],
    ] as const)
      expect((await host.postJson("/api/secondfactor/first", { factor }, { cookie })).status).toBe(status);
    expect((await host.postJson("/api/secondfactor/first", { factor: "totp" })).status).toBe(401);
    expect(await asked()).toContain("with=totp");
  });

  test("holds whoever is banned, and leaves out what cannot be used", async () => {
    const people = [
      { username: "bob", totp: { secret, algorithm: "MD5" } },
      { username: "alice", passkeys: [{ ...credential(new Authenticator()), legacy: true }] },
    ];
    const bans = [
      { user: "alice", expires: null },
      { user: "bob", expires: "2020-01-01 00:00:00+00:00" },
      { address: "203.0.113.9", expires: "2090-01-01 00:00:00+00:00" },
      { address: "203.0.113.10", expires: null, revoked: true },
    ];
    const { file, output, stdout, stderr } = await importFrom(whole, { people, bans: schema > 20 ? bans : [], schema });
    expect(stderr).toBe("");
    expect(stdout).toContain("the authenticator app of bob, which has the algorithm MD5");
    expect(stdout).toContain("1 security keys of U2F");
    const list = await zerohopInProcess(["ban", "list", "--config", file]);
    expect(list.stdout).toContain("alice");
    expect(list.stdout).toContain("203.0.113.9");
    expect(list.stdout).not.toMatch(/bob|203\.0\.113\.10/);

    const server = "server: { address: 'tcp://127.0.0.1:0', trusted_proxies: [127.0.0.1] }";
    const host = await startHost({ folder: output, text: `${readFileSync(file, "utf8")}${server}\n` });
    const logIn = async (username: string, from: string) =>
      (await host.postJson("/api/firstfactor", { username, password: "demo" }, { "x-forwarded-for": from })).status;
    expect(await logIn("alice", "203.0.113.10")).toBe(429);
    expect(await logIn("bob", "203.0.113.9")).toBe(429);
    expect(await logIn("bob", "203.0.113.10")).toBe(200);
  });

  test("is not read with another key", async () => {
    const other = small("storage: { encryption_key: another key that is long enough, local: { path: db.sqlite3 } }");
    const { code, stderr } = await importFrom(other, { people: [{ username: "bob", totp: { secret } }], schema });
    expect(code).toBe(1);
    expect(stderr).toContain("is not the one that its database was written with");
  });
});
