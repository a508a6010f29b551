import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../../../host/app/config/load.ts";
import { InvalidFileError } from "../../../host/kit/yaml/problem.ts";
import { configText, temporaryFolder } from "../../../workshop/host/files.ts";

const smtp = `notifier:
  smtp:
    address: submission://mail.example.com
    username: zerohop
    password: not to be shown
    sender: Zerohop <zerohop@example.com>
`;

function load(text: string, environment: Readonly<Record<string, string>> = {}) {
  const file = join(temporaryFolder(), "config.yml");
  writeFileSync(file, configText + text);
  return loadConfig(file, environment).config.notifier;
}

function problemsOf(text: string): readonly string[] {
  try {
    load(text);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidFileError)) throw error;
    return error.problems.map(({ path, message }) => `${path}: ${message}`);
  }
}

describe("the notifier's section", () => {
  test("asks for TLS, a verified certificate and a check at the start where it says nothing else", () => {
    expect(load(smtp)).toMatchObject({
      startupCheck: true,
      file: null,
      smtp: {
        ...{ host: "mail.example.com", port: 587, implicitTls: false, requireTls: true, disableStartTls: false },
        tls: { ca: undefined, skipVerify: false, minimumVersion: "TLSv1.2" },
        ...{ subject: "[Zerohop] {title}", identifier: "localhost", html: true, timeout: 5 },
        sender: { name: "Zerohop", address: "zerohop@example.com" },
      },
    });
  });

  test.each([
    ["smtp://mail.example.com", { host: "mail.example.com", port: 25, implicitTls: false }],
    ["submissions://mail.example.com", { host: "mail.example.com", port: 465, implicitTls: true }],
    ["submission://[::1]:2525", { host: "::1", port: 2525, implicitTls: false }],
  ])("reads the address %s", (address, expected) => {
    expect(load(smtp.replace("submission://mail.example.com", address))?.smtp).toMatchObject(expected);
  });

  test.each([
    ["zerohop@example.com", { name: "", address: "zerohop@example.com" }],
    ['"\\"Example, Inc.\\" <zerohop@example.com>"', { name: "Example, Inc.", address: "zerohop@example.com" }],
  ])("reads the sender %s", (sender, expected) => {
    expect(load(smtp.replace("Zerohop <zerohop@example.com>", sender))?.smtp?.sender).toEqual(expected);
  });

  test("takes the password from the environment", () => {
    const text = smtp.replace("    password: not to be shown\n", "");
    expect(load(text, { ZEROHOP_NOTIFIER_SMTP_PASSWORD: "from there" })?.smtp?.password).toBe("from there");
  });

  test.each([
    ["notifier:\n", "notifier: must say where mails go: either smtp or filesystem"],
    ["notifier: { disable_startup_check: true }\n", "notifier: must say where mails go: either smtp or filesystem"],
    [`${smtp}  filesystem: { filename: mails.txt }\n`, "notifier.filesystem: only one of smtp and filesystem"],
    ["notifier: { filesystem: {} }\n", "notifier.filesystem.filename: is required"],
    [smtp.replace("submission://mail.example.com", "mail.example.com:25"), "address: must be smtp://HOST"],
    [smtp.replace("submission://mail.example.com", "https://mail.example.com"), "address: must be smtp://HOST"],
    [smtp.replace("submission://mail.example.com", "smtp://u:not to be shown@x"), "address: must be smtp://HOST"],
    [smtp.replace("Zerohop <zerohop@example.com>", "Zerohop"), "sender: must be an e-mail address"],
    [smtp.replace("Zerohop <zerohop@example.com>", '"a\\nBcc: x@y.z <a@b.c>"'), "sender: must be who mails are from"],
    [smtp.replace("Zerohop <zerohop@example.com>", "a@b.c, d@e.f"), "sender: must be an e-mail address"],
    [smtp.replace("    username: zerohop\n", ""), "username: is required beside notifier.smtp.password"],
    [smtp.replace("    password: not to be shown\n", ""), "password: is required beside notifier.smtp.username"],
    [smtp.replace("password: not to be shown", "password: [not to be shown]"), "password: must be a text"],
    [`${smtp}    subject: Zerohop\n`, "subject: must contain {title}"],
    [`${smtp}    disable_starttls: true\n`, "disable_starttls: needs disable_require_tls: true"],
    [`${smtp}    timeout: 5m\n`, "timeout: must be at most 20s"],
    [`${smtp}    identifier: a b\n`, "identifier: must be the name of this machine"],
    [`${smtp}    startup_check_address: nobody\n`, "startup_check_address: must be an e-mail address"],
    [`${smtp}    tls: { ca_file: none.pem }\n`, "tls.ca_file: none.pem cannot be read"],
    [`${smtp}    tls: { minimum_version: TLS1.1 }\n`, "minimum_version: must be one of TLS1.2, TLS1.3"],
  ])("has its mistakes named: %j", (text, expected) => {
    const problems = problemsOf(text);
    expect(problems.filter((problem) => problem.includes(expected))).toHaveLength(1);
    expect(problems.join().replace(/address: .*/, "")).not.toContain("not to be shown");
  });
});
