import type { Texts } from "./en.ts";

export const zh: Texts = {
  toAccount: "您的账户",
  notYou: "如果不是您本人，请更改密码，并在您的账户页面上退出其他所有登录，或向本站的运营者求助。",
  notices: {
    login: { title: "来自新位置的登录", text: "有人从您未曾登录过的位置登录了您的账户。" },
    banned: {
      title: "您的账户被暂时锁定",
      text: "您的账户登录失败次数过多。来自该处的后续尝试在一段时间内不会被处理。",
    },
    passwordChanged: { title: "您的密码已更改", text: "您账户的密码已更改。" },
    passwordReset: { title: "您的密码已重置", text: "您账户的密码已通过电子邮件中的链接重新设置。" },
    passwordSet: { title: "您的密码已更改", text: "本站的运营者为您的账户设置了新密码。" },
    elevated: {
      title: "使用了一次性验证码",
      text: "有人输入了发送给您的一次性验证码，在一段时间内可以更改您账户的登录方式。",
    },
    loggedOut: { title: "您已在其他地方退出登录", text: "您账户的其他所有登录均已结束。" },
  },
};
