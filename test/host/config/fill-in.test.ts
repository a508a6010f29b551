// Values of the config that come from the environment and from files.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadAccessControl, loadConfig } from "../../../host/app/config/load.ts";
import { sections } from "../../../host/app/config/sections.ts";
import { variablesOf } from "../../../host/kit/config/fill-in.ts";
import { environmentName } from "../../../host/kit/config/secrets.ts";
import { schemaOf } from "../../../host/kit/config/section.ts";
import { InvalidFileError } from "../../../host/kit/yaml/problem.ts";
import { keysIn } from "../../../host/kit/yaml/schema.ts";
import { zerohopInProcess } from "../../../workshop/host/command-in-process.ts";
import { configText, encryptionKey, temporaryFolder } from "../../../workshop/host/files.ts";

const text = configText.trimStart();
const keys = keysIn(schemaOf(Object.values(sections)));

function load(written: string, environment: Readonly<Record<string, string>> = {}, folder = temporaryFolder()) {
  const file = join(folder, "config.yml");
  writeFileSync(file, written);
  return loadConfig(file, environment).config;
}

function problemsOf(...args: Parameters<typeof load>): readonly string[] {
  try {
    load(...args);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidFileError)) throw error;
    return error.problems.map(({ line, column, path, message }) => `${line}:${column}: ${path}: ${message}`);
  }
}

describe("a key in the environment", () => {
  test("gives a text, a number, a word, a duration and a list, and stands above the file", () => {
    const config = load(text.replace("session:", "session:\n  name: of_the_file"), {
      ZEROHOP_SESSION_NAME: "of_the_environment",
      ZEROHOP_SESSION_MAX_PER_USER: "7",
      ZEROHOP_SESSION_INACTIVITY: "10m",
      ZEROHOP_TOTP_DISABLE: "true",
      ZEROHOP_SERVER_TRUSTED_PROXIES: "[10.0.0.1, 10.0.0.2]",
      ZEROHOP_PORTAL_NAME: "4711",
    });
    expect(config.session).toMatchObject({ name: "of_the_environment", maxPerUser: 7, inactivity: 600 });
    expect([config.totp.disable, config.portal.name]).toEqual([true, "4711"]);
    expect(config.server.trustedProxies).toHaveLength(2);
  });

  test("gives a list of mappings, and the policy, whole", () => {
    const config = load(`storage: { encryption_key: "${encryptionKey}", local: { path: db } }`, {
      ZEROHOP_SESSION_COOKIES: "[{ domain: example.org, portal_url: 'https://auth.example.org' }]",
      ZEROHOP_AUTHENTICATION_BACKEND_FILE_PATH: "/users.yml",
      ZEROHOP_ACCESS_CONTROL: "{ default_policy: one_factor }",
    });
    expect(config.session.cookies[0]).toMatchObject({ domain: "example.org" });
    expect(config.accessControl).toEqual({ default_policy: "one_factor" });
  });

  test("gives the policy that is explained, too, and not what files are compared or tested by", async () => {
    const file = join(temporaryFolder(), "zerohop.yml");
    writeFileSync(file, text);
    const environment = { ZEROHOP_ACCESS_CONTROL: "{ default_policy: two_factor }" };
    const words = ["policy", "explain", "--config", file, "--url", "https://public.example.com/", "--json"];
    const { stdout } = await zerohopInProcess(words, { environment });
    expect(JSON.parse(stdout)).toMatchObject({ policy: "two_factor", rule: 0 });
    const request = `${JSON.stringify({ url: "https://public.example.com/" })}\n`;
    const checked = await zerohopInProcess(["policy", "check", "--config", file], { environment, input: request });
    expect(checked.stdout).toBe("two_factor (default policy)\n");
    expect(loadAccessControl(file, environment).section).toMatchObject({ default_policy: "deny" });
  });

  test("that there is not is told, but for what others name so", () => {
    const file = join(temporaryFolder(), "zerohop.yml");
    writeFileSync(file, text.replace("session:", `session:\n  name: \${ZEROHOP_SESSION_OF_MINE}`));
    const { warnings } = loadConfig(file, {
      ZEROHOP_ACCESS_CONTROL_DEFAULT_POLICY: "deny",
      ZEROHOP_SESSION_INACTIVTY: "1m",
      ZEROHOP_SESSION_OF_MINE: "mine",
      ZEROHOP_SESSION_NAME_FILE: "",
      ZEROHOP_SERVER_SERVICE_HOST: "10.0.0.1",
      ZEROHOP_SERVER_PORT_9091_TCP_ADDR: "10.0.0.1",
      ZEROHOP_SERVER_PORT: "tcp://10.0.0.1:9091",
      ZEROHOP_AUTHENTICATION_BACKEND_PROVIDERS_COMPANY_CLIENT_SECRET_FILE: "/run/secret",
      ZEROHOP_EDGE_TOKEN: "x",
    });
    expect(warnings.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      "session: the environment variable ZEROHOP_SESSION_INACTIVTY has no effect: it gives no key; did you mean ZEROHOP_SESSION_INACTIVITY?",
      expect.stringMatching(
        /^access_control: the environment variable ZEROHOP_ACCESS_CONTROL_DEFAULT_POLICY has no effect/,
      ),
    ]);
  });

  test("that is empty counts as absent", () => {
    expect(load(text, { ZEROHOP_SESSION_NAME: "" }).session.name).toBe("zerohop_session");
  });

  test("that is wrong is named as the place of the mistake", () => {
    expect(problemsOf(text, { ZEROHOP_SESSION_MAX_PER_USER: "many" })).toEqual([
      expect.stringMatching(
        /^\d+:\d+: session\.max_per_user: .+ \(environment variable ZEROHOP_SESSION_MAX_PER_USER\)$/,
      ),
    ]);
    expect(problemsOf(text, { ZEROHOP_ACCESS_CONTROL: "{ default_policy: open }" })).toEqual([
      expect.stringMatching(/access_control\.default_policy: .+ \(environment variable ZEROHOP_ACCESS_CONTROL\)$/),
    ]);
    expect(problemsOf(text, { ZEROHOP_SESSION_COOKIES: "[{ domain" })).not.toEqual([]);
  });

  test.each([
    ["SERVER_TRUSTED_PROXIES", "[", "server.trusted_proxies: must be a list"],
    ["SERVER_TRUSTED_PROXIES", "[10.0.0.1, 10.0.0.2", "server.trusted_proxies: must be a list"],
    [
      "ACCESS_CONTROL",
      "{default_policy: one_factor, rules: [{domain: a.example.com, policy: deny}",
      "access_control: ",
    ],
    ["ACCESS_CONTROL", "{default_policy: two_factor, default_policy: one_factor}", "access_control: "],
    ["SESSION_COOKIES", "&a [*a]", "session.cookies: must be a list"],
  ])("that is YAML cut off, with a key twice or without end, is a mistake: %s=%s", (variable, value, message) => {
    expect(problemsOf(text, { [`ZEROHOP_${variable}`]: value })[0]).toContain(message);
  });

  test("that is a template is refused, as in the file", () => {
    expect(problemsOf(text, { ZEROHOP_SESSION_NAME: `\${NAME}`, NAME: "x" })).toEqual([
      expect.stringContaining("session.name: is a template"),
    ]);
  });

  test("is another variable for each, and none that Kubernetes sets for a Service named zerohop", () => {
    const ofSecrets = keys
      .filter(({ secret }) => secret)
      .flatMap((key) => [environmentName(key), `${environmentName(key)}_FILE`]);
    const names = [...variablesOf(keys).map(({ variable }) => variable), ...ofSecrets];
    expect(names.length).toBeGreaterThan(90);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => /^ZEROHOP_(?:PORT|SERVICE)(?:_|$)/.test(name))).toEqual([]);
  });
});

describe("a variable in a value", () => {
  test("is filled in, alone, amid other text, in lists and in the policy", () => {
    const written = text
      .replace("domain: example.com", `domain: \${DOMAIN}`)
      .replace("https://auth.example.com", `https://auth.\${DOMAIN}`)
      .replace("[127.0.0.1]", `["\${FIRST}", "\${SECOND}"]`)
      .replace("public.example.com", `\${NAME}.\${DOMAIN}`)
      .replace("session:", `session:\n  max_per_user: \${MOST}`);
    const environment = { DOMAIN: "example.net", FIRST: "10.0.0.1", SECOND: "10.0.0.2", NAME: "public", MOST: "5" };
    const { session, server, accessControl } = load(written, environment);
    expect(session.cookies[0]).toMatchObject({ domain: "example.net", portalUrl: "https://auth.example.net" });
    expect([session.maxPerUser, server.trustedProxies.length]).toEqual([5, 2]);
    expect(JSON.stringify(accessControl)).toContain('"public.example.net"');
  });

  test("stays a text where the key takes a text", () => {
    const key = "12345678901234567890123";
    expect(load(text.replace(encryptionKey, `\${KEY}`), { KEY: key }).storage.encryptionKey).toBe(key);
  });

  test.each([
    ["is not set", {}],
    ["is empty", { KEY_OF_THE_DATABASE: "" }],
    ["holds a template", { KEY_OF_THE_DATABASE: `{{ secret "/run/secrets/key" }}` }],
    [
      "holds another variable",
      { KEY_OF_THE_DATABASE: `\${OTHER_KEY_OF_A_LENGTH}`, OTHER_KEY_OF_A_LENGTH: encryptionKey },
    ],
  ])("is refused when it %s", (_, environment) => {
    expect(problemsOf(text.replace(encryptionKey, `\${KEY_OF_THE_DATABASE}`), environment)).toEqual([
      expect.stringContaining("storage.encryption_key: is a template"),
    ]);
  });

  test("is refused with a part that is not filled in, and the message shows nothing of it", () => {
    const [problem, ...more] = problemsOf(text.replace(encryptionKey, `\${A}\${KEY_OF_B}`), {
      A: "a-secret-of-some-length",
    });
    expect([problem, more]).toEqual([expect.stringContaining("is a template"), []]);
    expect(problem).not.toMatch(/a-secret|KEY_OF_B/);
  });

  test("is filled in for the commands that read a policy alone", () => {
    const file = join(temporaryFolder(), "config.yml");
    writeFileSync(
      file,
      `access_control: { default_policy: deny, rules: [{ domain: "a.\${DOMAIN}", policy: bypass }] }`,
    );
    expect(JSON.stringify(loadAccessControl(file, { DOMAIN: "example.net" }).section)).toContain("a.example.net");
    expect(() => loadAccessControl(file, {})).toThrow("access_control.rules[0].domain: is a template");
  });
});

describe("file:PATH as a value", () => {
  test("is the file's text, without the line end, relative to the config's folder", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "name"), "The house\n");
    const written = `${text}portal: { name: "file:name" }\ntotp: { issuer: "file:\${FOLDER}/name" }\n`;
    const config = load(written, { FOLDER: folder }, folder);
    expect([config.portal.name, config.totp.issuer]).toEqual(["The house", "The house"]);
  });

  test("is a mistake when there is no such file, and when what is in it is a template", () => {
    const folder = temporaryFolder();
    const written = text.replace(encryptionKey, "file:key");
    expect(problemsOf(written, {}, folder)).toEqual([
      expect.stringMatching(/^5:19: storage\.encryption_key: cannot be read from key: there is no such file/),
    ]);
    writeFileSync(join(folder, "key"), `{{ secret "/run/secrets/key" }}`);
    expect(problemsOf(written, {}, folder)).toEqual([expect.stringContaining("storage.encryption_key: is a template")]);
  });
});
