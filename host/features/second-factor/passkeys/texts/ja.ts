import type { Texts } from "./en.ts";

export const ja: Texts = {
  choose: "パスキーまたはセキュリティキーを使う",
  ask: "パスキーまたはセキュリティキーでログインを確認してください。",
  wrong: "パスキーが受け付けられませんでした。もう一度お試しください。",
  use: "パスキーを使う",
  logIn: "パスキーでログイン",
  refused: "うまくいきませんでした。もう一度お試しください。",
  duplicate: "この端末には、このアカウントのパスキーがすでにあります。",
  unavailable: "現在、パスキーを使用できません。1 分後にもう一度お試しください。",
  needsScript: "パスキーには JavaScript が必要ですが、このブラウザーでは無効になっています。",
  passkey: "パスキー",
  passkeyFor: (host) => `${host} 用のパスキー`,
  rename: (name) => `${name} の名前を変更`,
  remove: (name) => `${name} を削除`,
  added: (when) => `追加: ${when}`,
  add: "パスキーまたはセキュリティキーを追加",
  enrolment: {
    title: "パスキーを追加",
    text: "パスキーを使うと、端末の指紋、顔、または PIN でログインできます。セキュリティキーも使えます。",
    button: "パスキーを追加",
  },
  renameTitle: "パスキーの名前を変更",
  name: "区別するための名前",
  notices: {
    added: {
      title: "パスキーが追加されました",
      text: "あなたのアカウントに、パスキーまたはセキュリティキーが追加されました。",
    },
    removed: {
      title: "パスキーが削除されました",
      text: "あなたのアカウントから、パスキーまたはセキュリティキーが削除されました。",
    },
  },
};
