import type { Texts } from "./en.ts";

export const fr: Texts = {
  text: "Un lien pour en choisir un nouveau vous parvient par e-mail, à l’adresse de votre compte.",
  nameOrAddress: "Nom d’utilisateur ou adresse e-mail",
  sendLink: "Envoyer le lien",
  sentTitle: "Consultez vos e-mails",
  sentText: "Si ce compte existe et qu’il a une adresse e-mail, un lien vient d’y être envoyé.",
  sentLimits: (time) => `Il fonctionne une seule fois, pendant ${time}, et uniquement dans ce navigateur.`,
  askAgain: "Demander un nouveau lien",
  setTitle: "Choisir un nouveau mot de passe",
  set: "Enregistrer le mot de passe",
  allEnd: "Vous serez ensuite déconnecté partout et vous vous connecterez avec le nouveau mot de passe.",
  allEnded: "Vous êtes déconnecté partout. Connectez-vous avec le nouveau mot de passe.",
  elsewhereTitle: "Ouvrez ce lien dans l’autre navigateur",
  elsewhereText:
    "Il ne fonctionne que dans le navigateur où il a été demandé. Ouvrez-le là-bas, ou demandez-en un nouveau ici. Vous ne l’avez pas demandé\u00A0? Alors vous n’avez rien à faire.",
  voidTitle: "Ce lien ne fonctionne plus",
  voidText: "Il a été utilisé, son délai est passé, ou il en existe un plus récent.",
  mail: {
    title: "Choisir un nouveau mot de passe",
    text: (name, host) => `Quelqu’un, vous sans doute, a demandé un nouveau mot de passe pour ${name} sur ${host}.`,
    link: "Choisir un nouveau mot de passe",
    limits: (time) =>
      `Le lien fonctionne une seule fois, pendant ${time}, et uniquement dans le navigateur où il a été demandé. Ne le transmettez à personne.`,
    ignore: "Si ce n’était pas vous, vous n’avez rien à faire\u00A0: votre mot de passe reste le même.",
  },
};
