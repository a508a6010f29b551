// The texts of the files that `zerohop init` writes itself: the host's configuration, and its unit for systemd.
import { readFileSync } from "node:fs";
import { installed } from "../../kit/installation.ts";
import { portalNetwork } from "../../proxies/compose.ts";
import type { Answers } from "./answers.ts";

export function configText({ domain, portal, address, apps, policy, proxy, image }: Answers): string {
  const hosts = apps.flatMap((app) => app.slice(0, app.indexOf("=")).split(","));
  return `# Written by zerohop init. docs/configuration.md has every key, zerohop check says whether they hold.
server:
  address: tcp://${address}
${proxy === "haproxy" ? `  # Where HAProxy asks.\n  spoe_address: tcp://${nextPort(address)}\n` : ""}${image === undefined ? "" : `  # The proxy's address in compose.yaml.\n  trusted_proxies: [${portalNetwork.proxy}]\n`}
storage:
  encryption_key_file: encryption-key
  local:
    path: data/zerohop.sqlite3

session:
  cookies:
    - domain: ${domain}
      portal_url: ${portal.origin}

authentication_backend:
  file:
    path: data/users.yml

# E-mails (a code before a second factor is set up, notices) are written into a file. Name a mail server in their place:
# docs/configuration.md, notifier.smtp.
notifier:
  filesystem:
    filename: data/mails.txt

# What no rule names is denied. docs/policy.md.
access_control:
  default_policy: deny
  rules:
    - domain: [${hosts.map((host) => JSON.stringify(host.trim().toLowerCase())).join(", ")}]
      policy: ${policy}
`;
}

function nextPort(address: string): string {
  return address.replace(/\d+$/, (port) => String(Number(port) + 1));
}

/** The unit of deploy/systemd with this installation's program and the folder's files, run by a user of the system. */
export function unitText(folder: string, systemdUser: string, program: readonly string[]): string {
  const isInHome = [folder, ...program].some((path) => /^\/(home|root|run\/user)\//.test(path));
  const command = [...program, "serve", "--config", `${folder}/zerohop.yml`].map(systemdWord).join(" ");
  const lines: Readonly<Record<string, readonly string[]>> = {
    WorkingDirectory: [`WorkingDirectory=${folder.replaceAll("%", "%%")}`],
    ExecStart: [`ExecStart=${command}`],
    DynamicUser: [`User=${systemdUser}`, `ReadWritePaths=${systemdWord(`${folder}/data`)}`],
    ...(isInHome && { ProtectHome: ["# The files, or the program, are in somebody's home.", "ProtectHome=read-only"] }),
    ...{ LoadCredential: [], Environment: [], StateDirectory: [], StateDirectoryMode: [] },
  };
  const shipped = readFileSync(installed("deploy", "systemd", "zerohop.service"), "utf8").split("\n");
  const unit = shipped
    .slice(shipped.indexOf("[Unit]"))
    .flatMap((line) => lines[/^(\w+)=/.exec(line)?.[1] ?? ""] ?? [line]);
  return ["# Zerohop's host as a service. Written by zerohop init.", ...unit].join("\n");
}

/** systemd.service(5), "Command lines": `%` and `$` mean something, and blanks part words. */
function systemdWord(word: string): string {
  const plain = word.replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /^[\w@%+=:,./$-]+$/.test(plain) ? plain : `"${plain.replace(/[\\"]/g, "\\$&")}"`;
}
