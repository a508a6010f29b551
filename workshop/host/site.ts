// What the host of the demo is configured with: its config file, an encryption key, and two users.
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { defaultParameters } from "../../host/identity/passwords/argon2.ts";
import { demoPeople, password, usersFile } from "./users.ts";

export const domain = "zerohop.localhost";
/** The application's names, each with a policy of its own. */
export const applicationHosts = ["app", "admin", "public"].map((name) => `${name}.${domain}`);
/** The file that the demo's mails are written to, in the site's folder. */
export const mails = "mails.txt";

export interface Ports {
  readonly https: number;
  /** Where the host listens. */
  readonly host: number;
}

/** An OpenID provider that people can sign in with besides. */
export interface SiteProvider {
  readonly issuer: string;
  readonly authorityFile: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/**
 * Writes the site's files into `folder` and returns the path of the host's config. That follows the ports; users and the
 * encryption key stay as they are once they exist, since the database goes with them.
 */
export async function writeSite(folder: string, ports: Ports, provider?: SiteProvider): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const config = join(folder, "zerohop.yml");
  writeFileSync(config, configText(ports, provider));
  const encryptionKey = join(folder, "encryption-key");
  if (!existsSync(encryptionKey)) writeSecret(encryptionKey, `${randomBytes(32).toString("base64url")}\n`);
  const users = join(folder, "users.yml");
  if (!existsSync(users)) {
    const text = await usersFile(demoPeople, defaultParameters);
    writeSecret(users, `# The password of both is "${password}".\n${text}`);
  }
  return config;
}

function writeSecret(file: string, text: string): void {
  writeFileSync(file, text, { mode: 0o600 });
}

function configText({ https, host }: Ports, provider: SiteProvider | undefined): string {
  return `# Written by every \`npm start\`; changes are lost.
server:
  address: tcp://127.0.0.1:${host}
  trusted_proxies: [127.0.0.1]

storage:
  encryption_key_file: encryption-key
  local:
    path: zerohop.sqlite

session:
  cookies:
    - domain: ${domain}
      portal_url: https://auth.${domain}:${https}

authentication_backend:
  file:
    path: users.yml
${provider ? providerText(provider) : ""}
# Mails are written into a file here; see docs/configuration.md for a mail server.
notifier:
  filesystem:
    filename: ${mails}

access_control:
  default_policy: deny
  rules:
    - domain: public.${domain}
      policy: bypass
    - domain: app.${domain}
      policy: one_factor
    - domain: admin.${domain}
      policy: two_factor
      subject: group:admins
`;
}

function providerText({ issuer, authorityFile, clientId, clientSecret }: SiteProvider): string {
  return `  providers:
    - id: demo
      name: the demo's provider
      issuer: ${issuer}
      client_id: ${clientId}
      client_secret: ${clientSecret}
      scopes: [openid, profile, email, groups]
      networks: [127.0.0.1, "::1"]
      ca_file: ${JSON.stringify(authorityFile)}
      logout: true
`;
}
