import type { Texts } from "./en.ts";

export const de: Texts = {
  name: "Fester Code",
  choose: "Festen Code verwenden",
  ask: "Geben Sie den Code ein, der sich nie ändert.",
  wrong: "Das ist nicht Ihr fester Code.",
  code: "Fester Code",
  off: "Ausgeschaltet",
  switchOn: "Festen Code einschalten",
  switchOff: "Festen Code entfernen",
  since: (when) => `Eingeschaltet ${when}`,
  notices: {
    on: {
      title: "Ein fester Code wurde eingeschaltet",
      text: "Der feste Code ist jetzt ein zweiter Faktor Ihres Kontos.",
    },
    off: { title: "Ein fester Code wurde entfernt", text: "Der feste Code ist kein zweiter Faktor Ihres Kontos mehr." },
  },
};
