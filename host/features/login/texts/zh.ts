import type { Texts } from "./en.ts";

export const zh: Texts = {
  title: "登录",
  titleFor: (host) => `登录 ${host}`,
  toContinueTo: "登录后前往",
  toOpenAccount: "登录后打开您的账户",
  toConfirm: "更改登录方式前，请再次输入密码。",
  resend: "您刚才发送的内容未送达。登录后请重新发送。",
  username: "用户名",
  password: "密码",
  keepMeLoggedIn: "保持登录状态",
  credentials: "用户名或密码错误。请检查后重试。",
  held: "登录失败次数过多。",
  unavailable: "暂时无法验证您的密码。请一分钟后重试。",
  expired: "此页面打开时间过长。请重新登录。",
  newPassword: {
    title: "设置新密码",
    why: "您的密码正确，但已过期，或由他人设置。请设置新密码后登录。",
    current: "当前密码",
    set: "设置并登录",
    elsewhere: "此处无法更改密码。请在您通常更改密码的地方更改，或联系本网站的管理员。",
  },
  home: {
    title: "已登录",
    heading: "您已登录",
    text: "您可以打开任何应用，无需再次登录。",
    applications: "您的应用",
    needsSecondFactor: "需要先验证第二因素",
  },
  denied: {
    title: (host) => `无权访问 ${host}`,
    heading: "无权访问",
    account: "此账户无权打开",
    nobody: "您尚未登录，且无权打开",
    refusedBy: "拒绝依据",
    rule: (number) => `规则 ${number}`,
    defaultPolicy: "默认策略",
    passOn: "如果您应当有权访问，请将这些信息告知本站管理员。",
  },
  lost: {
    title: "您的浏览器未保存登录状态",
    text: "用户名和密码正确，但浏览器没有送回用于保持登录状态的 Cookie。",
    all: "您的浏览器不保存此网站的任何 Cookie。请在浏览器设置中允许下方域名的 Cookie，并对此网站停用阻止 Cookie 的功能，例如扩展程序或严格隐私模式。",
    session:
      "您的浏览器保存了此网站的其他 Cookie，但没有保存这一个。请在浏览器设置中允许下方域名以及所有以其结尾的地址的 Cookie，并对此网站停用会删除 Cookie 的功能，例如扩展程序。",
    device: "然后请确认设备的日期和时间正确，并重新登录。如果仍无效，请尝试其他浏览器，或将下方信息告知管理员。",
    operator: "致本网站的管理员",
    operatorAll: "必须通过 https 打开门户，其前面的任何代理都不得删除或更改 Set-Cookie。该请求记录在主机日志中。",
    operatorSession:
      "如果 Cookie 的域名是公共后缀，或其长度超过 4,096 字节，浏览器会拒绝它。代理或应用也可能将其删除。请运行“zerohop check”；该请求记录在主机日志中。",
    domain: "Cookie 域名",
    sentBack: {
      title: "应用程序没有收到您的登录",
      text: "您已在此登录，但应用程序在几秒内多次将您送回：保持登录的 Cookie 没有到达它。",
      device:
        "请在浏览器设置中允许下面的域名以及所有以其结尾的地址使用 Cookie，然后重试。如果仍无效，请转告下面的信息。",
      operator:
        "应用程序前面的网关必须属于此门户，具有其密钥、Cookie 名称和正确的时间，其前面的代理不得去掉该 Cookie。请运行“zerohop check”和“zerohop lint”；主机日志中有该请求。",
      again: "重试",
    },
  },
  logout: {
    loggedInAs: "当前登录账户",
    useAnotherFor: "退出登录后，可用其他账户打开",
    done: "已退出登录",
    doneHeading: "您已退出登录",
    doneText: "此浏览器已无法再打开使用此登录的任何应用。",
    again: "重新登录",
  },
};
