// Chinese, simplified.
import type { Texts } from "./en.ts";

export const zh: Texts = {
  logInWith: (name) => `使用 ${name} 登录`,
  confirmAt: (name) => `在 ${name} 确认`,
  onward: {
    logIn: (name) => `正在前往 ${name} 登录。`,
    logOut: (name) => `您已在此退出登录，正在前往 ${name} 退出登录。`,
  },
  problem: {
    title: (name) => `未能使用 ${name} 登录`,
    expired: "此次登录耗时过长，或是在另一个浏览器中开始的。请重新开始。",
    denied: (name) => `${name} 表示登录已取消，或您无权使用本站。`,
    invalid: (name) => `${name} 的答复无法使用。请重新开始。`,
    setup: (name) => `${name} 与本站目前的设置不相符，需要本站管理员处理。`,
    forbidden: (name) => `${name} 认识您，但您不能用它登录本站。`,
    invitation: "您在此还没有帐户，需要邀请才能获得。",
    disabled: "您在此的帐户已停用。",
    overage: (name) => `您所在的群组太多，${name} 无法一一说明。`,
    stale: (name) => `${name} 没有再次确认您的身份。请在那里退出登录，然后重新开始。`,
    oneFactor: (name) => `${name} 没有确认第二因素。`,
    another: (name) => `您在 ${name} 的身份与在此登录的用户不是同一人。`,
    linked: "此帐户在这里已属于另一位用户。",
    unavailable: (name) => `目前无法连接 ${name}。请一分钟后再试。`,
    held: "登录失败次数过多。",
    again: "重新开始",
    other: "其他登录方式",
    passOn: "如果再次出现，请将以下信息告知本站管理员。",
  },
  account: {
    label: "登录方式",
    untimed: (name) => `${name} 不会说明您何时在那里登录：在已登录 ${name} 的浏览器中，登录本站不需要其他任何验证。`,
    thisLogin: "本次登录",
    linkedOn: (time) => `${time}关联`,
    link: (name) => `关联 ${name}`,
    unlink: "取消关联",
    unlinkLabel: (name) => `取消关联 ${name}`,
  },
  notices: {
    linked: {
      title: (name) => `${name} 已关联到您的帐户`,
      text: (name) => `从现在起，可以用 ${name} 的帐户登录您的帐户。`,
    },
    unlinked: {
      title: (name) => `${name} 已与您的帐户取消关联`,
      text: (name) => `不能再用 ${name} 的帐户登录您的帐户。`,
    },
  },
};
