// Caddy's configuration: a Caddyfile and what it imports.
import { basename } from "node:path";
import { type Kind, notUnderstood, refuseMistakes } from "../kind.ts";
import { applyRules } from "../rule.ts";
import { readCaddyConfig } from "./config.ts";
import { readWithImports } from "./import.ts";
import { caddyRules } from "./rules.ts";

/** A line with a directive of Caddy that no other proxy has. */
const ownDirective = /^[ \t]*(reverse_proxy|forward_auth|handle_path|php_fastcgi|zerohop)[ \t][^;\n]*$/m;

export const caddy: Kind = {
  ruleIds: caddyRules.map(({ id }) => id),

  isLike: ({ file, text }) => /(^|\.)caddyfile(\.|$)/i.test(basename(file)) || ownDirective.test(text),

  lint({ file, text }, { site }) {
    const config = readWithImports(file, text);
    refuseMistakes("(caddy)", config.mistakes);
    const read = readCaddyConfig(config, site);
    if (read.sites.length === 0)
      throw notUnderstood(file, "site in it, by which requests come in: lint the Caddyfile that imports this");
    return { findings: applyRules(caddyRules, read), texts: config.texts };
  },
};
