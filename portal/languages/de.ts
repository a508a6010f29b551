// German. It says "Sie"; where a heading may be too long for a phone, it says where to break (U+00AD).
import type { Texts } from "./en.ts";

export const de: Texts = {
  error: (title) => `Fehler: ${title}`,
  language: "Sprache",
  justNow: "gerade eben",
  lastUsed: (when) => `Zuletzt verwendet ${when}`,
  tryAgainIn: (time) => `Der nächste Versuch ist in ${time} möglich.`,

  actions: {
    back: "Zurück",
    cancel: "Abbrechen",
    startPage: "Startseite",
    toStartPage: "Zur Startseite",
    account: "Ihr Konto",
    logIn: "Anmelden",
    logOut: "Abmelden",
    switchAccount: "Konto wechseln",
    continue: "Weiter",
    confirm: "Bestätigen",
    rename: "Umbenennen",
    remove: "Entfernen",
    replace: "Ersetzen",
    setUp: "Einrichten",
  },

  busy: {
    loggingIn: "Anmeldung läuft\u2026",
    checking: "Wird geprüft\u2026",
  },

  device: {
    on: (browser, system) => `${browser} unter ${system}`,
    unknown: "Unbekanntes Gerät",
  },

  passwordField: {
    capsLock: "Feststelltaste ist an",
    show: "Anzeigen",
    hide: "Verbergen",
    showPassword: "Passwort anzeigen",
    hidePassword: "Passwort verbergen",
  },

  logout: {
    title: "Abmelden",
    several: "Mehr als eine Sitzung",
    severalText:
      "Dieser Browser hat hier mehr als eine Sitzung; eine davon kann eine Anwendung gesetzt haben. Melden Sie sich ab und wieder an. Kommt diese Seite wieder, wenden Sie sich an den Betreiber dieses Dienstes.",
  },

  password: {
    forgotten: "Passwort vergessen?",
    new: "Neues Passwort",
    again: "Neues Passwort wiederholen",
    changed: "Ihr Passwort ist geändert",
    unavailable: "Das Passwort konnte gerade nicht geändert werden. Versuchen Sie es in einer Minute noch einmal.",
    rules: {
      minLength: (count) => `Mindestens ${count} Zeichen`,
      maxLength: (count) => `Höchstens ${count} Zeichen`,
      uppercase: "Ein Großbuchstabe",
      lowercase: "Ein Kleinbuchstabe",
      number: "Eine Ziffer",
      special: "Ein Zeichen, das weder Buchstabe noch Ziffer ist",
      strong: "Schwer zu erraten: gut sind ein paar Wörter ohne Zusammenhang",
    },
    mistakes: {
      empty: "Geben Sie ein neues Passwort ein.",
      too_short: (count) => `Das neue Passwort ist zu kurz: Es braucht mindestens ${count} Zeichen.`,
      too_long: (count) => `Das neue Passwort ist zu lang: Es darf höchstens ${count} Zeichen haben.`,
      far_too_long: "Das neue Passwort ist zu lang.",
      control_character: "Das neue Passwort enthält ein Zeichen, das sich nicht tippen lässt.",
      no_uppercase: "Dem neuen Passwort fehlt ein Großbuchstabe.",
      no_lowercase: "Dem neuen Passwort fehlt ein Kleinbuchstabe.",
      no_number: "Dem neuen Passwort fehlt eine Ziffer.",
      no_special: "Dem neuen Passwort fehlt ein Zeichen, das weder Buchstabe noch Ziffer ist.",
      guessable_personal:
        "Das neue Passwort ist leicht zu erraten: Es enthält einen Namen oder eine Adresse von Ihnen oder von dieser Seite.",
      guessable_common: "Das neue Passwort ist leicht zu erraten: Viele verwenden ein ähnliches.",
      guessable_pattern:
        "Das neue Passwort ist leicht zu erraten: Es wiederholt sich oder folgt einer Reihe von Tasten, Buchstaben oder Ziffern.",
      guessable_plain: "Das neue Passwort ist leicht zu erraten. Machen Sie es länger.",
      unchanged: "Das neue Passwort ist dasselbe wie das bisherige.",
      directory:
        "Das Verzeichnis nimmt dieses Passwort nicht an: Vielleicht ist es ihm zu einfach, oder es war schon einmal in Gebrauch.",
      different: "Die beiden neuen Passwörter sind verschieden. Geben Sie zweimal dasselbe ein.",
    },
  },

  mail: {
    account: "Konto",
    time: "Zeit",
    address: "Adresse",
    device: "Gerät",
  },

  problem: {
    status: "Status",
    request: "Anfrage",
    of: {
      400: {
        title: "Unverständliche Anfrage",
        text: "Das Portal konnte nicht lesen, was dieser Browser gesendet hat.",
      },
      401: { title: "Anmeldung nötig", text: "Melden Sie sich zuerst an." },
      403: {
        title: "Anfrage abgelehnt",
        text: "Diese Anfrage kam von einer anderen Website. Öffnen Sie das Portal und versuchen Sie es noch einmal.",
      },
      404: {
        title: "Seite nicht gefunden",
        text: "Unter dieser Adresse gibt es nichts, oder sie ist hier nicht in Gebrauch.",
      },
      405: { title: "Hier nicht möglich", text: "Diese Adresse lässt sich so nicht verwenden." },
      413: { title: "Zu viel auf einmal", text: "Das ist mehr, als das Portal annimmt." },
      415: {
        title: "Unbekannte Art von Daten",
        text: "Das Portal konnte nicht lesen, was dieser Browser gesendet hat.",
      },
      422: {
        title: "Ihr Konto umfasst zu viel",
        text: "Sie gehören zu mehr Gruppen, als sich einer Anwendung mitteilen lassen. Wer dieses Portal betreibt, muss Sie aus einigen davon herausnehmen.",
      },
      429: { title: "Zu viele Versuche", text: "Warten Sie eine Weile und versuchen Sie es dann noch einmal." },
      500: {
        title: "Etwas ist schiefgegangen",
        text: "Das Portal konnte nicht antworten. Näheres steht in seinem Protokoll.",
      },
      503: {
        title: "Gerade nicht verfügbar",
        text: "Das Portal erreicht nicht, was es braucht. Versuchen Sie es in einer Minute noch einmal.",
      },
      other: { title: "Anfrage abgelehnt", text: "Das Portal beantwortet diese Anfrage nicht." },
    },
  },
};
