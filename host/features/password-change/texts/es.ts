import type { Texts } from "./en.ts";

export const es: Texts = {
  title: "Cambiar la contraseña",
  change: "Cambiar la contraseña",
  current: "Contraseña actual",
  othersEnd: "Aquí seguirá con la sesión iniciada. En todos los demás sitios se cerrará.",
  othersEnded: "Su sesión se ha cerrado en todos los demás sitios.",
  currentWrong: "La contraseña actual no es correcta.",
  held: "Ha habido demasiadas contraseñas incorrectas.",
  label: "Contraseña",
  fixed: "No se puede cambiar aquí",
  changeShort: "Cambiar",
  changeLabel: "Cambiar la contraseña",
};
