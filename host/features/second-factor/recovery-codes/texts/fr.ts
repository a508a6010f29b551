import type { Texts } from "./en.ts";

const plural = () => new Intl.PluralRules("fr");

export const fr: Texts = {
  title: "Codes de secours",
  name: "Codes de secours",
  choose: "Utiliser un code de secours",
  ask: "Saisissez l’un de vos codes de secours. Chacun ne sert qu’une fois.",
  wrong: "Ce n’est pas l’un de vos codes de secours, ou il a déjà servi.",
  code: "Code de secours",
  countLeft: (left, total) => `Encore ${left} sur ${total}`,
  none: "Aucun",
  make: {
    link: "Créer",
    label: "Créer des codes de secours",
  },
  renew: {
    link: "Renouveler",
    label: "Renouveler les codes de secours",
  },
  offer: {
    text: "Un code de secours vous permet d’entrer le jour où vos autres seconds facteurs sont perdus. Chaque code ne sert qu’une fois.",
    left: (left, total) =>
      `Il en reste ${left} sur ${total}. ${plural().select(left) === "one" ? "Les nouveaux codes le remplacent" : "Les nouveaux codes les remplacent tous"}.`,
    makeNew: "Créer de nouveaux codes",
    notNow: "Pas maintenant",
  },
  fresh: {
    title: "Vos codes de secours",
    keep: "Imprimez-les ou conservez-les dans un gestionnaire de mots de passe.",
    onlyNow: "Ils ne sont affichés que maintenant.",
    kept: "Je les ai conservés",
  },
  notices: {
    made: {
      title: "De nouveaux codes de secours ont été créés",
      text: "De nouveaux codes de secours ont été créés pour votre compte. Les anciens ne valent plus.",
    },
    used: {
      title: "Un code de secours a été utilisé",
      text: "Quelqu’un a confirmé une connexion à votre compte avec l’un de ses codes de secours.",
    },
  },
};
