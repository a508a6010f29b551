import type { Texts } from "./en.ts";

export const fr: Texts = {
  sessions: "Connecté avec",
  now: "maintenant",
  thisBrowser: "Ce navigateur",
  logOut: "Déconnecter",
  logOutLabel: (device, address) => `Déconnecter ${device}, adresse ${address}`,
  logOutElsewhere: "Se déconnecter partout ailleurs",
  earlierSessions: "Afficher les précédentes",
};
