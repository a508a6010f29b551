// Spanish.
import type { Texts } from "./en.ts";

export const es: Texts = {
  logInWith: (name) => `Iniciar sesión con ${name}`,
  confirmAt: (name) => `Confirmar en ${name}`,
  onward: {
    logIn: (name) => `Se le dirige a ${name} para iniciar sesión.`,
    logOut: (name) => `Ha cerrado la sesión aquí y se le dirige a ${name} para cerrarla también allí.`,
  },
  problem: {
    title: (name) => `Sin inicio de sesión con ${name}`,
    expired: "Este inicio de sesión tardó demasiado, o se comenzó en otro navegador. Comience de nuevo.",
    denied: (name) => `${name} indica que se canceló el inicio de sesión, o que usted no puede usar este sitio.`,
    invalid: (name) => `La respuesta de ${name} no se pudo usar. Comience de nuevo.`,
    setup: (name) =>
      `${name} y este sitio no encajan tal como están configurados. Quien administra este sitio tiene que revisarlo.`,
    forbidden: (name) => `${name} le conoce, pero usted no puede iniciar sesión aquí con esa cuenta.`,
    invitation: "Todavía no tiene cuenta aquí y necesita una invitación para tenerla.",
    disabled: "Su cuenta está desactivada aquí.",
    overage: (name) => `${name} no pudo decir en qué grupos está usted, porque son demasiados.`,
    stale: (name) => `${name} no volvió a preguntar quién es usted. Cierre la sesión allí y comience de nuevo.`,
    oneFactor: (name) => `${name} no ha confirmado un segundo factor.`,
    another: (name) => `${name} le conoce como otra persona distinta de la que tiene la sesión iniciada aquí.`,
    linked: "Esta cuenta ya es de otro usuario aquí.",
    unavailable: (name) => `Ahora mismo no se puede contactar con ${name}. Inténtelo de nuevo en un minuto.`,
    held: "Hubo demasiados intentos fallidos de iniciar sesión.",
    again: "Comenzar de nuevo",
    other: "Otras formas de iniciar sesión",
    passOn: "Si esto se repite, comunique estos datos a quien administra este sitio.",
  },
  account: {
    label: "Inicios de sesión",
    untimed: (name) =>
      `${name} no indica cuándo inició sesión allí: en un navegador con la sesión iniciada allí no se pide nada más para iniciar sesión aquí.`,
    thisLogin: "Esta sesión",
    linkedOn: (time) => `vinculada ${time}`,
    link: (name) => `Vincular ${name}`,
    unlink: "Desvincular",
    unlinkLabel: (name) => `Desvincular ${name}`,
  },
  notices: {
    linked: {
      title: (name) => `${name} se ha vinculado a su cuenta`,
      text: (name) => `Desde ahora se puede iniciar sesión en su cuenta con una cuenta de ${name}.`,
    },
    unlinked: {
      title: (name) => `${name} se ha desvinculado de su cuenta`,
      text: (name) => `Ya no se puede iniciar sesión en su cuenta con una cuenta de ${name}.`,
    },
  },
};
