import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../../../host/app/config/load.ts";
import { InvalidFileError } from "../../../host/kit/yaml/problem.ts";
import { configText, temporaryFolder } from "../../../workshop/host/files.ts";

const ldap = `authentication_backend:
  ldap:
    address: ldap://ldap.example.com
    base_dn: dc=example,dc=com
    user: cn=zerohop,dc=example,dc=com
    password: not to be shown
`;

function load(backend: string, environment = {}) {
  const file = join(temporaryFolder(), "config.yml");
  writeFileSync(
    file,
    configText.trimStart().replace("authentication_backend:\n  file:\n    path: users.yml\n", backend),
  );
  return loadConfig(file, environment).config.authenticationBackend;
}

function problemsOf(backend: string): readonly string[] {
  try {
    load(backend);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidFileError)) throw error;
    return error.problems.map(({ line, column, path, message }) => `${line}:${column}: ${path}: ${message}`);
  }
}

describe("the place that users come from", () => {
  test("can be an LDAP server", () => {
    expect(load(ldap)).toMatchObject({
      refreshInterval: 60,
      ldap: {
        address: { scheme: "ldap", host: "ldap.example.com", port: 389 },
        account: { password: "not to be shown" },
      },
    });
  });

  test.each([
    ["", "1:1: authentication_backend: is required: where users come from, either file or ldap"],
    ["authentication_backend: {}\n", "12:1: authentication_backend: is required: where users come from"],
    [
      `${ldap}  file: { path: users.yml }\n`,
      "13:3: authentication_backend.ldap: only one of file and ldap can be given",
    ],
    ["authentication_backend:\n  file:\n", "13:3: authentication_backend.file.path: is required"],
    ["authentication_backend:\n  ldap:\n", "13:3: authentication_backend.ldap.address: is required"],
  ])("is one place and no more: %j", (backend, expected) => {
    expect(problemsOf(backend).filter((problem) => problem.includes(expected))).toHaveLength(1);
  });

  test("takes the service account's password from the environment", () => {
    const backend = ldap.replace("    password: not to be shown\n", "");
    const variable = { ZEROHOP_AUTHENTICATION_BACKEND_LDAP_PASSWORD: "from there" };
    expect(load(backend, variable).ldap?.account.password).toBe("from there");
  });

  test.each([
    ["ldap://ldap.example.com", "http://x", "address: must be ldap://HOST"],
    ["ldap://ldap.example.com", "ldap://x/dc=com", "address: must be ldap://HOST"],
    ["ldap://ldap.example.com", "ldap://", "address: must be ldap://HOST"],
    ["ldap://ldap.example.com", "ldap://u:p@x", "address: must be ldap://HOST"],
    ["ldap://ldap.example.com", "ldapi:///%zz", "address: must be ldap://HOST"],
    ["ldap://ldap.example.com", "ldapi:///run%00/slapd", "address: must be ldap://HOST"],
    ["ldap://ldap.example.com", "ldaps://x\n    start_tls: true", "start_tls: must be false"],
    ["base_dn: dc=example,dc=com", "base_dn: example.com", "base_dn: must be the DN below which"],
    ["base_dn:", "users_filter: (uid=x)\n    base_dn:", "users_filter: must contain {input}"],
    ["base_dn:", "users_filter: (uid={name})\n    base_dn:", "users_filter: has the unknown placeholder {name}"],
    ["base_dn:", "groups_filter: member={dn}\n    base_dn:", "groups_filter: must be a filter in parentheses"],
    ["base_dn:", "user_dn_template: uid=x\n    base_dn:", "user_dn_template: must contain {username}"],
    ["base_dn:", "implementation: freipa\n    base_dn:", "implementation: must be one of openldap"],
    ["base_dn:", "implementation: custom\n    base_dn:", "users_filter: is required when the implementation is custom"],
    ["base_dn:", "tls: { verify: false }\n    base_dn:", "tls.verify: unknown key"],
    ["base_dn:", "tls: { minimum_version: TLS1.1 }\n    base_dn:", "minimum_version: must be one of TLS1.2, TLS1.3"],
    ["base_dn:", "timeout: 5m\n    base_dn:", "timeout: must be at most 60s"],
    [
      "base_dn:",
      "attributes: { username: 'a)(b' }\n    base_dn:",
      "attributes.username: must be the name of an attribute",
    ],
    ["password: not to be shown", "password: ''", "password: is required"],
    ["password: not to be shown", "password: [not to be shown]", "password: must be a text"],
  ])("with %s as %s has the mistake named", (from, to, expected) => {
    const problems = problemsOf(ldap.replace(from, to));
    expect(problems.filter((problem) => problem.includes(expected))).toHaveLength(1);
    expect(problems.join()).not.toContain("not to be shown");
  });
});
