// nginx: the gate and the backends read the same request.
import { isEveryAddress } from "../../address.ts";
import { clientsOwn, headersLeft } from "../../identity-headers.ts";
import { type Rule, wherever } from "../../rule.ts";
import { headersSetAt, type NginxConfig, resolve, sourceOf, unreadHeadersAt } from "../config.ts";
import { backendPasses, isClients, named, passesHeaders, setterOf } from "../queries.ts";

export const requestRules: readonly Rule<NginxConfig>[] = [
  {
    id: "nginx-identity-headers",
    severity: "error",
    check(config, report) {
      const { identityHeaders } = config.site;
      for (const pass of backendPasses(config)) {
        if (!pass.isGated || !passesHeaders(pass)) continue;
        const missing = headersLeft(identityHeaders, (header) => headersSetAt(pass, header).length > 0);
        const copied = identityHeaders.filter((header) =>
          headersSetAt(pass, header).some((value) => isClients(sourceOf(value, pass.scope))),
        );
        if (missing.length > 0)
          report(
            pass.directive,
            `${clientsOwn(missing)}: set each here with ${setterOf(pass)} (a block that sets any header inherits none)`,
            unreadHeadersAt(pass, missing),
          );
        if (copied.length > 0)
          report(
            pass.directive,
            `${copied.join(", ")} is set to what the client sent: set it to what the gate answered`,
          );
      }
    },
  },
  {
    id: "nginx-decoded-path",
    severity: "error",
    check: wherever(
      (config) =>
        backendPasses(config)
          .filter(({ isGated }) => isGated)
          .filter(({ directive, scope }) => /\$\{?(uri|document_uri)\b/.test(resolve(directive.words[0] ?? "", scope)))
          .map(({ directive }) => directive),
      "the backend gets a path that nginx has decoded, and takes the rest for encoded again: another one than the gate decided about. Pass on without $uri, or with $request_uri",
    ),
  },
  {
    id: "nginx-underscores-in-headers",
    severity: "error",
    check: wherever(
      (config) => named(config, "underscores_in_headers", "on"),
      "CGI and WSGI backends read a client's remote_user as Remote-User: set underscores_in_headers off",
    ),
  },
  {
    id: "nginx-invalid-headers",
    severity: "error",
    check: wherever(
      (config) => named(config, "ignore_invalid_headers", "off"),
      "headers like remote.user, which CGI backends read as Remote-User, reach them: set ignore_invalid_headers on",
    ),
  },
  {
    id: "nginx-merge-slashes",
    severity: "error",
    check: wherever(
      (config) => named(config, "merge_slashes", "off"),
      "//admin misses location /admin and reaches a backend that takes both for one: set merge_slashes on",
    ),
  },
  {
    id: "nginx-real-ip",
    severity: "error",
    check: wherever(
      (config) => named(config, "set_real_ip_from").filter(({ words }) => isEveryAddress(words[0] ?? "")),
      "every client can say what its address is, so rules with networks can be met by anybody: name your proxies only",
    ),
  },
];
