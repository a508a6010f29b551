import type { Texts } from "./en.ts";

export const de: Texts = {
  sessions: "Angemeldet mit",
  now: "jetzt",
  thisBrowser: "Dieser Browser",
  logOut: "Abmelden",
  logOutLabel: (device, address) => `${device} mit der Adresse ${address} abmelden`,
  logOutElsewhere: "Überall sonst abmelden",
  earlierSessions: "Frühere anzeigen",
};
