import type { Texts } from "./en.ts";

export const fr: Texts = {
  title: "Changer de mot de passe",
  change: "Changer le mot de passe",
  current: "Mot de passe actuel",
  othersEnd: "Vous restez connecté ici. Partout ailleurs, vous serez déconnecté.",
  othersEnded: "Vous êtes déconnecté partout ailleurs.",
  currentWrong: "Le mot de passe actuel est incorrect.",
  held: "Il y a eu trop de mots de passe incorrects.",
  label: "Mot de passe",
  fixed: "Ne peut pas être changé ici",
  changeShort: "Changer",
  changeLabel: "Changer le mot de passe",
};
