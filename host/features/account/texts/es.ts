import type { Texts } from "./en.ts";

export const es: Texts = {
  sessions: "Sesiones iniciadas",
  now: "ahora",
  thisBrowser: "Este navegador",
  logOut: "Cerrar sesión",
  logOutLabel: (device, address) => `Cerrar sesión de ${device} en ${address}`,
  logOutElsewhere: "Cerrar sesión en todos los demás",
  earlierSessions: "Mostrar anteriores",
};
