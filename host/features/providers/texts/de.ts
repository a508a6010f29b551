// German.
import type { Texts } from "./en.ts";

export const de: Texts = {
  logInWith: (name) => `Mit ${name} anmelden`,
  confirmAt: (name) => `Bei ${name} bestätigen`,
  onward: {
    logIn: (name) => `Sie werden zum Anmelden zu ${name} weitergeleitet.`,
    logOut: (name) => `Sie sind hier abgemeldet und werden zum Abmelden zu ${name} weitergeleitet.`,
  },
  problem: {
    title: (name) => `Keine Anmeldung mit ${name}`,
    expired:
      "Diese Anmeldung hat zu lange gedauert oder wurde in einem anderen Browser begonnen. Beginnen Sie von vorn.",
    denied: (name) =>
      `${name} meldet, dass die Anmeldung abgebrochen wurde oder dass Sie diese Seite nicht benutzen dürfen.`,
    invalid: (name) => `Die Antwort von ${name} war nicht zu gebrauchen. Beginnen Sie von vorn.`,
    setup: (name) =>
      `${name} und diese Seite passen so, wie sie eingerichtet sind, nicht zusammen. Wer diese Seite betreibt, muss sich darum kümmern.`,
    forbidden: (name) => `${name} kennt Sie, aber Sie dürfen sich damit hier nicht anmelden.`,
    invitation: "Sie haben hier noch kein Konto und brauchen eine Einladung dafür.",
    disabled: "Ihr Konto ist hier gesperrt.",
    overage: (name) => `${name} konnte nicht sagen, in welchen Gruppen Sie sind, denn es sind zu viele.`,
    stale: (name) =>
      `${name} hat nicht noch einmal gefragt, wer Sie sind. Melden Sie sich dort ab und beginnen Sie von vorn.`,
    oneFactor: (name) => `${name} hat keinen zweiten Faktor bestätigt.`,
    another: (name) => `${name} kennt Sie als jemand anderen als den, der hier angemeldet ist.`,
    linked: "Dieses Konto gehört hier schon jemand anderem.",
    unavailable: (name) => `${name} ist gerade nicht zu erreichen. Versuchen Sie es in einer Minute noch einmal.`,
    held: "Es gab zu viele fehlgeschlagene Anmeldeversuche.",
    again: "Von vorn beginnen",
    other: "Anders anmelden",
    passOn: "Wenn das wieder vorkommt, geben Sie diese Angaben an den Betreiber dieser Seite weiter.",
  },
  account: {
    label: "Anmeldungen",
    untimed: (name) =>
      `${name} sagt nicht, wann Sie sich dort angemeldet haben: In einem Browser, der dort angemeldet ist, wird zum Anmelden hier nichts weiter verlangt.`,
    thisLogin: "Diese Anmeldung",
    linkedOn: (time) => `verknüpft ${time}`,
    link: (name) => `${name} verknüpfen`,
    unlink: "Trennen",
    unlinkLabel: (name) => `${name} trennen`,
  },
  notices: {
    linked: {
      title: (name) => `${name} wurde mit Ihrem Konto verknüpft`,
      text: (name) => `An Ihrem Konto kann man sich von nun an mit einem Konto bei ${name} anmelden.`,
    },
    unlinked: {
      title: (name) => `${name} wurde von Ihrem Konto getrennt`,
      text: (name) => `An Ihrem Konto kann man sich nicht mehr mit einem Konto bei ${name} anmelden.`,
    },
  },
};
