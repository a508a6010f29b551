import type { Texts } from "./en.ts";

export const ja: Texts = {
  title: "2要素認証",
  titleFor: (host) => `${host} の2要素認証`,
  confirm: "ご本人であることの確認",
  toContinueTo: "確認後の移動先",
  wait: (time) => `コードの間違いが多すぎます。${time}後にもう一度お試しください。`,
  missingTitle: "2要素認証が必要です",
  missingTitleFor: (host) => `${host} には2要素認証が必要です`,
  oneFactorAlone: "1 つの要素だけでは次を開けません",
  setUpOnce: "このアカウントに2要素認証を一度設定し、以後はそれを使ってログインを確認してください。",
  noneOffered:
    "このアカウントには2要素認証が設定されておらず、このポータルでは設定できません。サイトの管理者にお問い合わせください。",
  factors: "2要素認証",
  askFirst: "次回のログインから最初に使う方法:",
};
