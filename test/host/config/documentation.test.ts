import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse, parseDocument } from "yaml";
import { loadConfig } from "../../../host/app/config/load.ts";
import { schema } from "../../../host/app/config/sections.ts";
import { UsersFile } from "../../../host/identity/users-file.ts";
import { keysIn } from "../../../host/kit/yaml/schema.ts";
import { tlsFiles } from "../../../workshop/certificates/tls-files.ts";
import { encryptionKey, temporaryFolder } from "../../../workshop/host/files.ts";

const text = readFileSync(join(import.meta.dirname, "../../../docs/configuration.md"), "utf8");
const sections = text.split(/^### /m).slice(1);
const documented = sections.map((section) => {
  const entry = (label: string) => new RegExp(`^- \\*\\*${label}:\\*\\* (.+)$`, "m").exec(section)?.[1];
  return {
    key: /^`([^`]+)`/.exec(section)![1]!,
    type: entry("Type"),
    fallback: entry("Default"),
    example: /^`(.+)`$/.exec(entry("Example") ?? "")?.[1],
  };
});

const minimal = {
  storage: { encryption_key: encryptionKey, local: { path: "db" } },
  session: { cookies: [{ domain: "example.com", portal_url: "https://auth.example.com" }] },
  authentication_backend: { file: { path: "users.yml" } },
  access_control: { default_policy: "one_factor" },
};

/** The other place that users can come from. */
const ldap = { address: "ldap://ldap.test", base_dn: "dc=test", user: "cn=service,dc=test", password: "secret" };

/** Where mails can go. */
const filesystem = { filename: "mails.txt" };
const smtp = { address: "submission://mail.test", sender: "zerohop@mail.test" };

/** A provider, to which a key is added. */
function providerFor(key: string, yaml: string | undefined) {
  const issuer = key.endsWith("].issuer") ? { preset: "google" } : { issuer: "https://id.test" };
  const provider = { id: "company", name: "Company", ...issuer, client_id: "zerohop" };
  const isSecret = key.endsWith("].client_secret") || key.endsWith("].private_key");
  if (!isSecret) return { ...provider, client_secret: "secret" };
  return yaml === undefined || yaml === "null" ? { ...provider, client_authentication: "none" } : provider;
}

/** Loads the minimal config with one key set to what a piece of YAML says. */
async function loadWith(key: string, yaml?: string) {
  const fits = key.startsWith("authentication_backend.ldap.")
    ? { ...minimal, authentication_backend: { ldap } }
    : key.startsWith("storage.postgres.")
      ? { ...minimal, storage: { encryption_key: encryptionKey, postgres: { address: "db.test" } } }
      : key.startsWith("notifier.")
        ? { ...minimal, notifier: key.startsWith("notifier.smtp.") ? { smtp } : { filesystem } }
        : key.startsWith("authentication_backend.providers")
          ? { ...minimal, authentication_backend: { providers: [providerFor(key, yaml)] } }
          : minimal;
  const document = parseDocument(JSON.stringify(fits));
  const path = key.split(".").flatMap((step) => (step.endsWith("[]") ? [step.slice(0, -2), 0] : [step]));
  if (yaml !== undefined) document.setIn(path, parse(yaml));
  // The cookie domain and its portal have to fit together.
  if (key === "session.cookies[].domain")
    document.setIn(["session", "cookies", 0, "portal_url"], `https://auth.${yaml}`);
  const file = join(temporaryFolder(), "config.yml");
  // A certificate and its key go together too.
  if (key.startsWith("server.tls.") && yaml !== undefined && yaml !== "null") {
    const { certificate, key: privateKey } = await tlsFiles(join(file, "..", "tls"), "zerohop.localhost");
    copyFileSync(certificate, join(file, "..", "tls", "fullchain.pem"));
    copyFileSync(privateKey, join(file, "..", "tls", "privkey.pem"));
    for (const other of documented.filter((one) => one.key.startsWith("server.tls.")))
      document.setIn(other.key.split("."), other.example);
  }
  if (
    (key.endsWith(".tls.ca_file") || key === "authentication_backend.providers[].ca_file") &&
    key !== "authentication_backend.ldap.tls.ca_file" &&
    yaml !== undefined &&
    yaml !== "null"
  ) {
    const { certificate } = await tlsFiles(join(file, "..", "tls"), "db.test");
    document.setIn(path, certificate);
  }
  // A picture has to be there, and an application has a name and a URL.
  for (const picture of ["logo.svg", "reports.svg", "company.svg"])
    writeFileSync(join(file, "..", picture), '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>');
  if (key.startsWith("portal.applications[]."))
    for (const [other, value] of [
      ["name", "Reports"],
      ["url", "https://app.example.com/"],
    ] as const)
      if (!key.endsWith(other)) document.setIn(["portal", "applications", 0, other], value);
  // So do a name and its password.
  if (key === "notifier.smtp.username" && yaml !== undefined && yaml !== "null")
    document.setIn(["notifier", "smtp", "password"], "secret");
  if (key === "notifier.smtp.password" && yaml !== undefined && yaml !== "null")
    document.setIn(["notifier", "smtp", "username"], "zerohop");
  writeFileSync(file, document.toString());
  const { config } = loadConfig(file, {});
  const folder = join(file, "..");
  return JSON.parse(JSON.stringify(config).replaceAll(folder, ""));
}

describe("docs/configuration.md", () => {
  test("documents every key, in the schema's order, and no other", () => {
    expect(documented.map(({ key }) => key)).toEqual(keysIn(schema).map(({ name }) => name));
  });

  test.each(documented)(
    "gives a type, a default and an example of $key that holds",
    async ({ key, type, fallback, example }) => {
      expect(type).toBeTruthy();
      await loadWith(key, example!);
      if (fallback === "none; required") {
        await expect(loadWith(key, "null")).rejects.toThrow(/is required/);
        return;
      }
      expect(await loadWith(key, fallback!.replaceAll("`", ""))).toEqual(await loadWith(key));
    },
  );

  test("says of a secret that it is one", () => {
    const secrets = keysIn(schema).filter(({ secret }) => secret);
    for (const { name } of secrets) expect(documented.find(({ key }) => key === name)!.type).toMatch(/secret/);
    expect(secrets.map(({ name }) => name)).toEqual([
      "storage.encryption_key",
      "storage.postgres.password",
      "authentication_backend.ldap.password",
      "authentication_backend.providers[].client_secret",
      "authentication_backend.providers[].private_key",
      "notifier.smtp.password",
      "metrics.token",
    ]);
  });

  test("shows a config and a users file that are valid", async () => {
    const [config, users] = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block]) => block!);
    const folder = temporaryFolder();
    writeFileSync(join(folder, "key"), encryptionKey);
    writeFileSync(join(folder, "config.yml"), config!.replace("/run/secrets/zerohop-encryption-key", "key"));
    writeFileSync(join(folder, "users.yml"), users!);
    const loaded = loadConfig(join(folder, "config.yml"), {});
    UsersFile.read(loaded.config.authenticationBackend.file!.path);
  });
});
