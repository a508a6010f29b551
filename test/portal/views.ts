// Every page of the portal as a function of the texts that come from outside, in each shape that it can take.
import { deniedPage } from "../../portal/pages/denied.ts";
import { homePage } from "../../portal/pages/home.ts";
import { loggedOutPage } from "../../portal/pages/logged-out.ts";
import { type LoginError, loginPage } from "../../portal/pages/login.ts";
import { logoutPage } from "../../portal/pages/logout.ts";
import { messagePage } from "../../portal/pages/message.ts";
import { secondFactorPage } from "../../portal/pages/second-factor.ts";

/** What a visitor, a directory or an application can put on a page. */
export interface OutsideTexts {
  readonly url: string;
  readonly host: string;
  readonly method: string;
  readonly userName: string;
  readonly displayName: string;
  readonly requestId: string;
  readonly message: string;
}

export const benign: OutsideTexts = {
  url: "https://app.zerohop.localhost:8443/reports/2026?sort=amount",
  host: "app.zerohop.localhost:8443",
  method: "GET",
  userName: "alice",
  displayName: "Alice Moreau",
  requestId: "8f14e45f-ceea-467f",
  message: "The portal is starting",
};

const assets = { stylesheet: "/assets/portal.0a1b2c3d.css", script: "/assets/portal.4e5f6a7b.js" };
const loginErrors: readonly (LoginError | undefined)[] = [undefined, "credentials", "held", "unavailable", "expired"];

type Page = readonly [name: string, render: (texts: OutsideTexts) => string];

const logins: readonly Page[] = loginErrors.map((error) => [
  `login (${error ?? "first visit"})`,
  ({ url, host, method, userName }) =>
    loginPage({
      assets,
      target: { url, host },
      method,
      username: error ? userName : "",
      rememberMe: true,
      ...(error && { error }),
    }),
]);

export const pages: readonly Page[] = [
  ...logins,
  ["login (no target)", ({ method }) => loginPage({ assets, method, username: "", rememberMe: false })],
  ["home", (texts) => homePage({ assets, user: user(texts), logoutAction: "/logout" })],
  ["denied", (texts) => deniedPage({ assets, user: user(texts), rule: 3, ...destined(texts) })],
  ["denied (nobody)", (texts) => deniedPage({ assets, rule: 0, ...destined(texts) })],
  ["second factor", (texts) => secondFactorPage({ assets, user: user(texts), target: destined(texts).target })],
  ["logged out", (texts) => loggedOutPage({ assets, target: destined(texts).target })],
  ["log out", (texts) => logoutPage({ assets, user: user(texts) })],
  ["switch account", (texts) => logoutPage({ assets, user: user(texts), target: destined(texts).target })],
  [
    "message",
    ({ message, requestId }) => messagePage({ assets, status: 503, title: message, text: message, requestId }),
  ],
];

function user({ userName, displayName }: OutsideTexts) {
  return { name: userName, displayName };
}

function destined({ url, host, requestId }: OutsideTexts) {
  return { target: { url, host }, requestId };
}
