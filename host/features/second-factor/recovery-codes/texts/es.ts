import type { Texts } from "./en.ts";

const plural = () => new Intl.PluralRules("es");

export const es: Texts = {
  title: "Códigos de recuperación",
  name: "Códigos de recuperación",
  choose: "Usar un código de recuperación",
  ask: "Escriba uno de sus códigos de recuperación. Cada uno sirve una sola vez.",
  wrong: "No es ninguno de sus códigos de recuperación, o ya se ha usado.",
  code: "Código de recuperación",
  countLeft: (left, total) => `${plural().select(left) === "one" ? "Queda" : "Quedan"} ${left} de ${total}`,
  none: "Ninguno",
  make: {
    link: "Crear",
    label: "Crear códigos de recuperación",
  },
  renew: {
    link: "Renovar",
    label: "Renovar los códigos de recuperación",
  },
  offer: {
    text: "Con un código de recuperación podrá entrar el día en que pierda sus otros segundos factores. Cada código sirve una sola vez.",
    left: (left, total) =>
      `${plural().select(left) === "one" ? "Queda" : "Quedan"} ${left} de ${total}. Los códigos nuevos sustituyen a todos los anteriores.`,
    makeNew: "Crear códigos nuevos",
    notNow: "Ahora no",
  },
  fresh: {
    title: "Sus códigos de recuperación",
    keep: "Imprímalos o guárdelos en un gestor de contraseñas.",
    onlyNow: "Solo se muestran ahora.",
    kept: "Los he guardado",
  },
  notices: {
    made: {
      title: "Se han creado códigos de recuperación nuevos",
      text: "Se han creado códigos de recuperación nuevos para su cuenta. Los anteriores ya no valen.",
    },
    used: {
      title: "Se ha usado un código de recuperación",
      text: "Alguien ha confirmado un inicio de sesión en su cuenta con uno de sus códigos de recuperación.",
    },
  },
};
