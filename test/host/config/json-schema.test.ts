import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Document, parse, parseAllDocuments } from "yaml";
import { schema } from "../../../host/app/config/sections.ts";
import { loadPolicy } from "../../../host/core/policy.ts";
import { isMapping } from "../../../host/kit/config/mapping.ts";
import { isSecret, keysIn, validate } from "../../../host/kit/yaml/schema.ts";
import { configText, encryptionKey, temporaryFolder } from "../../../workshop/host/files.ts";
import { type Ports, writeSite } from "../../../workshop/host/site.ts";
import { section } from "../policy/arbitraries.ts";

const root = join(import.meta.dirname, "../../..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const accepts = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(
  JSON.parse(read("docs/zerohop.schema.json")),
);

/** What the schema has against a config. */
function mistakesIn(config: unknown): string[] {
  accepts(config);
  return (accepts.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** Whether the host takes a config, as far as that can be told without the files that it names. */
function hostTakes(config: Record<string, unknown>): boolean {
  if ("issues" in validate(schema, config)) return false;
  try {
    loadPolicy(config.access_control);
    return true;
  } catch {
    return false;
  }
}

const minimal = {
  storage: { encryption_key: encryptionKey, local: { path: "db" } },
  session: { cookies: [{ domain: "example.com", portal_url: "https://auth.example.com" }] },
  authentication_backend: { file: { path: "users.yml" } },
  access_control: { default_policy: "one_factor" },
};
const ldap = { address: "ldap://ldap.test", base_dn: "dc=test", user: "cn=service,dc=test", password: "secret" };
const provider = {
  ...{ id: "company", name: "Company", issuer: "https://id.test" },
  ...{ client_id: "zerohop", client_secret: "secret" },
};
const smtp = { address: "submission://mail.test", sender: "zerohop@mail.test" };

/** A config in which a key can stand, with a value for it. */
function withKey(key: string, value: unknown): Record<string, unknown> {
  const backend = key.startsWith("authentication_backend.ldap.")
    ? { ldap }
    : key.startsWith("authentication_backend.providers")
      ? { providers: [provider] }
      : minimal.authentication_backend;
  const postgres = { encryption_key: encryptionKey, postgres: { address: "db.test" } };
  const document = new Document({
    ...minimal,
    authentication_backend: backend,
    ...(key.startsWith("storage.postgres.") && { storage: postgres }),
    ...(key.startsWith("notifier.") && {
      notifier: key.startsWith("notifier.smtp.") ? { smtp } : { filesystem: { filename: "mails.txt" } },
    }),
    ...(key.startsWith("portal.applications") && {
      portal: { applications: [{ name: "Reports", url: "https://app.example.com/" }] },
    }),
    ...(key.startsWith("server.tls.") && { server: { tls: { certificate: "a.pem", key: "b.pem" } } }),
  });
  document.setIn(
    key.split(".").flatMap((step) => (step.endsWith("[]") ? [step.slice(0, -2), 0] : [step])),
    document.createNode(value),
  );
  return document.toJS();
}

const sections = new Set(keysIn(schema).map(({ name }) => name.split(".")[0]!));

/** The configs in a file, and the parts of configs, each with what it needs beside it. */
function configsIn(file: string): Record<string, unknown>[] {
  const blocks = file.endsWith(".md")
    ? [...read(file).matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block]) => block!)
    : [read(file)];
  return blocks
    .flatMap((block) => parseAllDocuments(block).map((document) => document.toJS()))
    .filter((value) => isMapping(value) && Object.keys(value).every((key) => sections.has(key)))
    .map((value) => ({ ...minimal, ...value }));
}

describe("docs/zerohop.schema.json", () => {
  test("takes every configuration that is shipped, and the demo's", async () => {
    const files = globSync(["docs/*.md", "README.md", "deploy/**/*.{md,yml,yaml}"], { cwd: root });
    const shipped = files.filter((file) => configsIn(file).length > 0);
    for (const file of ["docs/configuration.md", "docs/policy.md"]) expect(shipped).toContain(file);
    for (const file of shipped) expect(configsIn(file).flatMap(mistakesIn), file).toEqual([]);
    expect(mistakesIn(parse(configText))).toEqual([]);
    const demo = await writeSite(temporaryFolder(), { https: 8443, host: 9091 } as Ports);
    expect(mistakesIn(parse(readFileSync(demo, "utf8")))).toEqual([]);
  });

  test("takes secrets from elsewhere, the other name of a portal's URL and empty sections", () => {
    const file = {
      ...minimal,
      server: null,
      log: null,
      storage: { encryption_key_file: "key", local: { path: "db" } },
    };
    expect(mistakesIn(file)).toEqual([]);
    expect(mistakesIn({ ...minimal, storage: { local: { path: "db" } } })).toEqual([]);
    const cookies = [{ domain: "example.com", authelia_url: "https://auth.example.com" }];
    expect(mistakesIn({ ...minimal, session: { cookies } })).toEqual([]);
  });

  test.each(keysIn(schema))("takes the example of $name, and refuses no value that the host takes", (key) => {
    const [, example] = new RegExp(
      `^### \`${key.name.replace(/[[\].]/g, "\\$&")}\`[\\s\\S]*?\\*\\*Example:\\*\\* \`(.+)\`$`,
      "m",
    ).exec(read("docs/configuration.md"))!;
    expect(mistakesIn(withKey(key.name, parse(example!)))).toEqual([]);
    const values = [
      null,
      true,
      false,
      -1,
      0,
      1,
      6,
      30,
      1.5,
      100_000,
      "",
      "5m",
      "300",
      "10x",
      "some text",
      [],
      {},
      [1],
      ["user"],
      "disable",
    ];
    const wronglyRefused = values.filter((value) => {
      const config = withKey(key.name, value);
      return hostTakes(config) && mistakesIn(config).length > 0;
    });
    expect(wronglyRefused).toEqual([]);
  });

  test("refuses no policy that the core takes", () => {
    fc.assert(
      fc.property(section, (policy) => {
        // What is undefined is not in a file.
        expect(mistakesIn({ ...minimal, access_control: JSON.parse(JSON.stringify(policy)) })).toEqual([]);
      }),
    );
  });

  test.each([
    ["an unknown key", { ...minimal, sesion: {} }],
    ["an unknown key of a section", withKey("session.expire", "1h")],
    ["an unknown key in a list", withKey("session.cookies[].name", "x")],
    ["a key of another product", withKey("authentication_backend.ldap.url", "ldap://x")],
    ["a list for a mapping", withKey("session", [])],
    ["a mapping for a list", withKey("gate.trusted_proxies", {})],
    ["a text for a number", withKey("totp.period", "30")],
    ["a text for a switch", withKey("totp.disable", "yes")],
    ["a number for a path", withKey("storage.local.path", 5)],
    ["a duration with an unknown unit", withKey("session.expiration", "1q")],
    ["a duration that is a fraction", withKey("session.expiration", 1.5)],
    ["a duration that is too short", withKey("session.expiration", 5)],
    ["a word that is none of the allowed", withKey("log.level", "loud")],
    ["a number out of bounds", withKey("totp.secret_size", 10)],
    ["a key that is missing", { ...minimal, session: {} }],
    ["a section that is missing", { ...minimal, access_control: undefined }],
    ["a short secret", withKey("storage.encryption_key", "short")],
    ["a rule without a policy", withKey("access_control", { rules: [{ domain: "a.example.com" }] })],
    [
      "a rule with an unknown key",
      withKey("access_control", { rules: [{ domain: "a.example.com", policy: "deny", resource: "x" }] }),
    ],
    ["an unknown policy", withKey("access_control", { default_policy: "three_factor" })],
  ])("refuses what the host refuses: %s", (_, config) => {
    const file = JSON.parse(JSON.stringify(config));
    expect(hostTakes(file)).toBe(false);
    expect(mistakesIn(file)).not.toEqual([]);
  });

  test("explains every key, and shows no secret's default", () => {
    const text = read("docs/zerohop.schema.json");
    for (const { name, schema: key } of keysIn(schema)) {
      const property = name.split(/\[?\]?\./).reduce((at, step) => (at.items ?? at).properties[step], JSON.parse(text));
      expect(property.description, name).toBeTruthy();
      if (isSecret(key)) expect(property.default).toBeUndefined();
    }
  });
});
