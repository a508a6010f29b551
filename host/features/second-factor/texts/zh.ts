import type { Texts } from "./en.ts";

export const zh: Texts = {
  title: "第二因素验证",
  titleFor: (host) => `${host} 的第二因素验证`,
  confirm: "请确认是您本人",
  toContinueTo: "验证后前往",
  wait: (time) => `验证码错误次数过多。请在${time}后重试。`,
  missingTitle: "需要第二因素",
  missingTitleFor: (host) => `${host} 需要第二因素`,
  oneFactorAlone: "仅凭一个因素无法打开",
  setUpOnce: "请为此账户设置一次第二因素，之后登录时用它进行确认。",
  noneOffered: "此账户没有第二因素，此门户也不提供第二因素。请联系本站管理员。",
  factors: "第二因素",
  askFirst: "从下次登录起，优先：",
};
