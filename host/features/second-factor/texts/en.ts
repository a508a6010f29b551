// What the portal says of second factors as a whole, in English: the other languages are typed by it.

export const en = {
  title: "Second factor",
  titleFor: (host: string) => `Second factor for ${host}`,
  confirm: "Confirm that it is you",
  /** The target follows in a line of its own. */
  toContinueTo: "to continue to",
  wait: (time: string) => `Too many wrong codes. Try again in ${time}.`,
  missingTitle: "Second factor needed",
  missingTitleFor: (host: string) => `Second factor needed for ${host}`,
  /** The target follows in a line of its own. */
  oneFactorAlone: "One factor alone does not open",
  setUpOnce: "Set up a second factor for this account once, and confirm your logins with it from then on.",
  noneOffered: "This account has no second factor, and this portal offers none. Whoever runs this site can help.",
  factors: "Second factors",
  /** What can be asked for first follows, as buttons. */
  askFirst: "From the next login on, ask first:",
};

export type Texts = typeof en;
