import type { Texts } from "./en.ts";

const plural = () => new Intl.PluralRules("de");

export const de: Texts = {
  title: "Wiederherstellungs\u00ADcodes",
  name: "Wiederherstellungscodes",
  choose: "Wiederherstellungscode verwenden",
  ask: "Geben Sie einen Ihrer Wiederherstellungscodes ein. Jeder gilt einmal.",
  wrong: "Das ist keiner Ihrer Wiederherstellungscodes, oder er wurde schon verwendet.",
  code: "Wiederherstellungscode",
  countLeft: (left, total) => `Noch ${left} von ${total}`,
  none: "Keine",
  make: {
    link: "Erzeugen",
    label: "Wiederherstellungscodes erzeugen",
  },
  renew: {
    link: "Erneuern",
    label: "Wiederherstellungscodes erneuern",
  },
  offer: {
    text: "Mit einem Wiederherstellungscode kommen Sie auch dann hinein, wenn Ihre anderen zweiten Faktoren verloren sind. Jeder Code gilt einmal.",
    left: (left, total) =>
      `${left} von ${total} ${plural().select(left) === "one" ? "ist" : "sind"} noch übrig. Neue Codes ersetzen alle bisherigen.`,
    makeNew: "Neue Codes erzeugen",
    notNow: "Nicht jetzt",
  },
  fresh: {
    title: "Ihre Wiederherstellungs\u00ADcodes",
    keep: "Drucken Sie diese Codes aus oder bewahren Sie sie in einem Passwortmanager auf.",
    onlyNow: "Sie werden nur jetzt angezeigt.",
    kept: "Ich habe sie aufbewahrt",
  },
  notices: {
    made: {
      title: "Neue Wiederherstellungscodes wurden erzeugt",
      text: "Für Ihr Konto wurden neue Wiederherstellungscodes erzeugt. Frühere gelten nicht mehr.",
    },
    used: {
      title: "Ein Wiederherstellungscode wurde verwendet",
      text: "Jemand hat eine Anmeldung an Ihrem Konto mit einem seiner Wiederherstellungscodes bestätigt.",
    },
  },
};
