import type { Texts } from "./en.ts";

export const fr: Texts = {
  toAccount: "Votre compte",
  notYou:
    "Si ce n’était pas vous, changez votre mot de passe et déconnectez toutes les autres sessions sur la page de votre compte, ou demandez de l’aide aux responsables de ce site.",
  notices: {
    login: {
      title: "Connexion depuis un nouvel endroit",
      text: "Quelqu’un s’est connecté à votre compte depuis un endroit où vous ne vous étiez jamais connecté.",
    },
    banned: {
      title: "Votre compte est bloqué pour un temps",
      text: "Il y a eu trop de tentatives de connexion échouées à votre compte. Les suivantes, venant de là, sont ignorées pendant un temps.",
    },
    passwordChanged: {
      title: "Votre mot de passe a été changé",
      text: "Le mot de passe de votre compte a été changé.",
    },
    passwordReset: {
      title: "Votre mot de passe a été réinitialisé",
      text: "Un nouveau mot de passe a été choisi pour votre compte avec un lien reçu par e-mail.",
    },
    passwordSet: {
      title: "Votre mot de passe a été changé",
      text: "Les responsables de ce site ont donné un nouveau mot de passe à votre compte.",
    },
    elevated: {
      title: "Un code à usage unique a été utilisé",
      text: "Quelqu’un a saisi un code à usage unique qui vous a été envoyé, et peut pendant un temps changer la façon de se connecter à votre compte.",
    },
    loggedOut: {
      title: "Vous avez été déconnecté ailleurs",
      text: "Toutes les autres sessions de votre compte ont été fermées.",
    },
  },
};
