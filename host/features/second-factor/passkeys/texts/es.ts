import type { Texts } from "./en.ts";

export const es: Texts = {
  choose: "Usar una clave de acceso o llave de seguridad",
  ask: "Confirme el inicio de sesión con su clave de acceso o llave de seguridad.",
  wrong: "La clave de acceso no se ha aceptado. Inténtelo de nuevo.",
  use: "Usar la clave de acceso",
  logIn: "Iniciar sesión con una clave de acceso",
  refused: "No ha funcionado. Inténtelo de nuevo.",
  duplicate: "Este dispositivo ya tiene una clave de acceso para esta cuenta.",
  unavailable: "Las claves de acceso no están disponibles en este momento. Inténtelo de nuevo dentro de un minuto.",
  needsScript: "Las claves de acceso necesitan JavaScript, que está desactivado en este navegador.",
  passkey: "Clave de acceso",
  passkeyFor: (host) => `Clave de acceso para ${host}`,
  rename: (name) => `Cambiar nombre de ${name}`,
  remove: (name) => `Eliminar ${name}`,
  added: (when) => `Añadida ${when}`,
  add: "Añadir una clave de acceso o llave de seguridad",
  enrolment: {
    title: "Añadir una clave de acceso",
    text: "Con una clave de acceso inicia sesión mediante la huella, el rostro o el PIN de un dispositivo. También sirve una llave de seguridad.",
    button: "Añadir la clave de acceso",
  },
  renameTitle: "Cambiar el nombre de una clave de acceso",
  name: "Nombre, para distinguirla de otras",
  notices: {
    added: {
      title: "Se ha añadido una clave de acceso",
      text: "Se ha añadido a su cuenta una clave de acceso o llave de seguridad.",
    },
    removed: {
      title: "Se ha quitado una clave de acceso",
      text: "Se ha quitado de su cuenta una clave de acceso o llave de seguridad.",
    },
  },
};
