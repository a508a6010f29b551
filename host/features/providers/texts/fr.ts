// French.
import type { Texts } from "./en.ts";

export const fr: Texts = {
  logInWith: (name) => `Se connecter avec ${name}`,
  confirmAt: (name) => `Confirmer chez ${name}`,
  onward: {
    logIn: (name) => `Vous allez être dirigé vers ${name} pour vous connecter.`,
    logOut: (name) => `Vous êtes déconnecté ici et allez être dirigé vers ${name} pour vous y déconnecter.`,
  },
  problem: {
    title: (name) => `Pas de connexion avec ${name}`,
    expired: "Cette connexion a pris trop de temps, ou a été commencée dans un autre navigateur. Recommencez.",
    denied: (name) => `${name} indique que la connexion a été annulée, ou que vous ne pouvez pas utiliser ce site.`,
    invalid: (name) => `La réponse de ${name} n’a pas pu être utilisée. Recommencez.`,
    setup: (name) =>
      `${name} et ce site ne s’accordent pas dans leur configuration actuelle. La personne qui gère ce site doit s’en occuper.`,
    forbidden: (name) => `${name} vous connaît, mais vous ne pouvez pas vous connecter ici avec ce compte.`,
    invitation: "Vous n’avez pas encore de compte ici, et il vous faut une invitation pour en avoir un.",
    disabled: "Votre compte est désactivé ici.",
    overage: (name) => `${name} n’a pas pu dire dans quels groupes vous êtes, car il y en a trop.`,
    stale: (name) => `${name} n’a pas redemandé qui vous êtes. Déconnectez-vous-y, puis recommencez.`,
    oneFactor: (name) => `${name} n’a pas confirmé de second facteur.`,
    another: (name) => `${name} vous connaît comme une autre personne que celle qui est connectée ici.`,
    linked: "Ce compte est déjà celui d’un autre utilisateur ici.",
    unavailable: (name) => `${name} est injoignable pour l’instant. Réessayez dans une minute.`,
    held: "Il y a eu trop de tentatives de connexion échouées.",
    again: "Recommencer",
    other: "Autres façons de se connecter",
    passOn: "Si cela se reproduit, transmettez ces détails à la personne qui gère ce site.",
  },
  account: {
    label: "Connexions",
    untimed: (name) =>
      `${name} n’indique pas quand vous vous y êtes connecté : dans un navigateur qui y est connecté, rien de plus n’est demandé pour se connecter ici.`,
    thisLogin: "Cette connexion",
    linkedOn: (time) => `lié ${time}`,
    link: (name) => `Lier ${name}`,
    unlink: "Délier",
    unlinkLabel: (name) => `Délier ${name}`,
  },
  notices: {
    linked: {
      title: (name) => `${name} a été lié à votre compte`,
      text: (name) => `Il est désormais possible de se connecter à votre compte avec un compte chez ${name}.`,
    },
    unlinked: {
      title: (name) => `${name} a été délié de votre compte`,
      text: (name) => `Il n’est plus possible de se connecter à votre compte avec un compte chez ${name}.`,
    },
  },
};
