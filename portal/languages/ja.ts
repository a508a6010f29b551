// Japanese, in the polite form.
import type { Texts } from "./en.ts";

export const ja: Texts = {
  error: (title) => `エラー: ${title}`,
  language: "言語",
  justNow: "たった今",
  lastUsed: (when) => `最終使用: ${when}`,
  tryAgainIn: (time) => `${time}後にもう一度お試しください。`,

  actions: {
    back: "戻る",
    cancel: "キャンセル",
    startPage: "ホーム",
    toStartPage: "ホームへ移動",
    account: "アカウント",
    logIn: "ログイン",
    logOut: "ログアウト",
    switchAccount: "アカウントを切り替える",
    continue: "続行",
    confirm: "確認",
    rename: "名前を変更",
    remove: "削除",
    replace: "変更",
    setUp: "設定",
  },

  busy: {
    loggingIn: "ログインしています…",
    checking: "確認しています…",
  },

  device: {
    on: (browser, system) => `${browser}（${system}）`,
    unknown: "不明な端末",
  },

  passwordField: {
    capsLock: "Caps Lock がオンです",
    show: "表示",
    hide: "非表示",
    showPassword: "パスワードを表示",
    hidePassword: "パスワードを非表示",
  },

  logout: {
    title: "ログアウト",
    several: "複数のセッション",
    severalText:
      "このブラウザーには複数のセッションがあり、そのうちの一つはアプリケーションが設定した可能性があります。ログアウトしてから、もう一度ログインしてください。このページが再び表示される場合は、このサービスの管理者にお知らせください。",
  },

  password: {
    forgotten: "パスワードをお忘れですか？",
    new: "新しいパスワード",
    again: "新しいパスワード（確認）",
    changed: "パスワードを変更しました",
    unavailable: "現在、パスワードを変更できません。1 分後にもう一度お試しください。",
    rules: {
      minLength: (count) => `${count} 文字以上`,
      maxLength: (count) => `${count} 文字以内`,
      uppercase: "英大文字を含む",
      lowercase: "英小文字を含む",
      number: "数字を含む",
      special: "文字と数字以外の記号を含む",
      strong: "推測されにくいもの（関連のない単語をいくつか並べるのがおすすめです）",
    },
    mistakes: {
      empty: "新しいパスワードを入力してください。",
      too_short: (count) => `新しいパスワードが短すぎます。${count} 文字以上にしてください。`,
      too_long: (count) => `新しいパスワードが長すぎます。${count} 文字以内にしてください。`,
      far_too_long: "新しいパスワードが長すぎます。",
      control_character: "新しいパスワードに、キーボードで入力できない文字が含まれています。",
      no_uppercase: "新しいパスワードに英大文字が必要です。",
      no_lowercase: "新しいパスワードに英小文字が必要です。",
      no_number: "新しいパスワードに数字が必要です。",
      no_special: "新しいパスワードに、文字と数字以外の記号が必要です。",
      guessable_personal:
        "新しいパスワードは推測されやすいものです。お客様またはこのサイトの名前やアドレスが含まれています。",
      guessable_common: "新しいパスワードは推測されやすいものです。似たパスワードが多くの人に使われています。",
      guessable_pattern:
        "新しいパスワードは推測されやすいものです。繰り返しや、キー・文字・数字の並びが含まれています。",
      guessable_plain: "新しいパスワードは推測されやすいものです。もっと長くしてください。",
      unchanged: "新しいパスワードが現在のものと同じです。",
      directory: "このパスワードはディレクトリーで受け付けられません。単純すぎるか、以前に使われた可能性があります。",
      different: "新しいパスワードが一致しません。同じものを 2 回入力してください。",
    },
  },

  mail: {
    account: "アカウント",
    time: "日時",
    address: "アドレス",
    device: "デバイス",
  },

  problem: {
    status: "ステータス",
    request: "リクエスト",
    of: {
      400: {
        title: "理解できないリクエスト",
        text: "ポータルは、このブラウザーが送信した内容を読み取れませんでした。",
      },
      401: { title: "ログインが必要です", text: "先にログインしてください。" },
      403: {
        title: "リクエストは拒否されました",
        text: "このリクエストは別のサイトから送られました。ポータルを開いて、もう一度お試しください。",
      },
      404: { title: "ページが見つかりません", text: "このアドレスには何もないか、ここでは使われていません。" },
      405: { title: "ここではできません", text: "このアドレスをこのように使うことはできません。" },
      413: { title: "一度に送る量が多すぎます", text: "ポータルが受け付けられる量を超えています。" },
      415: {
        title: "不明なデータ形式",
        text: "ポータルは、このブラウザーが送信した内容を読み取れませんでした。",
      },
      422: {
        title: "アカウントの情報が多すぎます",
        text: "所属するグループが多すぎて、アプリケーションに伝えることができません。このポータルの管理者に、いくつかのグループから外してもらう必要があります。",
      },
      429: { title: "試行回数が多すぎます", text: "しばらく待ってから、もう一度お試しください。" },
      500: { title: "問題が発生しました", text: "ポータルは応答できませんでした。詳細はログにあります。" },
      503: {
        title: "現在ご利用いただけません",
        text: "ポータルは必要なサービスに接続できません。1 分後にもう一度お試しください。",
      },
      other: { title: "リクエストは拒否されました", text: "ポータルはこのリクエストに応答しません。" },
    },
  },
};
