// Chinese, in simplified characters. It says “您”.
import type { Texts } from "./en.ts";

export const zh: Texts = {
  error: (title) => `错误：${title}`,
  language: "语言",
  justNow: "刚刚",
  lastUsed: (when) => `上次使用：${when}`,
  tryAgainIn: (time) => `请在${time}后重试。`,

  actions: {
    back: "返回",
    cancel: "取消",
    startPage: "首页",
    toStartPage: "前往首页",
    account: "您的账户",
    logIn: "登录",
    logOut: "退出登录",
    switchAccount: "切换账户",
    continue: "继续",
    confirm: "确认",
    rename: "重命名",
    remove: "移除",
    replace: "更换",
    setUp: "设置",
  },

  busy: {
    loggingIn: "正在登录…",
    checking: "正在验证…",
  },

  device: {
    on: (browser, system) => `${system} 上的 ${browser}`,
    unknown: "未知设备",
  },

  passwordField: {
    capsLock: "大写锁定已开启",
    show: "显示",
    hide: "隐藏",
    showPassword: "显示密码",
    hidePassword: "隐藏密码",
  },

  logout: {
    title: "退出登录",
    several: "存在多个会话",
    severalText:
      "此浏览器在这里有多个会话，其中一个可能是由某个应用设置的。请退出登录，然后重新登录。如果此页面再次出现，请告知本服务的管理员。",
  },

  password: {
    forgotten: "忘记密码？",
    new: "新密码",
    again: "再次输入新密码",
    changed: "密码已更改",
    unavailable: "暂时无法更改密码。请一分钟后重试。",
    rules: {
      minLength: (count) => `至少 ${count} 个字符`,
      maxLength: (count) => `最多 ${count} 个字符`,
      uppercase: "包含大写字母",
      lowercase: "包含小写字母",
      number: "包含数字",
      special: "包含字母和数字以外的字符",
      strong: "不易猜到：几个互不相关的词就很好",
    },
    mistakes: {
      empty: "请输入新密码。",
      too_short: (count) => `新密码太短：至少需要 ${count} 个字符。`,
      too_long: (count) => `新密码太长：最多 ${count} 个字符。`,
      far_too_long: "新密码太长。",
      control_character: "新密码中含有无法用键盘输入的字符。",
      no_uppercase: "新密码缺少大写字母。",
      no_lowercase: "新密码缺少小写字母。",
      no_number: "新密码缺少数字。",
      no_special: "新密码缺少字母和数字以外的字符。",
      guessable_personal: "新密码容易被猜到：其中含有您或本网站的名称或地址。",
      guessable_common: "新密码容易被猜到：很多人在使用类似的密码。",
      guessable_pattern: "新密码容易被猜到：其中有重复内容，或按键盘、字母、数字的顺序排列。",
      guessable_plain: "新密码容易被猜到。请设置得更长一些。",
      unchanged: "新密码与当前密码相同。",
      directory: "目录服务不接受此密码：可能过于简单，或以前使用过。",
      different: "两次输入的新密码不一致。请输入相同的密码。",
    },
  },

  mail: {
    account: "账户",
    time: "时间",
    address: "地址",
    device: "设备",
  },

  problem: {
    status: "状态",
    request: "请求编号",
    of: {
      400: { title: "无法理解的请求", text: "门户无法读取此浏览器发送的内容。" },
      401: { title: "需要登录", text: "请先登录。" },
      403: { title: "请求被拒绝", text: "此请求来自其他网站。请打开门户后重试。" },
      404: { title: "找不到页面", text: "此地址没有内容，或未在此启用。" },
      405: { title: "此处无法进行", text: "此地址不能这样使用。" },
      413: { title: "内容过多", text: "这超出了门户所能接受的大小。" },
      415: { title: "未知的数据类型", text: "门户无法读取此浏览器发送的内容。" },
      422: {
        title: "您的帐户信息过多",
        text: "您所属的群组过多，无法全部告知应用程序。需要由此门户的管理员将您从其中一些群组中移除。",
      },
      429: { title: "尝试次数过多", text: "请稍候再试。" },
      500: { title: "出现问题", text: "门户未能作出响应。详情见其日志。" },
      503: { title: "暂时无法使用", text: "门户暂时无法访问所需的服务。请一分钟后重试。" },
      other: { title: "请求被拒绝", text: "门户不响应此请求。" },
    },
  },
};
