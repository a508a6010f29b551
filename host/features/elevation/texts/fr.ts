import type { Texts } from "./en.ts";

export const fr: Texts = {
  title: "Confirmez que c’est bien vous",
  ask: (address) => `Pour changer votre façon de vous connecter, saisissez un code envoyé à ${address}.`,
  send: "Envoyer un code",
  sent: (address) => `Un code est en route vers ${address}. Il ne vaut que dans ce navigateur.`,
  code: "Code reçu par e-mail",
  sendAnother: "Envoyer un autre code",
  wrong: "Ce code est faux ou a expiré.",
  wait: (time) => `Trop de codes faux. Réessayez dans ${time}.`,
  tooMany: "Trop de codes ont été envoyés. Attendez un quart d’heure, puis réessayez.",
  noAddress:
    "Il faut pour cela un code par e-mail, et ce compte n’a pas d’adresse e-mail. Les responsables de ce site peuvent en ajouter une.",
  revokeTitle: "Vous n’avez pas demandé ce code",
  revokeText:
    "Quelqu’un d’autre s’est donc connecté avec votre mot de passe. Le code sera annulé et ce compte déconnecté partout.",
  revoke: "Annuler le code",
  revoked: "Le code est annulé",
  revokedText:
    "Le compte est déconnecté partout. Changez maintenant son mot de passe, avant que quelqu’un ne s’en serve à nouveau.",
  mail: {
    title: "Votre code à usage unique",
    text: (time) =>
      `Quelqu’un qui est connecté à votre compte veut changer la façon de s’y connecter. Pour le permettre, saisissez ce code dans le navigateur qui l’a demandé. Il est valable ${time}, et une seule fois.`,
    secret: "Personne ne vous demandera jamais ce code par téléphone ou dans un message.",
    notYou:
      "Si ce n’est pas vous, quelqu’un connaît votre mot de passe : annulez le code et changez votre mot de passe.",
    revoke: "Annuler le code et déconnecter partout",
  },
};
