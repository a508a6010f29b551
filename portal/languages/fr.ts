// French. It says "vous", and keeps a no-break space before a colon.
import type { Texts } from "./en.ts";

export const fr: Texts = {
  error: (title) => `Erreur\u00A0: ${title}`,
  language: "Langue",
  justNow: "à l’instant",
  lastUsed: (when) => `Dernière utilisation ${when}`,
  tryAgainIn: (time) => `Vous pourrez réessayer dans ${time}.`,

  actions: {
    back: "Retour",
    cancel: "Annuler",
    startPage: "Accueil",
    toStartPage: "Aller à l’accueil",
    account: "Votre compte",
    logIn: "Se connecter",
    logOut: "Se déconnecter",
    switchAccount: "Changer de compte",
    continue: "Continuer",
    confirm: "Confirmer",
    rename: "Renommer",
    remove: "Supprimer",
    replace: "Remplacer",
    setUp: "Configurer",
  },

  busy: {
    loggingIn: "Connexion\u2026",
    checking: "Vérification\u2026",
  },

  device: {
    on: (browser, system) => `${browser} sur ${system}`,
    unknown: "Appareil inconnu",
  },

  passwordField: {
    capsLock: "Verr. Maj. est activé",
    show: "Afficher",
    hide: "Masquer",
    showPassword: "Afficher le mot de passe",
    hidePassword: "Masquer le mot de passe",
  },

  logout: {
    title: "Déconnexion",
    several: "Plusieurs sessions",
    severalText:
      "Ce navigateur a ici plusieurs sessions, dont l’une peut avoir été placée par une application. Déconnectez-vous, puis reconnectez-vous. Si cette page revient, prévenez le responsable de ce service.",
  },

  password: {
    forgotten: "Mot de passe oublié\u00A0?",
    new: "Nouveau mot de passe",
    again: "Nouveau mot de passe, encore une fois",
    changed: "Votre mot de passe a été changé",
    unavailable: "Le mot de passe n’a pas pu être changé pour le moment. Réessayez dans une minute.",
    rules: {
      minLength: (count) => `Au moins ${count} caractères`,
      maxLength: (count) => `Au plus ${count} caractères`,
      uppercase: "Une lettre majuscule",
      lowercase: "Une lettre minuscule",
      number: "Un chiffre",
      special: "Un caractère qui n’est ni une lettre ni un chiffre",
      strong: "Difficile à deviner\u00A0: quelques mots sans rapport entre eux conviennent bien",
    },
    mistakes: {
      empty: "Saisissez un nouveau mot de passe.",
      too_short: (count) => `Le nouveau mot de passe est trop court\u00A0: il faut au moins ${count} caractères.`,
      too_long: (count) => `Le nouveau mot de passe est trop long\u00A0: il peut avoir au plus ${count} caractères.`,
      far_too_long: "Le nouveau mot de passe est trop long.",
      control_character: "Le nouveau mot de passe contient un caractère qu’aucun clavier ne peut produire.",
      no_uppercase: "Il manque une lettre majuscule au nouveau mot de passe.",
      no_lowercase: "Il manque une lettre minuscule au nouveau mot de passe.",
      no_number: "Il manque un chiffre au nouveau mot de passe.",
      no_special: "Il manque au nouveau mot de passe un caractère qui n’est ni une lettre ni un chiffre.",
      guessable_personal:
        "Le nouveau mot de passe est facile à deviner\u00A0: il contient un nom ou une adresse, de vous ou de ce site.",
      guessable_common:
        "Le nouveau mot de passe est facile à deviner\u00A0: beaucoup de gens en utilisent un semblable.",
      guessable_pattern:
        "Le nouveau mot de passe est facile à deviner\u00A0: il se répète, ou suit une rangée de touches, de lettres ou de chiffres.",
      guessable_plain: "Le nouveau mot de passe est facile à deviner. Rallongez-le.",
      unchanged: "Le nouveau mot de passe est celui que vous avez déjà.",
      directory: "L’annuaire n’accepte pas ce mot de passe\u00A0: il est peut-être trop simple, ou a déjà été utilisé.",
      different: "Les deux nouveaux mots de passe sont différents. Saisissez deux fois le même.",
    },
  },

  mail: {
    account: "Compte",
    time: "Heure",
    address: "Adresse",
    device: "Appareil",
  },

  problem: {
    status: "Statut",
    request: "Requête",
    of: {
      400: { title: "Requête incompréhensible", text: "Le portail n’a pas pu lire ce que ce navigateur a envoyé." },
      401: { title: "Connexion requise", text: "Connectez-vous d’abord." },
      403: {
        title: "Requête refusée",
        text: "Cette requête provenait d’un autre site. Ouvrez le portail et réessayez.",
      },
      404: { title: "Page introuvable", text: "Il n’y a rien à cette adresse, ou elle n’est pas utilisée ici." },
      405: { title: "Impossible ici", text: "Cette adresse ne peut pas être utilisée de cette façon." },
      413: { title: "Trop de données à la fois", text: "C’est plus que ce que le portail accepte." },
      415: { title: "Type de données inconnu", text: "Le portail n’a pas pu lire ce que ce navigateur a envoyé." },
      422: {
        title: "Votre compte contient trop d’informations",
        text: "Vous appartenez à plus de groupes qu’il n’est possible d’en indiquer à une application. L’administrateur de ce portail doit vous retirer de certains d’entre eux.",
      },
      429: { title: "Trop de tentatives", text: "Attendez un moment, puis réessayez." },
      500: {
        title: "Une erreur est survenue",
        text: "Le portail n’a pas pu répondre. Son journal contient les détails.",
      },
      503: {
        title: "Indisponible pour le moment",
        text: "Le portail ne peut pas joindre ce dont il a besoin. Réessayez dans une minute.",
      },
      other: { title: "Requête refusée", text: "Le portail ne répond pas à cette requête." },
    },
  },
};
