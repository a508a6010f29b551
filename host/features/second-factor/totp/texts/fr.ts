import type { Texts } from "./en.ts";

export const fr: Texts = {
  choose: "Utiliser votre application d’authentification",
  ask: "Saisissez le code affiché par votre application d’authentification.",
  wrong: "Ce code est incorrect ou a déjà servi. Saisissez celui qui est affiché maintenant.",
  code: "Code",
  name: "Application d’authentification",
  notSetUp: "Non configurée",
  setUp: "Configurer une application d’authentification",
  replace: "Remplacer l’application d’authentification",
  remove: "Supprimer l’application d’authentification",
  enrolment: {
    title: "Configurer une application d’authentification",
    replaces: "Elle remplace l’application que vous utilisez actuellement.",
    scan: "Scannez ceci avec l’application.",
    openHere: "L’ouvrir plutôt sur cet appareil",
    qrCode: "Code QR pour votre application d’authentification",
    typeKey: "Si l’application ne peut pas scanner, saisissez cette clé\u00A0:",
    wrong:
      "Ce code ne correspond pas à cette clé. Vérifiez que l’horloge de votre appareil est à l’heure, puis saisissez le code affiché maintenant.",
    code: "Code affiché maintenant par l’application",
  },
  notices: {
    setUp: {
      title: "Une application d’authentification a été configurée",
      text: "Une application d’authentification a été configurée comme second facteur de votre compte.",
    },
    removed: {
      title: "Une application d’authentification a été retirée",
      text: "L’application d’authentification n’est plus un second facteur de votre compte.",
    },
  },
};
