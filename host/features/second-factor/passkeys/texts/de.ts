import type { Texts } from "./en.ts";

export const de: Texts = {
  choose: "Passkey oder Sicherheitsschlüssel verwenden",
  ask: "Bestätigen Sie die Anmeldung mit Ihrem Passkey oder Sicherheitsschlüssel.",
  wrong: "Der Passkey wurde nicht angenommen. Versuchen Sie es noch einmal.",
  use: "Passkey verwenden",
  logIn: "Mit Passkey anmelden",
  refused: "Das hat nicht geklappt. Versuchen Sie es noch einmal.",
  duplicate: "Auf diesem Gerät gibt es schon einen Passkey für dieses Konto.",
  unavailable: "Passkeys sind gerade nicht verfügbar. Versuchen Sie es in einer Minute noch einmal.",
  needsScript: "Passkeys brauchen JavaScript, das in diesem Browser ausgeschaltet ist.",
  passkey: "Passkey",
  passkeyFor: (host) => `Passkey für ${host}`,
  rename: (name) => `${name} umbenennen`,
  remove: (name) => `${name} entfernen`,
  added: (when) => `Hinzugefügt ${when}`,
  add: "Passkey oder Sicherheitsschlüssel hinzufügen",
  enrolment: {
    title: "Passkey hinzufügen",
    text: "Mit einem Passkey melden Sie sich per Fingerabdruck, Gesicht oder PIN eines Geräts an. Auch ein Sicherheitsschlüssel ist möglich.",
    button: "Passkey hinzufügen",
  },
  renameTitle: "Passkey umbenennen",
  name: "Name zur Unterscheidung",
  notices: {
    added: {
      title: "Ein Passkey wurde hinzugefügt",
      text: "Ihrem Konto wurde ein Passkey oder Sicherheitsschlüssel hinzugefügt.",
    },
    removed: {
      title: "Ein Passkey wurde entfernt",
      text: "Ein Passkey oder Sicherheitsschlüssel wurde aus Ihrem Konto entfernt.",
    },
  },
};
