import type { Texts } from "./en.ts";

export const zh: Texts = {
  choose: "使用身份验证器应用",
  ask: "请输入身份验证器应用显示的验证码。",
  wrong: "验证码错误或已使用过。请输入当前显示的验证码。",
  code: "验证码",
  name: "身份验证器应用",
  notSetUp: "未设置",
  setUp: "设置身份验证器应用",
  replace: "更换身份验证器应用",
  remove: "移除身份验证器应用",
  enrolment: {
    title: "设置身份验证器应用",
    replaces: "它将取代您现在使用的应用。",
    scan: "请用应用扫描此二维码。",
    openHere: "改为在此设备上打开",
    qrCode: "用于身份验证器应用的二维码",
    typeKey: "如果应用无法扫描，请输入此密钥：",
    wrong: "验证码与此密钥不符。请检查设备的时间是否准确，然后输入当前显示的验证码。",
    code: "应用当前显示的验证码",
  },
  notices: {
    setUp: { title: "已设置身份验证器应用", text: "身份验证器应用已设置为您账户的第二因素。" },
    removed: { title: "已移除身份验证器应用", text: "身份验证器应用不再是您账户的第二因素。" },
  },
};
