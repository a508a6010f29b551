// Every page of the portal as a function of the texts that come from outside, in each shape that it can take: those that features
// share, and those of each feature, which the files in views/ have.
import { globSync } from "node:fs";
import { join } from "node:path";
import { english } from "../../portal/languages/index.ts";
import { accountPage } from "../../portal/pages/account.ts";
import { deniedPage } from "../../portal/pages/denied.ts";
import { homePage } from "../../portal/pages/home.ts";
import { loggedOutPage } from "../../portal/pages/logged-out.ts";
import { type LoginError, loginPage } from "../../portal/pages/login.ts";
import { logoutPage } from "../../portal/pages/logout.ts";
import { messagePage } from "../../portal/pages/message.ts";
import { severalSessionsPage } from "../../portal/pages/several-sessions.ts";
import type { Site } from "../../portal/pages/site.ts";
import { destined, type Page, user } from "./samples.ts";
import { siteIn } from "./site.ts";

const folder = join(import.meta.dirname, "views");
const views = await Promise.all(
  globSync("*.ts", { cwd: folder })
    .sort()
    .map(async (file) => (await import(join(folder, file))).pagesIn as (site: Site) => readonly Page[]),
);

const loginErrors: readonly (LoginError | undefined)[] = [undefined, "credentials", "held", "unavailable", "expired"];

const now = 1_790_000_000;

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

export function pagesOf(site: Site): readonly Page[] {
  return [
    ...logins(site),
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
    [
      "account",
      (texts) =>
        accountPage({
          ...{ site, user: user(texts), now, password: "changeable", factors: [], addFactors: [] },
          sessions: [
            { id: "a", userAgent: texts.message, address: "2001:db8::1", lastSeen: now, current: true },
            {
              ...{ id: texts.requestId, userAgent: texts.message, address: texts.userName },
              ...{ lastSeen: now - 90, current: false, domain: texts.host },
            },
          ],
        }),
    ],
    [
      "account (bare)",
      (texts) => accountPage({ site, user: user(texts), now, factors: [], addFactors: [], sessions: [] }),
    ],
    ["logged out", (texts) => loggedOutPage({ site, target: destined(texts).target })],
    ["log out", (texts) => logoutPage({ site, user: user(texts) })],
    ["switch account", (texts) => logoutPage({ site, user: user(texts), target: destined(texts).target })],
    ["several sessions", () => severalSessionsPage(site)],
    ["message", ({ requestId }) => messagePage({ site, status: 503, requestId })],
    ...views.flatMap((pagesIn) => pagesIn(site)),
  ];
}

/** In English. */
export const pages = pagesOf(siteIn(english));
