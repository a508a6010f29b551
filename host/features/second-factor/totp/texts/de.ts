import type { Texts } from "./en.ts";

export const de: Texts = {
  choose: "Authenticator-App verwenden",
  ask: "Geben Sie den Code ein, den Ihre Authenticator-App anzeigt.",
  wrong: "Dieser Code ist falsch oder wurde schon verwendet. Geben Sie den Code ein, der jetzt angezeigt wird.",
  code: "Code",
  name: "Authenticator-App",
  notSetUp: "Nicht eingerichtet",
  setUp: "Authenticator-App einrichten",
  replace: "Authenticator-App ersetzen",
  remove: "Authenticator-App entfernen",
  enrolment: {
    title: "Authenticator-App einrichten",
    replaces: "Sie ersetzt die App, die Sie jetzt verwenden.",
    scan: "Scannen Sie dies mit der App.",
    openHere: "Stattdessen auf diesem Gerät öffnen",
    qrCode: "QR-Code für Ihre Authenticator-App",
    typeKey: "Wenn die App nicht scannen kann, geben Sie diesen Schlüssel ein:",
    wrong:
      "Dieser Code passt nicht zum Schlüssel. Prüfen Sie, ob die Uhr Ihres Geräts richtig geht, und geben Sie den Code ein, der jetzt angezeigt wird.",
    code: "Code, den die App jetzt anzeigt",
  },
  notices: {
    setUp: {
      title: "Eine Authenticator-App wurde eingerichtet",
      text: "Eine Authenticator-App wurde als zweiter Faktor Ihres Kontos eingerichtet.",
    },
    removed: {
      title: "Eine Authenticator-App wurde entfernt",
      text: "Die Authenticator-App ist kein zweiter Faktor Ihres Kontos mehr.",
    },
  },
};
