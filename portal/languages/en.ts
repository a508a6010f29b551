// English: the texts that every other language is held against. A text is a string, or a function of what it speaks of; it
// holds no markup, so that e-mails can use it too.

export const en = {
  /** The title of a page that says what went wrong. */
  error: (title: string) => `Error: ${title}`,
  /** The name of the control that changes the language. */
  language: "Language",
  /** How long ago: less than a minute. */
  justNow: "just now",

  actions: {
    back: "Go back",
    cancel: "Cancel",
    startPage: "Start page",
    toStartPage: "Go to the start page",
    account: "Your account",
    logIn: "Log in",
    logOut: "Log out",
    switchAccount: "Switch account",
    continue: "Continue",
    confirm: "Confirm",
    rename: "Rename",
    remove: "Remove",
    replace: "Replace",
    setUp: "Set up",
  },

  /** What a button says while its form is being sent. */
  busy: {
    loggingIn: "Logging in\u2026",
    checking: "Checking\u2026",
  },

  device: {
    /** A browser and a system by their names. */
    on: (browser: string, system: string) => `${browser} on ${system}`,
    unknown: "Unknown device",
  },

  login: {
    title: "Log in",
    titleFor: (host: string) => `Log in to ${host}`,
    /** The target follows in a line of its own. */
    toContinueTo: "to continue to",
    toOpenAccount: "to open your account",
    toConfirm: "Enter your password again to change how you log in.",
    resend: "What you were sending did not arrive. After the login, send it again.",
    username: "User name",
    password: "Password",
    capsLock: "Caps Lock is on",
    show: "Show",
    hide: "Hide",
    showPassword: "Show password",
    hidePassword: "Hide password",
    keepMeLoggedIn: "Keep me logged in",
    credentials: "The user name or the password is wrong. Check both and try again.",
    held: "There were too many failed attempts to log in.",
    unavailable: "Your password could not be checked just now. Try again in a minute.",
    expired: "This page had been open for too long. Log in again.",
    /** A sentence of its own, after why. */
    tryAgainIn: (time: string) => `You can try again in ${time}.`,
  },

  home: {
    title: "Logged in",
    heading: "You are logged in",
    text: "Open any of your applications; you need not log in again.",
    applications: "Your applications",
    /** Beside an application. */
    needsSecondFactor: "Asks for a second factor first",
  },

  logout: {
    title: "Log out",
    /** Who follows in a line of its own. */
    loggedInAs: "You are logged in as",
    /** The target follows in a line of its own. */
    useAnotherFor: "Log out to use another account for",
    done: "Logged out",
    doneHeading: "You are logged out",
    doneText: "All applications that use this login are closed to this browser.",
    again: "Log in again",
    several: "More than one session",
    severalText:
      "This browser has more than one session here, and one of them may have been set by an application. Log out, and log in again. If this comes back, tell whoever runs this service.",
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
    request: "Request",
    passOn: "If you should have access, pass these details on to whoever runs this site.",
  },

  password: {
    forgotten: "Forgot your password?",
    new: "New password",
    again: "New password, once more",
    changed: "Your password is changed",
    unavailable: "The password could not be changed just now. Try again in a minute.",
    rules: {
      minLength: (count: number) => `At least ${count} characters`,
      maxLength: (count: number) => `At most ${count} characters`,
      uppercase: "A capital letter",
      lowercase: "A small letter",
      number: "A digit",
      special: "A character that is neither a letter nor a digit",
      strong: "Hard to guess: a few unrelated words are good",
    },
    mistakes: {
      empty: "Enter a new password.",
      too_short: (count: number) => `The new password is too short: it needs at least ${count} characters.`,
      too_long: (count: number) => `The new password is too long: it can have at most ${count} characters.`,
      far_too_long: "The new password is too long.",
      control_character: "The new password has a character in it that no keyboard can type.",
      no_uppercase: "The new password needs a capital letter.",
      no_lowercase: "The new password needs a small letter.",
      no_number: "The new password needs a digit.",
      no_special: "The new password needs a character that is neither a letter nor a digit.",
      guessable_personal: "The new password is easy to guess: a name or an address of yours or of this site is in it.",
      guessable_common: "The new password is easy to guess: many people use one like it.",
      guessable_pattern:
        "The new password is easy to guess: it repeats itself, or follows a row of keys, letters or digits.",
      guessable_plain: "The new password is easy to guess. Make it longer.",
      unchanged: "The new password is the one that you have now.",
      directory: "The directory does not take this password: it may be too simple for it, or was in use before.",
      different: "The two new passwords differ. Enter the same one twice.",
    },
  },

  account: {
    title: "Your account",
    password: "Password",
    passwordFixed: "Cannot be changed here",
    changePassword: "Change",
    changePasswordLabel: "Change the password",
    factors: "Second factors",
    sessions: "Logged in with",
    now: "now",
    thisBrowser: "This browser",
    logOut: "Log out",
    logOutLabel: (device: string, address: string) => `Log out ${device} at ${address}`,
    logOutElsewhere: "Log out everywhere else",
    earlierSessions: "Show earlier ones",
  },

  /** E-mails. */
  mail: {
    account: "Account",
    time: "Time",
    address: "Address",
    device: "Device",
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
  },

  problem: {
    status: "Status",
    request: "Request",
    /** By HTTP status; `other` for the rest. */
    of: {
      400: { title: "This request makes no sense", text: "The portal could not read what this browser sent." },
      401: { title: "Authentication needed", text: "Log in first." },
      403: { title: "Request refused", text: "This request came from another site. Open the portal and try again." },
      404: { title: "Page not found", text: "There is nothing at this address, or it is not in use here." },
      405: { title: "Not possible here", text: "This address cannot be used in this way." },
      413: { title: "Too much at once", text: "This is more than the portal takes." },
      415: { title: "Unknown form of data", text: "The portal could not read what this browser sent." },
      429: { title: "Too many tries", text: "Wait a while, then try again." },
      500: { title: "Something went wrong", text: "The portal could not answer. Its log has the details." },
      503: { title: "Not available just now", text: "The portal cannot reach what it needs. Try again in a minute." },
      other: { title: "Request refused", text: "The portal does not answer this request." },
    },
  },
};

export type Texts = typeof en;
