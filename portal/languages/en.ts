// English: the texts that every other language is held against. A text is a string, or a function of what it speaks of; it
// holds no markup, so that e-mails can use it too.

export const en = {
  /** The title of a page that says what went wrong. */
  error: (title: string) => `Error: ${title}`,
  /** The name of the control that changes the language. */
  language: "Language",
  /** How long ago: less than a minute. */
  justNow: "just now",
  /** `when` as the moment of an event is said: `3 hours ago`. */
  lastUsed: (when: string) => `Last used ${when}`,
  /** A sentence of its own, after why. */
  tryAgainIn: (time: string) => `You can try again in ${time}.`,

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

  passwordField: {
    capsLock: "Caps Lock is on",
    show: "Show",
    hide: "Hide",
    showPassword: "Show password",
    hidePassword: "Hide password",
  },

  logout: {
    title: "Log out",
    several: "More than one session",
    severalText:
      "This browser has more than one session here, and one of them may have been set by an application. Log out, and log in again. If this comes back, tell whoever runs this service.",
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

  /** E-mails. */
  mail: {
    account: "Account",
    time: "Time",
    address: "Address",
    device: "Device",
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
      422: {
        title: "Your account says too much about you",
        text: "You are in more groups than an application can be told. Whoever runs this portal has to take you out of some.",
      },
      429: { title: "Too many tries", text: "Wait a while, then try again." },
      500: { title: "Something went wrong", text: "The portal could not answer. Its log has the details." },
      503: { title: "Not available just now", text: "The portal cannot reach what it needs. Try again in a minute." },
      other: { title: "Request refused", text: "The portal does not answer this request." },
    },
  },
};

export type Texts = typeof en;
