import { loginPage } from "../../../host/features/login/pages/login.ts";
import { onwardPage } from "../../../host/features/providers/pages/onward.ts";
import { type Problem, problemPage } from "../../../host/features/providers/pages/problem.ts";
import { providerButton } from "../../../host/features/providers/pages/provider-button.ts";
import type { Site } from "../../../portal/pages/site.ts";
import { destined, type Page } from "../samples.ts";

const problems: readonly Problem[] = [
  ...(["expired", "denied", "invalid", "setup", "forbidden", "invitation"] as const),
  ...(["disabled", "overage", "stale", "oneFactor", "another", "linked", "unavailable", "held"] as const),
];

export function pagesIn(site: Site): readonly Page[] {
  return [
    ...[true, false].map<Page>((passwords) => [
      `login (providers${passwords ? "" : " alone"})`,
      (texts) => {
        const returnTo = { target: destined(texts).target, method: texts.method };
        const [first, second] = [
          { id: "one", name: texts.userName },
          { id: "two", name: "Two", logo: { address: "/assets/icon.0123456789abcdef.png", width: 48, height: 48 } },
        ];
        const alternatives = [first, second].map((one) => ({
          control: providerButton(site, one, returnTo, "secondary"),
        }));
        return loginPage({ site, ...returnTo, username: "", passwords, rememberMe: true, alternatives });
      },
    ]),
    ["provider (on the way)", ({ userName }) => onwardPage({ site, text: userName, address: "/login/provider/one" })],
    ...problems.map<Page>((problem) => [
      `provider (${problem})`,
      (texts) =>
        problemPage({
          ...{ site, problem, requestId: texts.requestId, provider: { id: "one", name: texts.userName } },
          returnTo: { target: destined(texts).target, method: texts.method },
          ...(problem === "held" && { wait: 90 }),
        }),
    ]),
  ];
}
