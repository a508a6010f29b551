import type { Texts } from "./en.ts";

export const fr: Texts = {
  title: "Second facteur",
  titleFor: (host) => `Second facteur pour ${host}`,
  confirm: "Confirmez qu’il s’agit bien de vous",
  toContinueTo: "pour continuer vers",
  wait: (time) => `Trop de codes incorrects. Réessayez dans ${time}.`,
  missingTitle: "Second facteur requis",
  missingTitleFor: (host) => `Second facteur requis pour ${host}`,
  oneFactorAlone: "Un seul facteur n’ouvre pas",
  setUpOnce: "Configurez une fois un second facteur pour ce compte, puis confirmez vos connexions avec lui.",
  noneOffered:
    "Ce compte n’a pas de second facteur, et ce portail n’en propose aucun. Le responsable de ce site peut vous aider.",
  factors: "Seconds facteurs",
  askFirst: "Dès la prochaine connexion, en premier :",
};
