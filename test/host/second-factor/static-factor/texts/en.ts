export const en = {
  name: "Static code",
  choose: "Use your static code",
  ask: "Enter the code that never changes.",
  wrong: "This is not your static code.",
  code: "Static code",
  off: "Switched off",
  switchOn: "Switch the static code on",
  switchOff: "Remove the static code",
  since: (when: string) => `Switched on ${when}`,
  notices: {
    on: { title: "A static code was switched on", text: "The static code is a second factor of your account now." },
    off: { title: "A static code was removed", text: "The static code is no second factor of your account any more." },
  },
};

export type Texts = typeof en;
