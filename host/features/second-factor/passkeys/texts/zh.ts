import type { Texts } from "./en.ts";

export const zh: Texts = {
  choose: "使用通行密钥或安全密钥",
  ask: "请用您的通行密钥或安全密钥确认登录。",
  wrong: "通行密钥未被接受。请重试。",
  use: "使用通行密钥",
  logIn: "使用通行密钥登录",
  refused: "操作未成功。请重试。",
  duplicate: "此设备上已有此账户的通行密钥。",
  unavailable: "暂时无法使用通行密钥。请一分钟后重试。",
  needsScript: "通行密钥需要 JavaScript，但此浏览器已将其关闭。",
  passkey: "通行密钥",
  passkeyFor: (host) => `用于 ${host} 的通行密钥`,
  rename: (name) => `重命名 ${name}`,
  remove: (name) => `移除 ${name}`,
  added: (when) => `添加于${when}`,
  add: "添加通行密钥或安全密钥",
  enrolment: {
    title: "添加通行密钥",
    text: "通行密钥让您通过设备的指纹、面容或 PIN 码登录。也可以使用安全密钥。",
    button: "添加通行密钥",
  },
  renameTitle: "重命名通行密钥",
  name: "名称，便于区分",
  notices: {
    added: { title: "已添加通行密钥", text: "您的账户添加了一个通行密钥或安全密钥。" },
    removed: { title: "已移除通行密钥", text: "您的账户移除了一个通行密钥或安全密钥。" },
  },
};
