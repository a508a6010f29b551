// A real Keycloak over HTTPS, with a realm of two people and two groups, and what its administrators do in the console.
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tlsFiles } from "../certificates/tls-files.ts";
import { HttpsClient } from "../clients/https-client.ts";
import { freePort } from "../processes/ports.ts";
import { type Program, startProgram } from "../processes/program.ts";
import { until } from "../waiting.ts";

const realm = "wonderland";
const administrator = "admin";
export const keycloakClient = { id: "zerohop", secret: "only for the tests with Keycloak" };

/** The password of everybody. */
export const keycloakPassword = "demo";

export interface Keycloak {
  readonly issuer: string;
  /** Of its authority: a PEM file. */
  readonly authorityFile: string;
  /** Logs somebody out of all their sessions, as the console's button does. Returns when that was asked for, as performance.now() has it. */
  logOut(username: string): Promise<number>;
  setEnabled(username: string, enabled: boolean): Promise<void>;
  join(username: string, group: string): Promise<void>;
  leave(username: string, group: string): Promise<void>;
  /** Signs with a new key from now on. */
  rotateKeys(): Promise<void>;
  /** Ends it without a word. */
  kill(): Promise<void>;
  end(): Promise<void>;
}

export interface KeycloakOptions {
  readonly redirectUris: readonly string[];
  readonly logoutRedirectUris: readonly string[];
  readonly backChannelLogoutUri: string;
}

/** `installation` is its folder, which is not written to. */
export async function startKeycloak(installation: string, options: KeycloakOptions): Promise<Keycloak> {
  const folder = mkdtempSync(join(tmpdir(), "zerohop-keycloak-"));
  const home = join(folder, "keycloak");
  cpSync(installation, home, { recursive: true });
  const files = await tlsFiles(join(folder, "tls"), "localhost");
  const [httpPort, httpsPort, managementPort] = [await freePort(), await freePort(), await freePort()];
  const origin = `https://localhost:${httpsPort}`;
  const client = new HttpsClient(readFileSync(files.authority, "utf8"));
  const settings = [
    ...["--http-host", "127.0.0.1", "--http-port", String(httpPort), "--https-port", String(httpsPort)],
    ...["--https-certificate-file", files.certificate, "--https-certificate-key-file", files.key],
    ...["--hostname", origin, "--http-management-port", String(managementPort), "--cache", "local"],
  ];
  const environment = [
    `KC_BOOTSTRAP_ADMIN_USERNAME=${administrator}`,
    `KC_BOOTSTRAP_ADMIN_PASSWORD=${administrator}`,
    "JAVA_OPTS_KC_HEAP=-Xms64m -Xmx512m",
  ];
  const log = join(folder, "keycloak.log");
  const arguments_ = [...environment, "bash", join(home, "bin", "kc.sh"), "start-dev", ...settings];
  const program: Program = startProgram("Keycloak", "env", arguments_, log);
  // The script that starts Keycloak waits for it, and leads a process group with it.
  const kill = async () => {
    try {
      process.kill(-program.pid, "SIGKILL");
    } catch {
      // They have ended already.
    }
    await program.stop("SIGKILL");
  };
  const end = async () => {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  };

  const token = async () => {
    const body = new URLSearchParams({
      ...{ grant_type: "password", client_id: "admin-cli", username: administrator, password: administrator },
    });
    const answer = await client.get(`${origin}/realms/master/protocol/openid-connect/token`, {
      method: "POST",
      headers: [["content-type", "application/x-www-form-urlencoded"]],
      body: body.toString(),
    });
    if (answer.status !== 200)
      throw new Error(`Keycloak's administrator is not let in: ${answer.status} ${answer.body}`);
    return String(JSON.parse(answer.body).access_token);
  };
  const administer = async (method: string, path: string, value?: unknown, by?: string): Promise<unknown> => {
    const authorization = `Bearer ${by ?? (await token())}`;
    const answer = await client.get(`${origin}/admin/realms${path}`, {
      method,
      headers: [
        ["authorization", authorization],
        ["content-type", "application/json"],
      ],
      ...(value !== undefined && { body: JSON.stringify(value) }),
    });
    if (answer.status >= 300) throw new Error(`Keycloak answers ${answer.status} to ${method} ${path}: ${answer.body}`);
    return answer.body === "" ? undefined : JSON.parse(answer.body);
  };
  const idOf = async (kind: "users" | "groups", name: string): Promise<string> => {
    const query = kind === "users" ? `username=${name}&exact=true` : `search=${name}&exact=true`;
    const [found] = (await administer("GET", `/${realm}/${kind}?${query}`)) as [{ readonly id: string }];
    return found.id;
  };
  const membership = async (method: "PUT" | "DELETE", username: string, group: string) => {
    await administer(method, `/${realm}/users/${await idOf("users", username)}/groups/${await idOf("groups", group)}`);
  };

  try {
    await until(token, { running: [program], patience: 240_000 });
    await administer("POST", "", realmWith(options));
  } catch (error) {
    await end();
    throw error;
  }
  return {
    issuer: `${origin}/realms/${realm}`,
    authorityFile: files.authority,
    async logOut(username) {
      const [id, by] = [await idOf("users", username), await token()];
      const asked = performance.now();
      await administer("POST", `/${realm}/users/${id}/logout`, undefined, by);
      return asked;
    },
    setEnabled: async (username, enabled) =>
      void (await administer("PUT", `/${realm}/users/${await idOf("users", username)}`, { enabled })),
    join: (username, group) => membership("PUT", username, group),
    leave: (username, group) => membership("DELETE", username, group),
    rotateKeys: async () =>
      void (await administer("POST", `/${realm}/components`, {
        ...{ name: "newer", providerId: "rsa-generated", providerType: "org.keycloak.keys.KeyProvider" },
        config: { priority: ["1000"], keySize: ["2048"], algorithm: ["RS256"] },
      })),
    kill,
    end,
  };
}

function realmWith({ redirectUris, logoutRedirectUris, backChannelLogoutUri }: KeycloakOptions) {
  const person = (username: string, firstName: string, lastName: string, groups: readonly string[]) => ({
    ...{ username, firstName, lastName, groups, enabled: true, emailVerified: true, email: `${username}@example.com` },
    credentials: [{ type: "password", value: keycloakPassword, temporary: false }],
  });
  return {
    ...{ realm, enabled: true, sslRequired: "all" },
    groups: [{ name: "admins" }, { name: "dev" }],
    users: [person("alice", "Alice", "Liddell", ["/admins", "/dev"]), person("bob", "Bob", "Dodgson", ["/dev"])],
    clients: [
      {
        ...{ clientId: keycloakClient.id, secret: keycloakClient.secret, protocol: "openid-connect", enabled: true },
        ...{ publicClient: false, standardFlowEnabled: true, directAccessGrantsEnabled: false, redirectUris },
        attributes: {
          "post.logout.redirect.uris": logoutRedirectUris.join("##"),
          "backchannel.logout.url": backChannelLogoutUri,
          "backchannel.logout.session.required": "true",
        },
        protocolMappers: [
          {
            ...{ name: "groups", protocol: "openid-connect", protocolMapper: "oidc-group-membership-mapper" },
            config: {
              "claim.name": "groups",
              "full.path": "false",
              "id.token.claim": "true",
              "userinfo.token.claim": "true",
            },
          },
        ],
      },
    ],
  };
}
