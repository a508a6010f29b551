// HAProxy's configuration, one file.
import { type Kind, notUnderstood, refuseMistakes } from "../kind.ts";
import { applyRules, onlyTcp } from "../rule.ts";
import { readHaproxyConfig } from "./config.ts";
import { haproxyRules } from "./rules.ts";
import { parseHaproxy } from "./syntax.ts";

/** A line that begins a section, as no other proxy's file has one. */
const section = /^[ \t]*(global|defaults|frontend|backend|listen)([ \t]+[\w.:-]+)*[ \t]*(#.*)?$/m;

export const haproxy: Kind = {
  ruleIds: haproxyRules.map(({ id }) => id),

  isLike: ({ text }) => section.test(text),

  lint({ file, text }, { site }) {
    const syntax = parseHaproxy(file, text);
    refuseMistakes("(haproxy)", syntax.mistakes);
    const config = readHaproxyConfig(syntax, site);
    if (config.proxies.every(({ isFrontend }) => !isFrontend))
      throw notUnderstood(
        file,
        "frontend or listen section in it, by which requests come in: lint one file that has those and the backends",
      );
    const findings = applyRules(haproxyRules, config);
    const isTcp = config.proxies.every(({ isFrontend, isHttp }) => !isFrontend || !isHttp);
    if (isTcp && findings.length === 0) findings.push(onlyTcp(file, "frontend in mode http"));
    return { findings, texts: new Map([[file, text]]) };
  },
};
