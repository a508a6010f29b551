// French. It says "vous", and keeps a no-break space before a colon.
import type { Texts } from "./en.ts";

export const fr: Texts = {
  error: (title) => `Erreur\u00A0: ${title}`,
  language: "Langue",
  justNow: "à l’instant",

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

  login: {
    title: "Connexion",
    titleFor: (host) => `Connexion à ${host}`,
    toContinueTo: "pour continuer vers",
    toOpenAccount: "pour ouvrir votre compte",
    toConfirm: "Saisissez à nouveau votre mot de passe pour modifier votre mode de connexion.",
    resend: "Ce que vous étiez en train d’envoyer n’est pas arrivé. Après la connexion, envoyez-le à nouveau.",
    username: "Nom d’utilisateur",
    password: "Mot de passe",
    capsLock: "Verr. Maj. est activé",
    show: "Afficher",
    hide: "Masquer",
    showPassword: "Afficher le mot de passe",
    hidePassword: "Masquer le mot de passe",
    keepMeLoggedIn: "Rester connecté",
    credentials: "Le nom d’utilisateur ou le mot de passe est incorrect. Vérifiez-les et réessayez.",
    held: "Il y a eu trop de tentatives de connexion infructueuses.",
    unavailable: "Votre mot de passe n’a pas pu être vérifié pour le moment. Réessayez dans une minute.",
    expired: "Cette page est restée ouverte trop longtemps. Connectez-vous à nouveau.",
    tryAgainIn: (time) => `Vous pourrez réessayer dans ${time}.`,
  },

  home: {
    title: "Connecté",
    heading: "Vous êtes connecté",
    text: "Ouvrez l’une de vos applications\u00A0: vous n’aurez pas à vous connecter de nouveau.",
    applications: "Vos applications",
    needsSecondFactor: "Demande d’abord un second facteur",
  },

  logout: {
    title: "Déconnexion",
    loggedInAs: "Vous êtes connecté en tant que",
    useAnotherFor: "Déconnectez-vous pour utiliser un autre compte sur",
    done: "Déconnecté",
    doneHeading: "Vous êtes déconnecté",
    doneText: "Toutes les applications qui utilisent cette connexion sont fermées à ce navigateur.",
    again: "Se reconnecter",
    several: "Plusieurs sessions",
    severalText:
      "Ce navigateur a ici plusieurs sessions, dont l’une peut avoir été placée par une application. Déconnectez-vous, puis reconnectez-vous. Si cette page revient, prévenez le responsable de ce service.",
  },

  denied: {
    title: (host) => `Pas d’accès à ${host}`,
    heading: "Accès refusé",
    account: "Ce compte n’est pas autorisé à ouvrir",
    nobody: "Vous n’êtes pas connecté et n’êtes pas autorisé à ouvrir",
    refusedBy: "Refusé par",
    rule: (number) => `Règle ${number}`,
    defaultPolicy: "Règle par défaut",
    request: "Requête",
    passOn: "Si vous devriez avoir accès, transmettez ces informations au responsable de ce site.",
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

  account: {
    title: "Votre compte",
    password: "Mot de passe",
    passwordFixed: "Ne peut pas être changé ici",
    changePassword: "Changer",
    changePasswordLabel: "Changer le mot de passe",
    factors: "Seconds facteurs",
    sessions: "Connecté avec",
    now: "maintenant",
    thisBrowser: "Ce navigateur",
    logOut: "Déconnecter",
    logOutLabel: (device, address) => `Déconnecter ${device}, adresse ${address}`,
    logOutElsewhere: "Se déconnecter partout ailleurs",
    earlierSessions: "Afficher les précédentes",
  },

  mail: {
    account: "Compte",
    time: "Heure",
    address: "Adresse",
    device: "Appareil",
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
