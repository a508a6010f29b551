// Spanish. It says "usted".
import type { Texts } from "./en.ts";

export const es: Texts = {
  error: (title) => `Error: ${title}`,
  language: "Idioma",
  justNow: "ahora mismo",
  lastUsed: (when) => `Último uso ${when}`,
  tryAgainIn: (time) => `Podrá intentarlo de nuevo dentro de ${time}.`,

  actions: {
    back: "Volver",
    cancel: "Cancelar",
    startPage: "Inicio",
    toStartPage: "Ir al inicio",
    account: "Su cuenta",
    logIn: "Iniciar sesión",
    logOut: "Cerrar sesión",
    switchAccount: "Cambiar de cuenta",
    continue: "Continuar",
    confirm: "Confirmar",
    rename: "Cambiar nombre",
    remove: "Eliminar",
    replace: "Sustituir",
    setUp: "Configurar",
  },

  busy: {
    loggingIn: "Iniciando sesión\u2026",
    checking: "Comprobando\u2026",
  },

  device: {
    on: (browser, system) => `${browser} en ${system}`,
    unknown: "Dispositivo desconocido",
  },

  passwordField: {
    capsLock: "Bloq Mayús está activado",
    show: "Mostrar",
    hide: "Ocultar",
    showPassword: "Mostrar la contraseña",
    hidePassword: "Ocultar la contraseña",
  },

  logout: {
    title: "Cerrar sesión",
    several: "Más de una sesión",
    severalText:
      "Este navegador tiene aquí más de una sesión, y una aplicación puede haber creado alguna de ellas. Cierre la sesión y vuelva a iniciarla. Si esta página reaparece, avise a quien gestiona este servicio.",
  },

  password: {
    forgotten: "¿Ha olvidado su contraseña?",
    new: "Contraseña nueva",
    again: "Contraseña nueva, otra vez",
    changed: "Su contraseña ha cambiado",
    unavailable: "En este momento no se ha podido cambiar la contraseña. Inténtelo de nuevo dentro de un minuto.",
    rules: {
      minLength: (count) => `Al menos ${count} caracteres`,
      maxLength: (count) => `Como máximo ${count} caracteres`,
      uppercase: "Una letra mayúscula",
      lowercase: "Una letra minúscula",
      number: "Una cifra",
      special: "Un carácter que no sea letra ni cifra",
      strong: "Difícil de adivinar: van bien unas cuantas palabras sin relación entre sí",
    },
    mistakes: {
      empty: "Escriba una contraseña nueva.",
      too_short: (count) => `La contraseña nueva es demasiado corta: necesita al menos ${count} caracteres.`,
      too_long: (count) => `La contraseña nueva es demasiado larga: puede tener como máximo ${count} caracteres.`,
      far_too_long: "La contraseña nueva es demasiado larga.",
      control_character: "La contraseña nueva contiene un carácter que ningún teclado puede escribir.",
      no_uppercase: "A la contraseña nueva le falta una letra mayúscula.",
      no_lowercase: "A la contraseña nueva le falta una letra minúscula.",
      no_number: "A la contraseña nueva le falta una cifra.",
      no_special: "A la contraseña nueva le falta un carácter que no sea letra ni cifra.",
      guessable_personal:
        "La contraseña nueva es fácil de adivinar: contiene un nombre o una dirección suyos o de este sitio.",
      guessable_common: "La contraseña nueva es fácil de adivinar: mucha gente usa una parecida.",
      guessable_pattern:
        "La contraseña nueva es fácil de adivinar: se repite, o sigue una fila de teclas, letras o cifras.",
      guessable_plain: "La contraseña nueva es fácil de adivinar. Hágala más larga.",
      unchanged: "La contraseña nueva es la que ya tiene.",
      directory:
        "El directorio no acepta esta contraseña: puede que sea demasiado simple, o que ya se haya usado antes.",
      different: "Las dos contraseñas nuevas no coinciden. Escriba dos veces la misma.",
    },
  },

  mail: {
    account: "Cuenta",
    time: "Hora",
    address: "Dirección",
    device: "Dispositivo",
  },

  problem: {
    status: "Estado",
    request: "Solicitud",
    of: {
      400: { title: "Solicitud incomprensible", text: "El portal no ha podido leer lo que ha enviado este navegador." },
      401: { title: "Se necesita iniciar sesión", text: "Inicie sesión primero." },
      403: {
        title: "Solicitud rechazada",
        text: "Esta solicitud venía de otro sitio. Abra el portal e inténtelo de nuevo.",
      },
      404: { title: "Página no encontrada", text: "No hay nada en esta dirección, o no se usa aquí." },
      405: { title: "No es posible aquí", text: "Esta dirección no se puede usar de esta manera." },
      413: { title: "Demasiado de una vez", text: "Es más de lo que acepta el portal." },
      415: {
        title: "Tipo de datos desconocido",
        text: "El portal no ha podido leer lo que ha enviado este navegador.",
      },
      422: {
        title: "Su cuenta contiene demasiada información",
        text: "Pertenece a más grupos de los que se pueden comunicar a una aplicación. Quien administra este portal tiene que quitarle de algunos de ellos.",
      },
      429: { title: "Demasiados intentos", text: "Espere un rato e inténtelo de nuevo." },
      500: { title: "Algo ha fallado", text: "El portal no ha podido responder. Su registro contiene los detalles." },
      503: {
        title: "No disponible en este momento",
        text: "El portal no puede acceder a lo que necesita. Inténtelo de nuevo dentro de un minuto.",
      },
      other: { title: "Solicitud rechazada", text: "El portal no responde a esta solicitud." },
    },
  },
};
