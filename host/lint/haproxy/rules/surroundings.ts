// HAProxy: the way to the host, and other ways to the backends.
import { isOpenToTheNetwork as isOpenUrl } from "../../address.ts";
import type { Rule } from "../../rule.ts";
import { type HaproxyConfig, isOpenToTheNetwork } from "../config.ts";
import { portalServers } from "../queries.ts";

export const surroundingRules: readonly Rule<HaproxyConfig>[] = [
  {
    id: "haproxy-absolute-form",
    severity: "warning",
    check({ arrivals }, report) {
      const reported = new Set<number>();
      for (const { place, target, decision, isPortal } of arrivals) {
        if (decision !== "let in" || isPortal || !/^[a-z]+:\/\//i.test(target) || reported.has(place.line)) continue;
        reported.add(place.line);
        report(
          place,
          "a request line with a host of its own goes on as it is, and some servers take that host and not the one that was decided about: http-request set-uri %[pathq]",
        );
      }
    },
  },
  {
    id: "haproxy-trailers",
    severity: "warning",
    check({ proxies, questions }, report) {
      const [question] = questions;
      const drops = proxies.some(({ statements }) =>
        statements.some(({ words }) => words[0] === "option" && words[1] === "http-drop-request-trailers"),
      );
      if (question && !drops)
        report(
          question.rule,
          "what a client sends behind a body in chunks is passed on, a Remote-User too: option http-drop-request-trailers in defaults, for HAProxy before 3.2 between .if version_atleast(3.2) and .endif",
        );
    },
  },
  {
    id: "haproxy-tcp",
    severity: "error",
    check({ proxies, arrivals, portals }, report) {
      const gated = new Set(
        arrivals.flatMap(({ authorities, decision }) => (decision === "let in" ? authorities : [])),
      );
      const backends = new Map(proxies.map((proxy) => [proxy.name, proxy]));
      for (const { isFrontend, isHttp, statements, servers } of proxies) {
        if (!isFrontend || isHttp) continue;
        const ignored = statements.find(({ words }) => words[0] === "http-request");
        if (ignored)
          report(
            ignored,
            "HAProxy ignores this, and every http-request beside it, in mode tcp, its default: what comes is passed on undecided: set mode http",
          );
        const targets = statements
          .filter(({ words }) => /^(use|default)_backend$/.test(words[0]!))
          .map((place) => ({ place, servers: backends.get(place.words[1] ?? "")?.servers ?? [] }));
        const own = servers.map((server) => ({ place: server.statement, servers: [server] }));
        for (const { place, servers } of [...targets, ...own]) {
          const shared = servers.find(({ authority }) => gated.has(authority) && !portals.has(authority));
          if (shared)
            report(
              place,
              `this passes bytes on to ${shared.authority}, which others reach through the gate only: remove it, or set mode http and the gate`,
            );
        }
      }
    },
  },
  {
    id: "haproxy-portal-plaintext",
    severity: "error",
    check(config, report) {
      for (const { statement, authority, ...server } of portalServers(config))
        if (isOpenToTheNetwork({ statement, authority, ...server }))
          report(
            statement,
            `passwords and sessions go to ${authority} unencrypted: add ssl verify required ca-file, or use a host on this machine`,
          );
      for (const { kind, place, url } of config.questions)
        if (kind === "zerohop" && isOpenUrl(url ?? ""))
          report(place, `sessions and answers go to ${url} unencrypted: use https://, or a host on this machine`);
    },
  },
  {
    id: "haproxy-portal-tls-verify",
    severity: "error",
    check(config, report) {
      for (const { statement, options } of portalServers(config)) {
        const [, own] = options.slice(Math.max(options.indexOf("verify"), 0));
        if (options.includes("ssl") && options.includes("verify") && own === "none")
          report(
            statement,
            "whoever answers in the host's place gets passwords, and decides: set verify required, ca-file and verifyhost",
          );
      }
      for (const statement of config.global)
        if (/^(ssl-server-verify|httpclient\.ssl\.verify)$/.test(statement.words[0]!) && statement.words[1] === "none")
          report(statement, "whoever answers in the host's place decides: remove this line");
    },
  },
];
