import type { Texts } from "./en.ts";

export const de: Texts = {
  text: "Ein Link, mit dem Sie ein neues setzen, kommt per E-Mail an die Adresse Ihres Kontos.",
  nameOrAddress: "Benutzername oder E-Mail-Adresse",
  sendLink: "Link senden",
  sentTitle: "Sehen Sie in Ihre E-Mails",
  sentText: "Wenn es ein solches Konto gibt und es eine E-Mail-Adresse hat, ist ein Link dorthin unterwegs.",
  sentLimits: (time) => `Er gilt ${time} lang, einmal und nur in diesem Browser.`,
  askAgain: "Neuen Link anfordern",
  setTitle: "Neues Passwort setzen",
  set: "Passwort setzen",
  allEnd: "Danach sind Sie überall abgemeldet und melden sich mit dem neuen Passwort an.",
  allEnded: "Sie sind überall abgemeldet. Melden Sie sich mit dem neuen Passwort an.",
  elsewhereTitle: "Öffnen Sie diesen Link im anderen Browser",
  elsewhereText:
    "Er gilt nur in dem Browser, in dem er angefordert wurde. Öffnen Sie ihn dort, oder fordern Sie hier einen neuen an. Haben Sie ihn gar nicht angefordert? Dann müssen Sie nichts tun.",
  voidTitle: "Dieser Link gilt nicht mehr",
  voidText: "Er wurde schon verwendet, seine Zeit ist abgelaufen, oder es gibt einen neueren.",
  mail: {
    title: "Neues Passwort setzen",
    text: (name, host) => `Jemand, hoffentlich Sie selbst, hat ein neues Passwort für ${name} bei ${host} angefordert.`,
    link: "Neues Passwort setzen",
    limits: (time) =>
      `Der Link gilt ${time} lang, einmal und nur in dem Browser, in dem er angefordert wurde. Geben Sie ihn niemandem weiter.`,
    ignore: "Wenn Sie das nicht waren, müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist.",
  },
};
