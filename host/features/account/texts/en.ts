// The texts of the account page in English; the other languages are typed by these texts.

export const en = {
  sessions: "Logged in with",
  now: "now",
  thisBrowser: "This browser",
  logOut: "Log out",
  logOutLabel: (device: string, address: string) => `Log out ${device} at ${address}`,
  logOutElsewhere: "Log out everywhere else",
  earlierSessions: "Show earlier ones",
};

export type Texts = typeof en;
