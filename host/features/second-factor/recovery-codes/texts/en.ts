// What the portal says of recovery codes, in English: the other languages are typed by it.

const plural = () => new Intl.PluralRules("en");

export const en = {
  title: "Recovery codes",
  name: "Recovery codes",
  choose: "Use a recovery code",
  ask: "Enter one of your recovery codes. Each of them works once.",
  wrong: "This is none of your recovery codes, or it was used already.",
  code: "Recovery code",
  countLeft: (left: number, total: number) => `${left} of ${total} left`,
  none: "None",
  make: {
    link: "Make",
    label: "Make recovery codes",
  },
  renew: {
    link: "Renew",
    label: "Renew recovery codes",
  },
  offer: {
    text: "With a recovery code you get in on the day when your other second factors are lost. Each code works once.",
    left: (left: number, total: number) =>
      `${left} of ${total} ${plural().select(left) === "one" ? "is" : "are"} left. New codes take the place of all of them.`,
    makeNew: "Make new codes",
    notNow: "Not now",
  },
  fresh: {
    title: "Your recovery codes",
    keep: "Print these or keep them in a password manager.",
    onlyNow: "They are shown only now.",
    kept: "I have kept them",
  },
  notices: {
    made: {
      title: "New recovery codes were made",
      text: "New recovery codes were made for your account. Earlier ones do not work any more.",
    },
    used: {
      title: "A recovery code was used",
      text: "Somebody has confirmed a login to your account with one of its recovery codes.",
    },
  },
};

export type Texts = typeof en;
