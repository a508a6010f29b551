import { accountPage } from "../../../host/features/account/pages/account.ts";
import type { Site } from "../../../portal/pages/site.ts";
import { type Page, user } from "../samples.ts";

const now = 1_790_000_000;

export function pagesIn(site: Site): readonly Page[] {
  return [
    [
      "account",
      (texts) =>
        accountPage({
          ...{ site, user: user(texts), now, sections: [] },
          sessions: [
            { id: "a", userAgent: texts.message, address: "2001:db8::1", lastSeen: now, current: true },
            {
              ...{ id: texts.requestId, userAgent: texts.message, address: texts.userName },
              ...{ lastSeen: now - 90, current: false, domain: texts.host },
            },
          ],
        }),
    ],
    ["account (bare)", (texts) => accountPage({ site, user: user(texts), now, sections: [], sessions: [] })],
  ];
}
