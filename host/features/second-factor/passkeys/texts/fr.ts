import type { Texts } from "./en.ts";

export const fr: Texts = {
  choose: "Utiliser une clé d’accès ou de sécurité",
  ask: "Confirmez la connexion avec votre clé d’accès ou de sécurité.",
  wrong: "La clé d’accès n’a pas été acceptée. Réessayez.",
  use: "Utiliser la clé d’accès",
  logIn: "Se connecter avec une clé d’accès",
  refused: "Cela n’a pas fonctionné. Réessayez.",
  duplicate: "Cet appareil a déjà une clé d’accès pour ce compte.",
  unavailable: "Les clés d’accès ne sont pas disponibles pour le moment. Réessayez dans une minute.",
  needsScript: "Les clés d’accès nécessitent JavaScript, qui est désactivé dans ce navigateur.",
  passkey: "Clé d’accès",
  passkeyFor: (host) => `Clé d’accès pour ${host}`,
  rename: (name) => `Renommer ${name}`,
  remove: (name) => `Supprimer ${name}`,
  added: (when) => `Ajoutée ${when}`,
  add: "Ajouter une clé d’accès ou de sécurité",
  enrolment: {
    title: "Ajouter une clé d’accès",
    text: "Une clé d’accès vous connecte avec l’empreinte, le visage ou le code d’un appareil. Une clé de sécurité convient aussi.",
    button: "Ajouter la clé d’accès",
  },
  renameTitle: "Renommer une clé d’accès",
  name: "Nom, pour la distinguer des autres",
  notices: {
    added: {
      title: "Une clé d’accès a été ajoutée",
      text: "Une clé d’accès ou clé de sécurité a été ajoutée à votre compte.",
    },
    removed: {
      title: "Une clé d’accès a été retirée",
      text: "Une clé d’accès ou clé de sécurité a été retirée de votre compte.",
    },
  },
};
