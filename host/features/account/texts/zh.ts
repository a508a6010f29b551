import type { Texts } from "./en.ts";

export const zh: Texts = {
  sessions: "已登录的设备",
  now: "现在",
  thisBrowser: "此浏览器",
  logOut: "退出",
  logOutLabel: (device, address) => `退出 ${address} 的 ${device}`,
  logOutElsewhere: "退出所有其他设备",
  earlierSessions: "显示更早的",
};
