import type { Texts } from "./en.ts";

export const es: Texts = {
  title: "Segundo factor",
  titleFor: (host) => `Segundo factor para ${host}`,
  confirm: "Confirme que es usted",
  toContinueTo: "para continuar a",
  wait: (time) => `Demasiados códigos incorrectos. Inténtelo de nuevo dentro de ${time}.`,
  missingTitle: "Se necesita un segundo factor",
  missingTitleFor: (host) => `Se necesita un segundo factor para ${host}`,
  oneFactorAlone: "Un solo factor no abre",
  setUpOnce:
    "Configure una vez un segundo factor para esta cuenta y confirme con él sus inicios de sesión a partir de entonces.",
  noneOffered:
    "Esta cuenta no tiene segundo factor y este portal no ofrece ninguno. Quien administra este sitio puede ayudarle.",
  factors: "Segundos factores",
  askFirst: "A partir del próximo inicio de sesión, primero:",
};
