// The texts for those who have forgotten their password in English; the other languages are typed by these texts.

export const en = {
  text: "A link to set a new one comes by e-mail to the address of your account.",
  nameOrAddress: "User name or e-mail address",
  sendLink: "Send the link",
  sentTitle: "Look into your e-mail",
  sentText: "If there is such an account and it has an e-mail address, a link is on its way there.",
  /** `time` as in `10 minutes`. */
  sentLimits: (time: string) => `It works once, within ${time}, and only in this browser.`,
  askAgain: "Ask for a new link",
  setTitle: "Set a new password",
  set: "Set password",
  allEnd: "You are then logged out everywhere, and log in with the new password.",
  allEnded: "You are logged out everywhere. Log in with the new password.",
  elsewhereTitle: "Open this link in the other browser",
  elsewhereText:
    "It works only in the browser in which it was asked for. Open it there, or ask for a new link here. Did you not ask for it? Then you need not do anything.",
  voidTitle: "This link does not work any more",
  voidText: "It was used, its time is over, or there is a newer one.",
  mail: {
    title: "Set a new password",
    text: (name: string, host: string) =>
      `Somebody, hopefully you, has asked for a new password for ${name} at ${host}.`,
    link: "Set a new password",
    /** `time` as in `10 minutes`. */
    limits: (time: string) =>
      `The link works once, within ${time}, and only in the browser in which it was asked for. Do not pass it on to anybody.`,
    ignore: "If it was not you, you need not do anything: your password stays as it is.",
  },
};

export type Texts = typeof en;
