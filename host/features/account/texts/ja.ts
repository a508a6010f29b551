import type { Texts } from "./en.ts";

export const ja: Texts = {
  sessions: "ログイン中の端末",
  now: "現在",
  thisBrowser: "このブラウザー",
  logOut: "ログアウト",
  logOutLabel: (device, address) => `${address} の ${device} をログアウト`,
  logOutElsewhere: "ほかのすべての端末でログアウト",
  earlierSessions: "以前のものを表示",
};
