import { deniedPage } from "../../../host/features/login/pages/denied.ts";
import { expiredPasswordPage } from "../../../host/features/login/pages/expired-password.ts";
import { homePage } from "../../../host/features/login/pages/home.ts";
import { loggedOutPage } from "../../../host/features/login/pages/logged-out.ts";
import { type LoginError, loginPage } from "../../../host/features/login/pages/login.ts";
import { logoutPage } from "../../../host/features/login/pages/logout.ts";
import { lostLoginPage } from "../../../host/features/login/pages/lost-login.ts";
import type { NewPasswordProblem } from "../../../portal/pages/new-password.ts";
import type { Site } from "../../../portal/pages/site.ts";
import { destined, mistakes, type Page, rules, user } from "../samples.ts";

const loginErrors: readonly (LoginError | undefined)[] = [undefined, "credentials", "held", "unavailable", "expired"];

const logins = (site: Site) =>
  loginErrors.map<Page>((error) => [
    `login (${error ?? "first visit"})`,
    ({ url, host, method, userName }) =>
      loginPage({
        site,
        target: { url, host },
        method,
        username: error ? userName : "",
        rememberMe: true,
        ...(error && { error }),
      }),
  ]);

const newPasswordProblems: readonly (NewPasswordProblem | undefined)[] = [
  ...([undefined, { kind: "unavailable" }] as const),
  { kind: "mistakes", mistakes },
];

const newPasswords = (site: Site) =>
  newPasswordProblems.map<Page>((problem) => [
    `password (expired, ${problem?.kind ?? "first visit"})`,
    (texts) =>
      expiredPasswordPage({
        ...{ site, user: user(texts), method: texts.method, target: destined(texts).target, rules },
        ...(problem && { problem }),
      }),
  ]);

export function pagesIn(site: Site): readonly Page[] {
  return [
    ...logins(site),
    ...newPasswords(site),
    [
      "password (expired, fixed)",
      (texts) => expiredPasswordPage({ site, user: user(texts), method: texts.method, rules: undefined }),
    ],
    [
      "login (for the account)",
      ({ method, url, host }) =>
        loginPage({
          ...{ site, method, username: "", rememberMe: false, target: { url, host } },
          ...{ next: "/account", notice: "account" },
        }),
    ],
    ["login (no target)", ({ method }) => loginPage({ site, method, username: "", rememberMe: false })],
    ["home", (texts) => homePage({ site, user: user(texts), applications: [] })],
    [
      "home (with applications)",
      (texts) =>
        homePage({
          site,
          user: user(texts),
          applications: [
            { name: texts.displayName, url: "https://a.zerohop.localhost/", host: texts.host, needsSecondFactor: true },
            {
              ...{ name: texts.host, url: "https://b.zerohop.localhost/", host: texts.host, needsSecondFactor: false },
              icon: { address: "/assets/icon.png", width: 12, height: 5 },
            },
          ],
        }),
    ],
    ["denied", (texts) => deniedPage({ site, user: user(texts), rule: 3, ...destined(texts) })],
    ["denied (nobody)", (texts) => deniedPage({ site, rule: 0, ...destined(texts) })],
    ...(["all", "session", "application"] as const).map<Page>((lost) => [
      `lost login (${lost})`,
      ({ host, requestId }) => lostLoginPage({ site, lost, domain: host, again: "/?rd=a", requestId }),
    ]),
    ["logged out", (texts) => loggedOutPage({ site, target: destined(texts).target })],
    ["log out", (texts) => logoutPage({ site, user: user(texts) })],
    ["switch account", (texts) => logoutPage({ site, user: user(texts), target: destined(texts).target })],
  ];
}
