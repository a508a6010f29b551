import { accountPage } from "../../../host/features/account/pages/account.ts";
import { passwordSection } from "../../../host/features/password-change/pages/account-section.ts";
import {
  type PasswordChangeProblem,
  passwordChangedPage,
  passwordChangePage,
} from "../../../host/features/password-change/pages/password-change.ts";
import type { Site } from "../../../portal/pages/site.ts";
import { mistakes, type Page, rules, user } from "../samples.ts";

const problems: readonly (PasswordChangeProblem | undefined)[] = [
  ...([undefined, { kind: "wrong", wait: 0 }, { kind: "held", wait: 90 }, { kind: "unavailable" }] as const),
  { kind: "mistakes", mistakes },
];

export function pagesIn(site: Site): readonly Page[] {
  return [
    ...problems.map<Page>((problem) => [
      `password (change, ${problem?.kind ?? "first visit"})`,
      (texts) =>
        passwordChangePage({
          ...{ site, user: user(texts), rules, forgotten: "/reset-password" },
          ...(problem && { problem }),
        }),
    ]),
    ...(["changeable", "fixed"] as const).map<Page>((state) => [
      `account (password ${state})`,
      (texts) =>
        accountPage({
          ...{ site, user: user(texts), now: 0, sessions: [] },
          sections: [passwordSection(state, site.language)],
        }),
    ]),
    ["password (changed)", () => passwordChangedPage({ site })],
  ];
}
