// French. It says "vous", and keeps a no-break space before a colon.
import type { Texts } from "./en.ts";

const plural = new Intl.PluralRules("fr");

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
    withPasskey: "Se connecter avec une clé d’accès",
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

  passkey: {
    refused: "Cela n’a pas fonctionné. Réessayez.",
    duplicate: "Cet appareil a déjà une clé d’accès pour ce compte.",
    unavailable: "Les clés d’accès ne sont pas disponibles pour le moment. Réessayez dans une minute.",
    needsScript: "Les clés d’accès nécessitent JavaScript, qui est désactivé dans ce navigateur.",
    add: "Ajouter une clé d’accès ou de sécurité",
    newTitle: "Ajouter une clé d’accès",
    newText:
      "Une clé d’accès vous connecte avec l’empreinte, le visage ou le code d’un appareil. Une clé de sécurité convient aussi.",
    newButton: "Ajouter la clé d’accès",
    renameTitle: "Renommer une clé d’accès",
    name: "Nom, pour la distinguer des autres",
  },

  secondFactor: {
    title: "Second facteur",
    titleFor: (host) => `Second facteur pour ${host}`,
    confirm: "Confirmez qu’il s’agit bien de vous",
    toContinueTo: "pour continuer vers",
    code: "Code",
    recoveryCode: "Code de secours",
    usePasskey: "Utiliser la clé d’accès",
    by: {
      passkey: {
        choose: "Utiliser une clé d’accès ou de sécurité",
        ask: "Confirmez la connexion avec votre clé d’accès ou de sécurité.",
        wrong: "La clé d’accès n’a pas été acceptée. Réessayez.",
      },
      totp: {
        choose: "Utiliser votre application d’authentification",
        ask: "Saisissez le code affiché par votre application d’authentification.",
        wrong: "Ce code est incorrect ou a déjà servi. Saisissez celui qui est affiché maintenant.",
      },
      recovery: {
        choose: "Utiliser un code de secours",
        ask: "Saisissez l’un de vos codes de secours. Chacun ne sert qu’une fois.",
        wrong: "Ce n’est pas l’un de vos codes de secours, ou il a déjà servi.",
      },
    },
    wait: (time) => `Trop de codes incorrects. Réessayez dans ${time}.`,
    missingTitle: "Second facteur requis",
    missingTitleFor: (host) => `Second facteur requis pour ${host}`,
    passwordAlone: "Un mot de passe seul n’ouvre pas",
    setUpOnce: "Configurez une fois un second facteur pour ce compte, puis confirmez vos connexions avec lui.",
    noneOffered:
      "Ce compte n’a pas de second facteur, et ce portail n’en propose aucun. Le responsable de ce site peut vous aider.",
  },

  app: {
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

  recoveryCodes: {
    title: "Codes de secours",
    text: "Un code de secours vous permet d’entrer le jour où vos autres seconds facteurs sont perdus. Chaque code ne sert qu’une fois.",
    left: (left, total) =>
      `Il en reste ${left} sur ${total}. ${plural.select(left) === "one" ? "Les nouveaux codes le remplacent" : "Les nouveaux codes les remplacent tous"}.`,
    make: "Créer des codes de secours",
    makeNew: "Créer de nouveaux codes",
    notNow: "Pas maintenant",
    newTitle: "Vos codes de secours",
    keep: "Imprimez-les ou conservez-les dans un gestionnaire de mots de passe.",
    onlyNow: "Ils ne sont affichés que maintenant.",
    kept: "Je les ai conservés",
  },

  account: {
    title: "Votre compte",
    factors: "Seconds facteurs",
    app: "Application d’authentification",
    appNotSetUp: "Non configurée",
    setUpApp: "Configurer une application d’authentification",
    replaceApp: "Remplacer l’application d’authentification",
    removeApp: "Supprimer l’application d’authentification",
    recoveryCodes: "Codes de secours",
    codesLeft: (left, total) => `Encore ${left} sur ${total}`,
    noCodes: "Aucun",
    makeCodes: "Créer",
    renewCodes: "Renouveler",
    makeCodesLabel: "Créer des codes de secours",
    renewCodesLabel: "Renouveler les codes de secours",
    passkey: "Clé d’accès",
    passkeyFor: (host) => `Clé d’accès pour ${host}`,
    renamePasskey: (name) => `Renommer ${name}`,
    removePasskey: (name) => `Supprimer ${name}`,
    added: (when) => `Ajoutée ${when}`,
    lastUsed: (when) => `Dernière utilisation ${when}`,
    sessions: "Connecté avec",
    now: "maintenant",
    thisBrowser: "Ce navigateur",
    logOut: "Déconnecter",
    logOutLabel: (device, address) => `Déconnecter ${device}, adresse ${address}`,
    logOutElsewhere: "Se déconnecter partout ailleurs",
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
