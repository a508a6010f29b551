// A real Keycloak over HTTPS, with a realm of three people and two groups, and what its administrators do in the console.
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Secret, TOTP } from "otpauth";
import { tlsFiles } from "../certificates/tls-files.ts";
import { HttpsClient } from "../clients/https-client.ts";
import { freePort } from "../processes/ports.ts";
import { type Program, startProgram } from "../processes/program.ts";
import { javaOptions } from "../programs/keycloak.ts";
import { until } from "../waiting.ts";
import type { AdministeredProvider } from "./administered-provider.ts";

const realm = "wonderland";
const administrator = "admin";
/** The password of everybody. */
const password = "demo";
/** By which everybody's authenticator app makes its codes. */
const appSecret = "only for the tests with it";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });

/** By the ids of the portal's providers: one has a secret and is told of log-outs by Keycloak, the other has a key and is told by the browser. */
export const keycloakClients = {
  company: { id: "zerohop", secret: "only for the tests with Keycloak" },
  signed: { id: "zerohop-by-key", key: privateKey.export({ type: "pkcs8", format: "pem" }) as string },
} as const;

/** It is ready when its realm is, too. */
export interface Keycloak extends AdministeredProvider {
  /** The password of everybody. */
  readonly password: string;
  /** What somebody's authenticator app shows now. A login of two factors has the acr `gold`. */
  code(username: string): string;
}

export interface KeycloakOptions {
  /** Origin of the portal. */
  readonly portal: string;
  /** Where Keycloak reaches the host. */
  readonly host: string;
}

/** `installation` is its folder, which several can run from. Returns before it answers. */
export async function startKeycloak(installation: string, options: KeycloakOptions): Promise<Keycloak> {
  const folder = mkdtempSync(join(tmpdir(), "zerohop-keycloak-"));
  const files = await tlsFiles(join(folder, "tls"), "localhost");
  const port = await freePort();
  const origin = `https://localhost:${port}`;
  // The first realm takes it a while, on a machine that is busy.
  const client = new HttpsClient(readFileSync(files.authority, "utf8"), 60_000);
  const settings = [
    ...["--http-host", "127.0.0.1", "--https-port", String(port), "--hostname", origin],
    ...["--https-certificate-file", files.certificate, "--https-certificate-key-file", files.key],
  ];
  const environment = {
    ...javaOptions,
    KC_BOOTSTRAP_ADMIN_USERNAME: administrator,
    KC_BOOTSTRAP_ADMIN_PASSWORD: administrator,
  };
  const log = join(folder, "keycloak.log");
  const command = ["bash", join(installation, "bin", "kc.sh"), "start", "--optimized", ...settings];
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const program: Program = startProgram("Keycloak", "env", [...variables, ...command], log);
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

  const prepare = async () => {
    const by = await until(token, { running: [program], patience: 240_000, interval: 200 });
    const ask = (method: string, path: string, value?: unknown) => administer(method, path, value, by);
    await ask("POST", "", realmWith(options));
    await askForLevels(ask);
  };
  return {
    issuer: `${origin}/realms/${realm}`,
    authorityFile: files.authority,
    ready: prepare(),
    password,
    code: () => new TOTP({ secret: Secret.fromUTF8(appSecret) }).generate(),
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

/**
 * Has a login ask for as many factors as it is asked for by `acr`: the password (silver), and then the authenticator app (gold).
 * https://www.keycloak.org/docs/latest/server_admin/#_step-up-flow
 */
async function askForLevels(ask: (method: string, path: string, value?: unknown) => Promise<unknown>): Promise<void> {
  const flows = `/${realm}/authentication/flows`;
  const addStep = (flow: string, provider: string) =>
    ask("POST", `${flows}/${flow}/executions/execution`, { provider });
  const addFlow = (flow: string, alias: string) =>
    ask("POST", `${flows}/${flow}/executions/flow`, { alias, type: "basic-flow", description: "", provider: "" });
  await ask("POST", flows, { alias: "by-level", providerId: "basic-flow", topLevel: true, builtIn: false });
  await addStep("by-level", "auth-cookie");
  await addFlow("by-level", "levels");
  const steps = { silver: "auth-username-password-form", gold: "auth-otp-form" };
  for (const [level, step] of Object.entries(steps)) {
    await addFlow("levels", level);
    await addStep(level, "conditional-level-of-authentication");
    await addStep(level, step);
  }
  const requirements: Readonly<Record<string, string>> = {
    ...{ "auth-cookie": "ALTERNATIVE", levels: "ALTERNATIVE", silver: "CONDITIONAL", gold: "CONDITIONAL" },
  };
  const executions = (await ask("GET", `${flows}/by-level/executions`)) as readonly {
    readonly id: string;
    readonly providerId?: string;
    readonly displayName: string;
  }[];
  let level = 0;
  for (const execution of executions) {
    const { id, providerId, displayName } = execution;
    const requirement = requirements[providerId ?? displayName] ?? "REQUIRED";
    await ask("PUT", `${flows}/by-level/executions`, { ...execution, requirement });
    if (providerId !== "conditional-level-of-authentication") continue;
    level++;
    const config = { "loa-condition-level": String(level), "loa-max-age": level === 1 ? "36000" : "0" };
    await ask("POST", `/${realm}/authentication/executions/${id}/config`, { alias: `level ${level}`, config });
  }
  await ask("PUT", `/${realm}`, { browserFlow: "by-level" });
}

function realmWith({ portal, host }: KeycloakOptions) {
  const person = (username: string, firstName: string, lastName: string, groups: readonly string[]) => ({
    ...{ username, firstName, lastName, groups, enabled: true, emailVerified: true, email: `${username}@example.com` },
    credentials: [
      { type: "password", value: password, temporary: false },
      {
        type: "otp",
        secretData: JSON.stringify({ value: appSecret }),
        credentialData: JSON.stringify({ subType: "totp", digits: 6, counter: 0, period: 30, algorithm: "HmacSHA1" }),
      },
    ],
  });
  const { company, signed } = keycloakClients;
  const client = (name: keyof typeof keycloakClients, attributes: Readonly<Record<string, string>>) => ({
    ...{ clientId: keycloakClients[name].id, protocol: "openid-connect", enabled: true, publicClient: false },
    ...{ standardFlowEnabled: true, directAccessGrantsEnabled: false },
    redirectUris: [`${portal}/login/provider/${name}/callback`],
    attributes: { "post.logout.redirect.uris": `${portal}/login/provider/${name}/logged-out`, ...attributes },
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
  });
  const keySet = { keys: [{ ...publicKey.export({ format: "jwk" }), kid: signed.id, use: "sig", alg: "ES256" }] };
  return {
    ...{ realm, enabled: true, sslRequired: "all" },
    attributes: { "acr.loa.map": JSON.stringify({ silver: 1, gold: 2 }) },
    groups: [{ name: "admins" }, { name: "dev" }],
    users: [
      person("alice", "Alice", "Liddell", ["/admins", "/dev"]),
      person("bob", "Bob", "Dodgson", ["/dev"]),
      person("carol", "Carol", "Hargreaves", []),
    ],
    clients: [
      {
        ...client("company", {
          "backchannel.logout.url": `${host}/login/provider/company/back-channel-logout`,
          "backchannel.logout.session.required": "true",
        }),
        secret: company.secret,
      },
      {
        ...client("signed", {
          ...{ "use.jwks.string": "true", "jwks.string": JSON.stringify(keySet) },
          "token.endpoint.auth.signing.alg": "ES256",
          "frontchannel.logout.url": `${portal}/login/provider/signed/front-channel-logout`,
          "frontchannel.logout.session.required": "true",
        }),
        ...{ clientAuthenticatorType: "client-jwt", frontchannelLogout: true },
      },
    ],
  };
}
