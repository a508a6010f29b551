import type { Texts } from "./en.ts";

export const zh: Texts = {
  text: "我们会向您账户的邮箱发送一个链接，用于设置新密码。",
  nameOrAddress: "用户名或邮箱地址",
  sendLink: "发送链接",
  sentTitle: "请查收邮件",
  sentText: "如果该账户存在并设有邮箱地址，链接已在发送途中。",
  sentLimits: (time) => `链接仅可使用一次，${time}内有效，且只能在此浏览器中打开。`,
  askAgain: "重新获取链接",
  setTitle: "设置新密码",
  set: "设置密码",
  allEnd: "设置后，您会在所有地方退出登录，然后使用新密码登录。",
  allEnded: "您已在所有地方退出登录。请使用新密码登录。",
  elsewhereTitle: "请在另一个浏览器中打开此链接",
  elsewhereText:
    "此链接只能在申请它的浏览器中使用。请在那里打开，或在这里重新获取。如果不是您本人申请的，则无需任何操作。",
  voidTitle: "此链接已失效",
  voidText: "它已被使用、已过期，或已有更新的链接。",
  mail: {
    title: "设置新密码",
    text: (name, host) => `有人（希望是您本人）为 ${host} 上的账户 ${name} 申请了新密码。`,
    link: "设置新密码",
    limits: (time) => `链接仅可使用一次，${time}内有效，且只能在申请它的浏览器中打开。请勿转发给任何人。`,
    ignore: "如果不是您本人操作，则无需任何操作：您的密码保持不变。",
  },
};
