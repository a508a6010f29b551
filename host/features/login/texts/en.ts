// The texts of logging in and out in English; the other languages are typed by these texts.

export const en = {
  title: "Log in",
  titleFor: (host: string) => `Log in to ${host}`,
  /** The target follows in a line of its own. */
  toContinueTo: "to continue to",
  toOpenAccount: "to open your account",
  toConfirm: "Enter your password again to change how you log in.",
  resend: "What you were sending did not arrive. After the login, send it again.",
  username: "User name",
  password: "Password",
  keepMeLoggedIn: "Keep me logged in",
  credentials: "The user name or the password is wrong. Check both and try again.",
  held: "There were too many failed attempts to log in.",
  unavailable: "Your password could not be checked just now. Try again in a minute.",
  expired: "This page had been open for too long. Log in again.",
  newPassword: {
    title: "Set a new password",
    why: "Your password is right, but it has expired, or somebody else has set it. Set a new one to log in.",
    current: "Password until now",
    set: "Set password and log in",
    elsewhere: "It cannot be changed here. Change it where you usually do, or ask whoever runs this site.",
  },
  home: {
    title: "Logged in",
    heading: "You are logged in",
    text: "Open any of your applications; you need not log in again.",
    applications: "Your applications",
    /** Beside an application. */
    needsSecondFactor: "Asks for a second factor first",
  },
  denied: {
    title: (host: string) => `No access to ${host}`,
    heading: "No access",
    /** The target follows in a line of its own. */
    account: "This account may not open",
    nobody: "You are not logged in, and may not open",
    refusedBy: "Refused by",
    rule: (number: number) => `Rule ${number}`,
    defaultPolicy: "Default policy",
    passOn: "If you should have access, pass these details on to whoever runs this site.",
  },
  lost: {
    /** `all`: no cookie of the portal came back; `session`: the session's alone did not. */
    title: "Your browser did not keep the login",
    text: "Your user name and password are right, but the cookie that keeps you logged in did not come back from your browser.",
    all: "Your browser keeps no cookies of this site. Allow them in its settings for the domain below, and switch off for this site what blocks cookies, such as an extension or a strict privacy mode.",
    session:
      "Your browser keeps other cookies of this site, but not this one. Allow cookies in its settings for the domain below and all addresses that end in it, and switch off for this site what removes cookies, such as an extension.",
    device:
      "Then check that the date and time of your device are right, and log in again. If that does not help, try another browser, or pass the details below on.",
    operator: "For whoever runs this site",
    operatorAll:
      "The portal has to be opened by https, and no proxy in front of it may take out or change Set-Cookie. The host’s log has the request.",
    operatorSession:
      "Browsers refuse a cookie whose domain is a public suffix, or that is longer than 4,096 bytes. A proxy or an application may also remove it. Run “zerohop check”; the host’s log has the request.",
    domain: "Cookie domain",
    /** An application sends somebody back who is logged in, again and again. */
    sentBack: {
      title: "The application does not get your login",
      text: "You are logged in here, but the application has sent you back several times within seconds: the cookie that keeps you logged in does not reach it.",
      device:
        "Allow cookies in your browser’s settings for the domain below and all addresses that end in it, and try once more. If that does not help, pass the details below on.",
      operator:
        "The gate in front of the application has to be this portal’s, with its keys, its cookie’s name and the right time, and no proxy in front of it may take the cookie out. Run “zerohop check” and “zerohop lint”; the host’s log has the request.",
      again: "Try again",
    },
  },
  logout: {
    /** Who follows in a line of its own. */
    loggedInAs: "You are logged in as",
    /** The target follows in a line of its own. */
    useAnotherFor: "Log out to use another account for",
    done: "Logged out",
    doneHeading: "You are logged out",
    doneText: "All applications that use this login are closed to this browser.",
    again: "Log in again",
  },
};

export type Texts = typeof en;
