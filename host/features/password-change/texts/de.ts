import type { Texts } from "./en.ts";

export const de: Texts = {
  title: "Passwort ändern",
  change: "Passwort ändern",
  current: "Bisheriges Passwort",
  othersEnd: "Hier bleiben Sie angemeldet. Überall sonst werden Sie abgemeldet.",
  othersEnded: "Überall sonst sind Sie jetzt abgemeldet.",
  currentWrong: "Das bisherige Passwort ist falsch.",
  held: "Es gab zu viele falsche Passwörter.",
  label: "Passwort",
  fixed: "Kann hier nicht geändert werden",
  changeShort: "Ändern",
  changeLabel: "Passwort ändern",
};
