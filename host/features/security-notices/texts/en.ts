// The texts of security notices in English; the other languages are typed by these texts.

export const en = {
  toAccount: "Your account",
  notYou:
    "If this was not you, change your password and log out everywhere else on the page of your account, or ask whoever runs this site for help.",
  notices: {
    login: {
      title: "A login from a new place",
      text: "Somebody has logged in to your account from a place where you have not logged in before.",
    },
    banned: {
      title: "Your account is locked for a while",
      text: "There were too many failed attempts to log in to your account. Further ones from there are not looked at for a while.",
    },
    passwordChanged: { title: "Your password was changed", text: "The password of your account was changed." },
    passwordReset: {
      title: "Your password was reset",
      text: "The password of your account was set anew by a link from an e-mail.",
    },
    passwordSet: {
      title: "Your password was changed",
      text: "Whoever runs this site has set a new password for your account.",
    },
    elevated: {
      title: "A one-time code was used",
      text: "Somebody has entered a one-time code that was sent to you, and can change how your account logs in for a while.",
    },
    loggedOut: { title: "You were logged out elsewhere", text: "All other logins of your account were ended." },
  },
};

export type Texts = typeof en;
