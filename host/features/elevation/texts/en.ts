// The texts of elevation in English; the other languages are typed by these texts.

export const en = {
  title: "Confirm that it is you",
  /** `address` is shortened. */
  ask: (address: string) => `To change how you log in, enter a code that is sent to ${address}.`,
  send: "Send a code",
  sent: (address: string) => `A code is on its way to ${address}. It works in this browser only.`,
  code: "Code from the e-mail",
  sendAnother: "Send another code",
  wrong: "This code is wrong, or its time is over.",
  wait: (time: string) => `Too many wrong codes. Try again in ${time}.`,
  tooMany: "Too many codes were sent. Wait a quarter of an hour, then try again.",
  noAddress:
    "A code by e-mail is needed for this, and this account has no e-mail address. Whoever runs this site can add one.",
  revokeTitle: "You did not ask for this code",
  revokeText:
    "Then somebody else has logged in with your password. The code is taken back, and this account is logged out everywhere.",
  revoke: "Take the code back",
  revoked: "The code is taken back",
  revokedText: "The account is logged out everywhere. Change its password now, before somebody logs in with it again.",
  mail: {
    title: "Your one-time code",
    text: (time: string) =>
      `Somebody who is logged in to your account wants to change how it logs in. To allow it, enter this code in the browser that asked for it. It is good for ${time}, and once.`,
    secret: "Nobody will ever ask you for this code by phone or in a message.",
    notYou: "If that is not you, somebody knows your password: take the code back, and change your password.",
    revoke: "Take the code back and log out everywhere",
  },
};

export type Texts = typeof en;
