// The texts of a change of password in English; the other languages are typed by these texts.

export const en = {
  title: "Change your password",
  change: "Change password",
  current: "Current password",
  othersEnd: "You stay logged in here. Everywhere else you are logged out.",
  othersEnded: "You are logged out everywhere else.",
  currentWrong: "The current password is wrong.",
  held: "There were too many wrong passwords.",
  label: "Password",
  fixed: "Cannot be changed here",
  changeShort: "Change",
  changeLabel: "Change the password",
};

export type Texts = typeof en;
