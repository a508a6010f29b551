import type { Texts } from "./en.ts";

export const zh: Texts = {
  title: "更改密码",
  change: "更改密码",
  current: "当前密码",
  othersEnd: "您在此浏览器中会保持登录，其他地方的登录都会退出。",
  othersEnded: "其他地方的登录均已退出。",
  currentWrong: "当前密码错误。",
  held: "密码错误次数过多。",
  label: "密码",
  fixed: "无法在此更改",
  changeShort: "更改",
  changeLabel: "更改密码",
};
