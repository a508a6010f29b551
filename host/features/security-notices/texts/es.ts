import type { Texts } from "./en.ts";

export const es: Texts = {
  toAccount: "Su cuenta",
  notYou:
    "Si no fue usted, cambie su contraseña y cierre las demás sesiones en la página de su cuenta, o pida ayuda a los responsables de este sitio.",
  notices: {
    login: {
      title: "Inicio de sesión desde un lugar nuevo",
      text: "Alguien ha iniciado sesión en su cuenta desde un lugar donde usted no la había iniciado antes.",
    },
    banned: {
      title: "Su cuenta está bloqueada por un tiempo",
      text: "Hubo demasiados intentos fallidos de iniciar sesión en su cuenta. Los siguientes desde allí no se atienden durante un tiempo.",
    },
    passwordChanged: { title: "Su contraseña ha cambiado", text: "Se ha cambiado la contraseña de su cuenta." },
    passwordReset: {
      title: "Su contraseña se ha restablecido",
      text: "Se ha puesto una contraseña nueva a su cuenta con un enlace de un correo.",
    },
    passwordSet: {
      title: "Su contraseña ha cambiado",
      text: "Los responsables de este sitio han puesto una contraseña nueva a su cuenta.",
    },
    elevated: {
      title: "Se ha usado un código de un solo uso",
      text: "Alguien ha introducido un código de un solo uso que se le envió a usted, y puede cambiar durante un tiempo la forma de iniciar sesión en su cuenta.",
    },
    loggedOut: {
      title: "Se han cerrado sus otras sesiones",
      text: "Se han cerrado todas las demás sesiones de su cuenta.",
    },
  },
};
