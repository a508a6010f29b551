import type { Texts } from "./en.ts";

export const es: Texts = {
  text: "Recibirá por correo electrónico, en la dirección de su cuenta, un enlace para poner una nueva.",
  nameOrAddress: "Nombre de usuario o correo electrónico",
  sendLink: "Enviar el enlace",
  sentTitle: "Mire su correo electrónico",
  sentText: "Si esa cuenta existe y tiene una dirección de correo electrónico, ya va un enlace en camino.",
  sentLimits: (time) => `Funciona una sola vez, durante ${time}, y únicamente en este navegador.`,
  askAgain: "Pedir un enlace nuevo",
  setTitle: "Poner una contraseña nueva",
  set: "Guardar la contraseña",
  allEnd: "Después se cerrará su sesión en todas partes y la iniciará con la contraseña nueva.",
  allEnded: "Su sesión se ha cerrado en todas partes. Iníciela con la contraseña nueva.",
  elsewhereTitle: "Abra este enlace en el otro navegador",
  elsewhereText:
    "Solo funciona en el navegador en el que se pidió. Ábralo allí, o pida aquí uno nuevo. ¿No lo ha pedido usted? Entonces no tiene que hacer nada.",
  voidTitle: "Este enlace ya no funciona",
  voidText: "Ya se ha usado, ha pasado su plazo, o hay uno más reciente.",
  mail: {
    title: "Poner una contraseña nueva",
    text: (name, host) => `Alguien, esperamos que usted, ha pedido una contraseña nueva para ${name} en ${host}.`,
    link: "Poner una contraseña nueva",
    limits: (time) =>
      `El enlace funciona una sola vez, durante ${time}, y únicamente en el navegador en el que se pidió. No se lo pase a nadie.`,
    ignore: "Si no ha sido usted, no tiene que hacer nada: su contraseña sigue siendo la misma.",
  },
};
