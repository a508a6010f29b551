// Japanese.
import type { Texts } from "./en.ts";

export const ja: Texts = {
  logInWith: (name) => `${name} でログイン`,
  confirmAt: (name) => `${name} で確認`,
  onward: {
    logIn: (name) => `ログインのため ${name} に移動します。`,
    logOut: (name) => `ここからはログアウトしました。続けて ${name} からもログアウトします。`,
  },
  problem: {
    title: (name) => `${name} でログインできませんでした`,
    expired: "ログインに時間がかかりすぎたか、別のブラウザーで始められました。最初からやり直してください。",
    denied: (name) => `${name} によると、ログインが取り消されたか、このサイトの利用が許可されていません。`,
    invalid: (name) => `${name} からの応答を使用できませんでした。最初からやり直してください。`,
    setup: (name) => `${name} とこのサイトの設定が合っていません。このサイトの管理者による確認が必要です。`,
    forbidden: (name) => `${name} のアカウントは確認できましたが、ここへのログインは許可されていません。`,
    invitation: "ここにはまだアカウントがありません。作成するには招待が必要です。",
    disabled: "ここのアカウントは無効になっています。",
    overage: (name) => `グループが多すぎるため、${name} は所属グループを伝えられませんでした。`,
    stale: (name) => `${name} は本人確認をやり直しませんでした。そちらでログアウトしてから、やり直してください。`,
    oneFactor: (name) => `${name} は第 2 要素を確認しませんでした。`,
    another: (name) => `${name} での本人は、ここにログインしている人とは別の人です。`,
    linked: "このアカウントは、ここではすでに別のユーザーのものです。",
    unavailable: (name) => `現在 ${name} に接続できません。1 分後にもう一度お試しください。`,
    held: "ログインの失敗が多すぎます。",
    again: "最初からやり直す",
    other: "ほかの方法でログイン",
    passOn: "繰り返し起こる場合は、以下の情報をこのサイトの管理者に伝えてください。",
  },
  account: {
    label: "ログイン方法",
    untimed: (name) =>
      `${name} は、いつログインしたかを伝えません。${name} にログイン済みのブラウザーでは、ここへのログインにそれ以上の確認はありません。`,
    thisLogin: "このログイン",
    linkedOn: (time) => `${time}に連携`,
    link: (name) => `${name} と連携`,
    unlink: "連携を解除",
    unlinkLabel: (name) => `${name} との連携を解除`,
  },
  notices: {
    linked: {
      title: (name) => `${name} がお使いのアカウントと連携されました`,
      text: (name) => `今後は ${name} のアカウントでお使いのアカウントにログインできます。`,
    },
    unlinked: {
      title: (name) => `${name} との連携が解除されました`,
      text: (name) => `${name} のアカウントでは、お使いのアカウントにログインできなくなりました。`,
    },
  },
};
