import type { Texts } from "./en.ts";

export const es: Texts = {
  title: "Confirme que es usted",
  ask: (address) => `Para cambiar su forma de iniciar sesión, introduzca un código enviado a ${address}.`,
  send: "Enviar un código",
  sent: (address) => `Un código va en camino a ${address}. Solo vale en este navegador.`,
  code: "Código del correo",
  sendAnother: "Enviar otro código",
  wrong: "Este código es incorrecto o ha caducado.",
  wait: (time) => `Demasiados códigos incorrectos. Vuelva a intentarlo en ${time}.`,
  tooMany: "Se han enviado demasiados códigos. Espere un cuarto de hora y vuelva a intentarlo.",
  noAddress:
    "Para esto hace falta un código por correo, y esta cuenta no tiene dirección de correo. Los responsables de este sitio pueden añadir una.",
  revokeTitle: "Usted no pidió este código",
  revokeText:
    "Entonces otra persona ha iniciado sesión con su contraseña. El código se anulará y se cerrarán todas las sesiones de esta cuenta.",
  revoke: "Anular el código",
  revoked: "El código está anulado",
  revokedText:
    "Se han cerrado todas las sesiones de la cuenta. Cambie ahora la contraseña, antes de que alguien vuelva a usarla.",
  mail: {
    title: "Su código de un solo uso",
    text: (time) =>
      `Alguien con una sesión abierta en su cuenta quiere cambiar la forma de iniciar sesión. Para permitirlo, introduzca este código en el navegador que lo pidió. Vale durante ${time}, y una sola vez.`,
    secret: "Nadie le pedirá nunca este código por teléfono ni en un mensaje.",
    notYou: "Si no es usted, alguien conoce su contraseña: anule el código y cambie su contraseña.",
    revoke: "Anular el código y cerrar todas las sesiones",
  },
};
