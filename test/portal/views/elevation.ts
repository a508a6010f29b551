import {
  codeRevocationPage,
  codeRevokedPage,
  elevationPage,
} from "../../../host/features/elevation/pages/elevation.ts";
import type { Site } from "../../../portal/pages/site.ts";
import { type Page, problems, returnTo, user } from "../samples.ts";

export function pagesIn(site: Site): readonly Page[] {
  return [
    ...[...problems, { kind: "too many" } as const].map<Page>((problem) => [
      `elevation (${problem?.kind ?? "first visit"})`,
      (texts) =>
        elevationPage({
          ...{
            site,
            user: user(texts),
            returnTo: returnTo(texts),
            sent: problem !== undefined,
            address: texts.message,
          },
          ...(problem && { problem }),
        }),
    ]),
    ["code revocation", ({ requestId }) => codeRevocationPage({ site, id: requestId })],
    ["code revoked", () => codeRevokedPage(site)],
  ];
}
