import type { Texts } from "./en.ts";

export const de: Texts = {
  title: "Zweiter Faktor",
  titleFor: (host) => `Zweiter Faktor für ${host}`,
  confirm: "Bestätigen Sie, dass Sie es sind",
  toContinueTo: "und weiter zu",
  wait: (time) => `Zu viele falsche Codes. Der nächste Versuch ist in ${time} möglich.`,
  missingTitle: "Zweiter Faktor nötig",
  missingTitleFor: (host) => `Zweiter Faktor nötig für ${host}`,
  oneFactorAlone: "Ein Faktor allein genügt nicht für",
  setUpOnce:
    "Richten Sie einmal einen zweiten Faktor für dieses Konto ein und bestätigen Sie Ihre Anmeldungen künftig damit.",
  noneOffered:
    "Dieses Konto hat keinen zweiten Faktor, und dieses Portal bietet keinen an. Die Betreiber dieser Seite können helfen.",
  factors: "Zweite Faktoren",
  askFirst: "Ab der nächsten Anmeldung zuerst:",
};
