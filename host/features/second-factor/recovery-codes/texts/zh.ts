import type { Texts } from "./en.ts";

export const zh: Texts = {
  title: "恢复码",
  name: "恢复码",
  choose: "使用恢复码",
  ask: "请输入您的一个恢复码。每个恢复码只能使用一次。",
  wrong: "这不是您的恢复码，或该恢复码已使用过。",
  code: "恢复码",
  countLeft: (left, total) => `共 ${total} 个，还剩 ${left} 个`,
  none: "无",
  make: {
    link: "生成",
    label: "生成恢复码",
  },
  renew: {
    link: "重新生成",
    label: "重新生成恢复码",
  },
  offer: {
    text: "当您的其他第二因素都丢失时，可以用恢复码登录。每个恢复码只能使用一次。",
    left: (left, total) => `共 ${total} 个，还剩 ${left} 个。新恢复码将取代所有旧恢复码。`,
    makeNew: "生成新恢复码",
    notNow: "暂不",
  },
  fresh: {
    title: "您的恢复码",
    keep: "请打印这些恢复码，或保存在密码管理器中。",
    onlyNow: "它们只在此时显示。",
    kept: "我已保存",
  },
  notices: {
    made: { title: "已生成新的恢复码", text: "已为您的账户生成新的恢复码。之前的不再有效。" },
    used: { title: "使用了一个恢复码", text: "有人用您账户的一个恢复码确认了登录。" },
  },
};
