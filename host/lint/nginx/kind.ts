// nginx's configuration with what it includes.
import { extname } from "node:path";
import { type Kind, notUnderstood, refuseMistakes } from "../kind.ts";
import { applyRules, type Finding, onlyTcp, unknown } from "../rule.ts";
import { headersSetAt, type NginxConfig, readNginxConfig } from "./config.ts";
import { readWithIncludes } from "./include.ts";
import { nginxRules } from "./rules.ts";
import { parseNginx } from "./syntax.ts";

const ownDirective =
  /^(events|http|stream|server|location|upstream|map|include|set|auth_request|proxy_\w+|worker_processes|listen)$/;

/** nginx's own variables among those that such headers are set to. */
const ownVariable = new RegExp(
  `^(${[
    "\\d|host|hostname|scheme|https|uri|document_uri|args|query_string|is_args|status|msec|pid|pipe|nginx_version",
    "request|request_(uri|method|id|length|time|filename|completion|body|body_file)|remote_(addr|port|user)|binary_remote_addr",
    "server_(name|addr|port|protocol)|content_(type|length)|document_root|realpath_root|realip_remote_(addr|port)|limit_rate",
    "proxy_(host|port|add_x_forwarded_for|protocol_(addr|port|server_addr|server_port))|connection|connection_requests|connection_time",
    "time_(iso8601|local)|bytes_sent|body_bytes_sent|gzip_ratio|http2|http3|invalid_referer|secure_link(_expires)?|uid_(got|set|reset)",
    "(http|sent_http|trailer|sent_trailer|arg|cookie|upstream|ssl|tcpinfo|geoip|geoip2|date|memcached|jwt|auth_resp)_\\w+",
  ].join("|")})$`,
);

const decisiveHeaders = [
  ...["Cookie", "Authorization", "Proxy-Authorization", "Upgrade"],
  ...["X-Original-URL", "X-Original-Method", "X-Forwarded-For"],
];

/** Headers that are set to variables of which nothing in view says what they are. */
function unseenValues(config: NginxConfig): Finding[] {
  return config.passes
    .filter(({ isGated, scope }) => isGated || config.authLocations.has(scope))
    .flatMap((pass) =>
      [...config.site.identityHeaders, ...decisiveHeaders].flatMap((header) =>
        headersSetAt(pass, header)
          .flatMap((value) => [...value.matchAll(/\$\{?(\w+)/g)].map(([, name = ""]) => name))
          .filter((name) => !ownVariable.test(name) && !config.setters.has(`$${name}`))
          .map((name) =>
            unknown(
              pass.directive,
              `${header} is set to $${name}, which nothing in view gives a value, so nothing is known about what goes there: lint nginx.conf, which includes this file and the one with $${name}`,
            ),
          ),
      ),
    );
}

export const nginx: Kind = {
  ruleIds: nginxRules.map(({ id }) => id),

  isLike({ file, text }) {
    const { directives, mistakes } = parseNginx(file, text);
    return (
      directives.some(({ name }) => ownDirective.test(name)) && (mistakes.length === 0 || extname(file) === ".conf")
    );
  },

  lint(source, { site }) {
    const { file } = source;
    const syntax = readWithIncludes(source);
    refuseMistakes("(nginx)", syntax.mistakes);
    if (!syntax.directives.some(({ name }) => ownDirective.test(name)) && syntax.missing.length === 0)
      throw notUnderstood(file, "http, server, location or other block of nginx in it");
    const config = readNginxConfig(syntax, site);
    const findings = applyRules(nginxRules, config);
    // What is missing may have servers.
    const servers = config.scopes.filter(({ kind }) => kind === "server");
    const isForRequests = servers.some((server) => !server.enclosing("stream")) || syntax.missing.length > 0;
    const gap =
      servers.length > 0
        ? onlyTcp(file, "server for HTTP")
        : unknown(
            { file, line: 1, column: 1 },
            "there is no server block in it, so nothing is known about the requests that come here: lint the file that includes this",
          );
    // Without the block around them all, variables of servers may be of files that it includes beside this one.
    const isWhole = config.scopes.some(({ kind }) => kind === "http") && syntax.missing.length === 0;
    const unseen = isWhole ? [] : unseenValues(config);
    return { findings: [...(isForRequests ? [] : [gap]), ...findings, ...unseen], texts: syntax.texts };
  },
};
