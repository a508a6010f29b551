import type { Texts } from "./en.ts";

export const ja: Texts = {
  title: "パスワードの変更",
  change: "パスワードを変更",
  current: "現在のパスワード",
  othersEnd: "このブラウザーではログインしたままになり、ほかではすべてログアウトします。",
  othersEnded: "ほかではすべてログアウトしました。",
  currentWrong: "現在のパスワードが正しくありません。",
  held: "パスワードの間違いが多すぎます。",
  label: "パスワード",
  fixed: "ここでは変更できません",
  changeShort: "変更",
  changeLabel: "パスワードを変更",
};
