import type { Texts } from "./en.ts";

export const es: Texts = {
  title: "Iniciar sesión",
  titleFor: (host) => `Iniciar sesión en ${host}`,
  toContinueTo: "para continuar a",
  toOpenAccount: "para abrir su cuenta",
  toConfirm: "Vuelva a escribir su contraseña para cambiar su forma de iniciar sesión.",
  resend: "Lo que estaba enviando no ha llegado. Después de iniciar sesión, envíelo de nuevo.",
  username: "Nombre de usuario",
  password: "Contraseña",
  keepMeLoggedIn: "Mantener la sesión iniciada",
  credentials: "El nombre de usuario o la contraseña no es correcto. Revíselos e inténtelo de nuevo.",
  held: "Ha habido demasiados intentos fallidos de iniciar sesión.",
  unavailable: "En este momento no se ha podido comprobar su contraseña. Inténtelo de nuevo dentro de un minuto.",
  expired: "Esta página llevaba demasiado tiempo abierta. Inicie sesión de nuevo.",
  newPassword: {
    title: "Establecer una contraseña nueva",
    why: "Su contraseña es correcta, pero ha caducado o la ha establecido otra persona. Establezca una nueva para iniciar sesión.",
    current: "Contraseña hasta ahora",
    set: "Establecer e iniciar sesión",
    elsewhere: "No se puede cambiar aquí. Cámbiela donde suele hacerlo o pregunte a los responsables de este sitio.",
  },
  home: {
    title: "Sesión iniciada",
    heading: "Ha iniciado sesión",
    text: "Abra cualquiera de sus aplicaciones; no tendrá que volver a iniciar sesión.",
    applications: "Sus aplicaciones",
    needsSecondFactor: "Pide antes un segundo factor",
  },
  denied: {
    title: (host) => `Sin acceso a ${host}`,
    heading: "Sin acceso",
    account: "Esta cuenta no puede abrir",
    nobody: "No ha iniciado sesión y no puede abrir",
    refusedBy: "Denegado por",
    rule: (number) => `Regla ${number}`,
    defaultPolicy: "Regla predeterminada",
    passOn: "Si debería tener acceso, facilite estos datos a quien administra este sitio.",
  },
  lost: {
    title: "Su navegador no ha conservado la sesión",
    text: "El nombre de usuario y la contraseña son correctos, pero su navegador no ha devuelto la cookie que mantiene la sesión iniciada.",
    all: "Su navegador no guarda ninguna cookie de este sitio. Permítalas en su configuración para el dominio indicado abajo y desactive para este sitio lo que bloquee cookies, como una extensión o un modo de privacidad estricto.",
    session:
      "Su navegador guarda otras cookies de este sitio, pero no esta. Permita en su configuración las cookies del dominio indicado abajo y de todas las direcciones que terminen en él, y desactive para este sitio lo que elimine cookies, como una extensión.",
    device:
      "Compruebe después que la fecha y la hora de su dispositivo sean correctas e inicie sesión de nuevo. Si no sirve de nada, pruebe con otro navegador o comunique los datos de abajo.",
    operator: "Para los responsables de este sitio",
    operatorAll:
      "El portal debe abrirse por https, y ningún proxy delante de él puede quitar ni cambiar Set-Cookie. La petición está en el registro del host.",
    operatorSession:
      "Los navegadores rechazan una cookie cuyo dominio es un sufijo público o que supera los 4096 bytes. También puede quitarla un proxy o una aplicación. Ejecute «zerohop check»; la petición está en el registro del host.",
    domain: "Dominio de la cookie",
    sentBack: {
      title: "La aplicación no recibe su inicio de sesión",
      text: "Ha iniciado sesión aquí, pero la aplicación le ha devuelto varias veces en unos segundos: la cookie que mantiene su sesión no le llega.",
      device:
        "Permita en la configuración de su navegador las cookies del dominio indicado abajo y de todas las direcciones que terminan en él, e inténtelo de nuevo. Si no sirve de ayuda, comunique los datos de abajo.",
      operator:
        "El control delante de la aplicación debe ser el de este portal, con sus claves, el nombre de su cookie y la hora correcta, y ningún proxy delante de él puede quitar la cookie. Ejecute «zerohop check» y «zerohop lint»; el registro del host tiene la solicitud.",
      again: "Intentarlo de nuevo",
    },
  },
  logout: {
    loggedInAs: "Ha iniciado sesión como",
    useAnotherFor: "Cierre la sesión para usar otra cuenta en",
    done: "Sesión cerrada",
    doneHeading: "Ha cerrado la sesión",
    doneText: "Todas las aplicaciones que usan esta sesión están cerradas para este navegador.",
    again: "Volver a iniciar sesión",
  },
};
