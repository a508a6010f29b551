import type { Texts } from "./en.ts";

export const de: Texts = {
  toAccount: "Ihr Konto",
  notYou:
    "Wenn Sie das nicht waren, ändern Sie Ihr Passwort und melden Sie sich auf der Seite Ihres Kontos überall sonst ab, oder bitten Sie die Betreiber dieser Seite um Hilfe.",
  notices: {
    login: {
      title: "Anmeldung von einem neuen Ort",
      text: "Jemand hat sich mit Ihrem Konto an einem Ort angemeldet, an dem Sie sich noch nie angemeldet haben.",
    },
    banned: {
      title: "Ihr Konto ist eine Zeit lang gesperrt",
      text: "Es gab zu viele fehlgeschlagene Anmeldungen an Ihrem Konto. Weitere von dort werden eine Zeit lang nicht geprüft.",
    },
    passwordChanged: { title: "Ihr Passwort wurde geändert", text: "Das Passwort Ihres Kontos wurde geändert." },
    passwordReset: {
      title: "Ihr Passwort wurde zurückgesetzt",
      text: "Das Passwort Ihres Kontos wurde über einen Link aus einer E-Mail neu gesetzt.",
    },
    passwordSet: {
      title: "Ihr Passwort wurde geändert",
      text: "Die Betreiber dieser Seite haben Ihrem Konto ein neues Passwort gegeben.",
    },
    elevated: {
      title: "Ein Einmalcode wurde verwendet",
      text: "Jemand hat einen Einmalcode eingegeben, der Ihnen geschickt wurde, und kann eine Zeit lang die Anmeldung Ihres Kontos ändern.",
    },
    loggedOut: {
      title: "Sie wurden anderswo abgemeldet",
      text: "Alle anderen Anmeldungen Ihres Kontos wurden beendet.",
    },
  },
};
