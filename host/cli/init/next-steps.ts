// What `zerohop init` ends with: where things are, and the commands that start them.
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join, relative } from "node:path";
import { proxyNamed } from "../../proxies/proxies.ts";
import type { Answers } from "./answers.ts";
import type { SiteFiles } from "./lay-out.ts";

/** How each is started with its configuration in a folder. */
const starts: Readonly<Record<Answers["proxy"], (folder: string) => string>> = {
  caddy: (folder) => `caddy run --config ${join(folder, "Caddyfile")}`,
  envoy: (folder) => `envoy -c ${join(folder, "envoy.yaml")}`,
  "envoy-ext-authz": (folder) => `envoy -c ${join(folder, "ext-authz.yaml")}`,
  haproxy: (folder) => `haproxy -f ${join(folder, "haproxy.cfg")}`,
  nginx: (folder) => `nginx -c ${join(folder, "nginx.conf")}`,
  traefik: (folder) => `traefik --configFile=${join(folder, "traefik.yml")}`,
};

export function nextSteps({ portal, apps, proxy, user, folder, certificate }: Answers, site: SiteFiles): string {
  const host = apps[0]!.split(/[,=]/)[0]!.replace(/^\*\./, "app.");
  const url = `https://${host}${portal.port === "" ? "" : `:${portal.port}`}/`;
  const trust = site.authority === undefined ? "" : `--cacert ${here(site.authority)} `;
  const serve =
    site.unit === undefined
      ? `${calledAs()} serve --config ${here(site.config)}`
      : `systemctl enable --now ${site.unit}`;
  const missing = Object.values(certificate ?? {}).find((file) => !existsSync(file));
  const { program } = proxyNamed(proxy);
  const lines = [
    `${folder} has the site: ${proxy}, ${apps.length === 1 ? "1 application" : `${apps.length} applications`}, and the portal at ${portal.origin}.`,
    "",
    `  User         ${user.name}${passwordOf(user, site)}`,
    ...(site.authority === undefined
      ? []
      : [
          `  Certificate  for trying, from an authority of this site's own: browsers warn until they trust ${here(site.authority)}.`,
          "               For visitors: --certificate FILE --key FILE --force.",
        ]),
    ...(missing === undefined ? [] : [`  Certificate  ${missing} is not there: ${proxy} does not start without it.`]),
    ...(site.compose !== undefined || isOnPath(program)
      ? []
      : [
          `  Proxy        there is no ${program} on this machine's PATH: install it first, or have both as containers by --compose.`,
        ]),
    "",
    "Start the host and the proxy, and see that the application asks for a login:",
    "",
    ...(site.compose === undefined
      ? [`  ${serve}`, `  ${starts[proxy](site.proxy)}`]
      : [`  docker compose -f ${here(site.compose)} up -d`]),
    `  curl ${trust}--resolve ${host}:${portal.port || 443}:127.0.0.1 -i -H 'Accept: text/html' ${url}`,
  ];
  return lines.join("\n");
}

function passwordOf(user: Answers["user"], { addedUser }: SiteFiles): string {
  if (!addedUser) return ", with the password that there was";
  return user.isGenerated ? `, with the password ${user.password}` : "";
}

/** Servers may be where only root's PATH leads to. */
function isOnPath(program: string): boolean {
  return [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"].some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A path as somebody in this folder would write it. */
function here(path: string): string {
  const short = relative("", path);
  return short.length < path.length && !short.startsWith("..") ? short : path;
}

/** How this command was called, so that the next one can be. */
function calledAs(): string {
  if (process.env.npm_lifecycle_event === "zerohop") return "npm run zerohop --";
  return process.env.npm_command === "exec" ? "npx zerohop" : "zerohop";
}
