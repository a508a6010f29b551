import {
  forgottenPasswordPage,
  linkSentPage,
  newPasswordPage,
  passwordSetPage,
  uselessLinkPage,
} from "../../../host/features/password-reset/pages/password-reset.ts";
import type { NewPasswordProblem } from "../../../portal/pages/new-password.ts";
import type { Site } from "../../../portal/pages/site.ts";
import { mistakes, type Page, rules, user } from "../samples.ts";

const problems: readonly (NewPasswordProblem | undefined)[] = [
  undefined,
  { kind: "mistakes", mistakes },
  { kind: "unavailable" },
];

export function pagesIn(site: Site): readonly Page[] {
  return [
    ["password (forgotten)", () => forgottenPasswordPage({ site })],
    ["password (link sent)", () => linkSentPage({ site, lifespan: 600 })],
    ...problems.map<Page>((problem) => [
      `password (new, ${problem?.kind ?? "first visit"})`,
      (texts) =>
        newPasswordPage({
          ...{ site, user: user(texts), rules, token: texts.requestId },
          ...(problem && { problem }),
        }),
    ]),
    ...(["elsewhere", "void"] as const).map<Page>((why) => [
      `password (useless link, ${why})`,
      () => uselessLinkPage({ site, why }),
    ]),
    ["password (set)", () => passwordSetPage({ site })],
  ];
}
