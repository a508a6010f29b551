// nginx's configuration with what it includes.
import { extname } from "node:path";
import { type Kind, notUnderstood, refuseMistakes } from "../kind.ts";
import { applyRules, onlyTcp, unknown } from "../rule.ts";
import { readNginxConfig } from "./config.ts";
import { readWithIncludes } from "./include.ts";
import { nginxRules } from "./rules.ts";
import { parseNginx } from "./syntax.ts";

const ownDirective =
  /^(events|http|stream|server|location|upstream|map|include|set|auth_request|proxy_\w+|worker_processes|listen)$/;

export const nginx: Kind = {
  ruleIds: nginxRules.map(({ id }) => id),

  isLike({ file, text }) {
    const { directives, mistakes } = parseNginx(file, text);
    return (
      directives.some(({ name }) => ownDirective.test(name)) && (mistakes.length === 0 || extname(file) === ".conf")
    );
  },

  lint(source) {
    const { file } = source;
    const syntax = readWithIncludes(source);
    refuseMistakes("(nginx)", syntax.mistakes);
    if (!syntax.directives.some(({ name }) => ownDirective.test(name)) && syntax.missing.length === 0)
      throw notUnderstood(file, "http, server, location or other block of nginx in it");
    const config = readNginxConfig(syntax);
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
    return { findings: isForRequests ? findings : [gap, ...findings], texts: syntax.texts };
  },
};
