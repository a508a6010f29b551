// The texts of signing in with a provider in English; the other languages are typed by these texts. `name` is what the operator calls
// the provider.

export const en = {
  logInWith: (name: string) => `Log in with ${name}`,
  /** To show two factors there. */
  confirmAt: (name: string) => `Confirm at ${name}`,
  onward: {
    /** On the way to the provider. */
    logIn: (name: string) => `You are being taken to ${name} to log in.`,
    /** The session here has ended already. */
    logOut: (name: string) => `You are logged out here, and are being taken to ${name} to log out there.`,
  },
  problem: {
    title: (name: string) => `No login with ${name}`,
    expired: "This login took too long, or was begun in another browser. Begin again.",
    denied: (name: string) => `${name} says that the login was cancelled, or that you may not use this site.`,
    invalid: (name: string) => `The answer of ${name} could not be used. Begin again.`,
    setup: (name: string) =>
      `${name} and this site do not fit together as they are set up. Whoever runs this site has to look at it.`,
    forbidden: (name: string) => `${name} knows you, but you may not log in here with it.`,
    invitation: "You have no account here yet, and need an invitation to get one.",
    disabled: "Your account here is disabled.",
    overage: (name: string) => `${name} could not say which groups you are in, for there are too many of them.`,
    stale: (name: string) => `${name} did not ask who you are again. Log out there, and begin again.`,
    oneFactor: (name: string) => `${name} did not confirm a second factor.`,
    another: (name: string) => `You are known to ${name} as somebody else than the one who is logged in here.`,
    linked: "This account is another user’s here already.",
    unavailable: (name: string) => `${name} cannot be reached just now. Try again in a minute.`,
    held: "There were too many failed attempts to log in.",
    again: "Begin again",
    other: "Other ways to log in",
    passOn: "If this comes back, pass these details on to whoever runs this site.",
  },
  account: {
    label: "Logins",
    untimed: (name: string) =>
      `${name} does not tell when you logged in there: in a browser that is logged in to it, nothing more is asked for to log in here.`,
    /** This session was opened with the provider. */
    thisLogin: "This login",
    linkedOn: (time: string) => `linked ${time}`,
    link: (name: string) => `Link ${name}`,
    unlink: "Unlink",
    unlinkLabel: (name: string) => `Unlink ${name}`,
  },
  /** E-mails to the account's owner. */
  notices: {
    linked: {
      title: (name: string) => `${name} was linked to your account`,
      text: (name: string) => `Your account can be logged in to with an account at ${name} from now on.`,
    },
    unlinked: {
      title: (name: string) => `${name} was unlinked from your account`,
      text: (name: string) => `Your account cannot be logged in to with an account at ${name} any more.`,
    },
  },
};

export type Texts = typeof en;
