import type { Texts } from "./en.ts";

export const fr: Texts = {
  title: "Connexion",
  titleFor: (host) => `Connexion à ${host}`,
  toContinueTo: "pour continuer vers",
  toOpenAccount: "pour ouvrir votre compte",
  toConfirm: "Saisissez à nouveau votre mot de passe pour modifier votre mode de connexion.",
  resend: "Ce que vous étiez en train d’envoyer n’est pas arrivé. Après la connexion, envoyez-le à nouveau.",
  username: "Nom d’utilisateur",
  password: "Mot de passe",
  keepMeLoggedIn: "Rester connecté",
  credentials: "Le nom d’utilisateur ou le mot de passe est incorrect. Vérifiez-les et réessayez.",
  held: "Il y a eu trop de tentatives de connexion infructueuses.",
  unavailable: "Votre mot de passe n’a pas pu être vérifié pour le moment. Réessayez dans une minute.",
  expired: "Cette page est restée ouverte trop longtemps. Connectez-vous à nouveau.",
  newPassword: {
    title: "Définir un nouveau mot de passe",
    why: "Votre mot de passe est correct, mais il a expiré ou a été défini par quelqu’un d’autre. Définissez-en un nouveau pour vous connecter.",
    current: "Mot de passe actuel",
    set: "Définir et se connecter",
    elsewhere:
      "Il ne peut pas être modifié ici. Modifiez-le là où vous le faites d’habitude, ou adressez-vous aux responsables de ce site.",
  },
  home: {
    title: "Connecté",
    heading: "Vous êtes connecté",
    text: "Ouvrez l’une de vos applications\u00A0: vous n’aurez pas à vous connecter de nouveau.",
    applications: "Vos applications",
    needsSecondFactor: "Demande d’abord un second facteur",
  },
  denied: {
    title: (host) => `Pas d’accès à ${host}`,
    heading: "Accès refusé",
    account: "Ce compte n’est pas autorisé à ouvrir",
    nobody: "Vous n’êtes pas connecté et n’êtes pas autorisé à ouvrir",
    refusedBy: "Refusé par",
    rule: (number) => `Règle ${number}`,
    defaultPolicy: "Règle par défaut",
    passOn: "Si vous devriez avoir accès, transmettez ces informations au responsable de ce site.",
  },
  lost: {
    title: "Votre navigateur n’a pas gardé la connexion",
    text: "Le nom d’utilisateur et le mot de passe sont corrects, mais votre navigateur n’a pas renvoyé le cookie qui vous garde connecté.",
    all: "Votre navigateur ne garde aucun cookie de ce site. Autorisez-les dans ses paramètres pour le domaine ci-dessous, et désactivez pour ce site ce qui bloque les cookies, comme une extension ou un mode de confidentialité strict.",
    session:
      "Votre navigateur garde d’autres cookies de ce site, mais pas celui-ci. Autorisez dans ses paramètres les cookies du domaine ci-dessous et de toutes les adresses qui se terminent ainsi, et désactivez pour ce site ce qui supprime les cookies, comme une extension.",
    device:
      "Vérifiez ensuite que la date et l’heure de votre appareil sont justes, puis reconnectez-vous. Si cela n’aide pas, essayez un autre navigateur ou transmettez les informations ci-dessous.",
    operator: "Pour les responsables de ce site",
    operatorAll:
      "Le portail doit être ouvert en https, et aucun proxy placé devant lui ne doit supprimer ni modifier Set-Cookie. La requête figure dans le journal de l’hôte.",
    operatorSession:
      "Les navigateurs refusent un cookie dont le domaine est un suffixe public ou qui dépasse 4 096 octets. Un proxy ou une application peut aussi le supprimer. Exécutez « zerohop check » ; la requête figure dans le journal de l’hôte.",
    domain: "Domaine du cookie",
    sentBack: {
      title: "L’application ne reçoit pas votre connexion",
      text: "Vous êtes connecté ici, mais l’application vous a renvoyé plusieurs fois en quelques secondes : le cookie qui maintient votre connexion ne lui parvient pas.",
      device:
        "Autorisez dans les réglages de votre navigateur les cookies du domaine ci-dessous et de toutes les adresses qui se terminent ainsi, puis réessayez. Si cela n’aide pas, transmettez les détails ci-dessous.",
      operator:
        "Le contrôle devant l’application doit être celui de ce portail, avec ses clés, le nom de son cookie et l’heure exacte, et aucun proxy placé devant lui ne doit retirer le cookie. Exécutez « zerohop check » et « zerohop lint » ; le journal de l’hôte contient la requête.",
      again: "Réessayer",
    },
  },
  logout: {
    loggedInAs: "Vous êtes connecté en tant que",
    useAnotherFor: "Déconnectez-vous pour utiliser un autre compte sur",
    done: "Déconnecté",
    doneHeading: "Vous êtes déconnecté",
    doneText: "Toutes les applications qui utilisent cette connexion sont fermées à ce navigateur.",
    again: "Se reconnecter",
  },
};
