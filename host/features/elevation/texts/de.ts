import type { Texts } from "./en.ts";

export const de: Texts = {
  title: "Bestätigen Sie, dass Sie es sind",
  ask: (address) => `Um Ihre Anmeldung zu ändern, geben Sie einen Code ein, der an ${address} geschickt wird.`,
  send: "Code schicken",
  sent: (address) => `Ein Code ist unterwegs an ${address}. Er gilt nur in diesem Browser.`,
  code: "Code aus der E-Mail",
  sendAnother: "Noch einen Code schicken",
  wrong: "Dieser Code ist falsch oder abgelaufen.",
  wait: (time) => `Zu viele falsche Codes. Versuchen Sie es in ${time} noch einmal.`,
  tooMany: "Es wurden zu viele Codes geschickt. Versuchen Sie es in einer Viertelstunde noch einmal.",
  noAddress:
    "Dafür ist ein Code per E-Mail nötig, und dieses Konto hat keine E-Mail-Adresse. Die Betreiber dieser Seite können eine eintragen.",
  revokeTitle: "Sie haben diesen Code nicht angefordert",
  revokeText:
    "Dann hat sich jemand anderes mit Ihrem Passwort angemeldet. Der Code wird zurückgenommen, und dieses Konto wird überall abgemeldet.",
  revoke: "Code zurücknehmen",
  revoked: "Der Code ist zurückgenommen",
  revokedText:
    "Das Konto ist überall abgemeldet. Ändern Sie jetzt das Passwort, bevor sich wieder jemand damit anmeldet.",
  mail: {
    title: "Ihr Einmalcode",
    text: (time) =>
      `Jemand, der mit Ihrem Konto angemeldet ist, will dessen Anmeldung ändern. Um das zu erlauben, geben Sie diesen Code in dem Browser ein, der danach gefragt hat. Er gilt ${time} lang und einmal.`,
    secret: "Niemand wird Sie je am Telefon oder in einer Nachricht nach diesem Code fragen.",
    notYou:
      "Wenn Sie das nicht sind, kennt jemand Ihr Passwort: Nehmen Sie den Code zurück, und ändern Sie Ihr Passwort.",
    revoke: "Code zurücknehmen und überall abmelden",
  },
};
