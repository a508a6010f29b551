// What the portal says of passkeys, in English: the other languages are typed by it.

export const en = {
  choose: "Use a passkey or security key",
  ask: "Confirm the login with your passkey or security key.",
  wrong: "The passkey was not accepted. Try again.",
  use: "Use passkey",
  logIn: "Log in with a passkey",
  refused: "That did not work. Try again.",
  duplicate: "This device has a passkey for this account already.",
  unavailable: "Passkeys cannot be used just now. Try again in a minute.",
  needsScript: "Passkeys need JavaScript, which this browser has switched off.",
  passkey: "Passkey",
  passkeyFor: (host: string) => `Passkey for ${host}`,
  rename: (name: string) => `Rename ${name}`,
  remove: (name: string) => `Remove ${name}`,
  /** `when` as in `3 days ago` or `just now`. */
  added: (when: string) => `Added ${when}`,
  add: "Add a passkey or security key",
  enrolment: {
    title: "Add a passkey",
    text: "A passkey logs you in with the fingerprint, face or PIN of a device. A security key works too.",
    button: "Add passkey",
  },
  renameTitle: "Rename a passkey",
  name: "Name, to tell it from others",
  notices: {
    added: { title: "A passkey was added", text: "A passkey or security key was added to your account." },
    removed: {
      title: "A passkey was removed",
      text: "A passkey or security key was removed from your account.",
    },
  },
};

export type Texts = typeof en;
