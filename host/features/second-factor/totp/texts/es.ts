import type { Texts } from "./en.ts";

export const es: Texts = {
  choose: "Usar su aplicación de autenticación",
  ask: "Escriba el código que muestra su aplicación de autenticación.",
  wrong: "Este código no es correcto o ya se ha usado. Escriba el que se muestra ahora.",
  code: "Código",
  name: "Aplicación de autenticación",
  notSetUp: "Sin configurar",
  setUp: "Configurar una aplicación de autenticación",
  replace: "Sustituir la aplicación de autenticación",
  remove: "Eliminar la aplicación de autenticación",
  enrolment: {
    title: "Configurar una aplicación de autenticación",
    replaces: "Sustituye a la aplicación que usa ahora.",
    scan: "Escanee esto con la aplicación.",
    openHere: "Abrirlo en este dispositivo",
    qrCode: "Código QR para su aplicación de autenticación",
    typeKey: "Si la aplicación no puede escanear, escriba esta clave:",
    wrong:
      "Este código no corresponde a esta clave. Compruebe que el reloj de su dispositivo va bien y escriba el código que se muestra ahora.",
    code: "Código que muestra ahora la aplicación",
  },
  notices: {
    setUp: {
      title: "Se ha configurado una aplicación de autenticación",
      text: "Se ha configurado una aplicación de autenticación como segundo factor de su cuenta.",
    },
    removed: {
      title: "Se ha quitado una aplicación de autenticación",
      text: "La aplicación de autenticación ya no es un segundo factor de su cuenta.",
    },
  },
};
