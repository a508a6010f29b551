import type { Texts } from "./en.ts";

export const zh: Texts = {
  title: "请确认是您本人",
  ask: (address) => `要更改登录方式，请输入发送到 ${address} 的验证码。`,
  send: "发送验证码",
  sent: (address) => `验证码正在发往 ${address}，仅在此浏览器中有效。`,
  code: "邮件中的验证码",
  sendAnother: "再发送一个验证码",
  wrong: "此验证码有误，或已过期。",
  wait: (time) => `错误的验证码过多。请在 ${time}后重试。`,
  tooMany: "发送的验证码过多。请在一刻钟后重试。",
  noAddress: "此操作需要通过电子邮件发送的验证码，而此账户没有电子邮件地址。本站的运营者可以添加一个。",
  revokeTitle: "您没有请求此验证码",
  revokeText: "那么有人用您的密码登录了。此验证码将作废，并且此账户将在所有地方退出登录。",
  revoke: "作废验证码",
  revoked: "验证码已作废",
  revokedText: "此账户已在所有地方退出登录。请立即更改密码，以免再有人用它登录。",
  mail: {
    title: "您的一次性验证码",
    text: (time) =>
      `有人已登录您的账户，并想更改其登录方式。如要允许，请在请求它的浏览器中输入此验证码。它在 ${time}内有效，只能使用一次。`,
    secret: "任何人都不会通过电话或消息向您索要此验证码。",
    notYou: "如果不是您本人，则有人知道您的密码：请作废此验证码，并更改密码。",
    revoke: "作废验证码并在所有地方退出登录",
  },
};
