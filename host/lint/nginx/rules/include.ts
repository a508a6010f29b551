// Files that an nginx configuration includes and that could not be read.
import type { Rule } from "../../rule.ts";
import type { NginxConfig } from "../config.ts";

export const includeRules: readonly Rule<NginxConfig>[] = [
  {
    id: "nginx-include-missing",
    severity: "warning",
    check({ missingIncludes }, report) {
      for (const { pattern, ...place } of missingIncludes)
        report(
          place,
          `${pattern} is not on this machine, so nothing is known about what it says: run zerohop lint where it is`,
        );
    },
  },
];
