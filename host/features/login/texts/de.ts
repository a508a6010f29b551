import type { Texts } from "./en.ts";

export const de: Texts = {
  title: "Anmelden",
  titleFor: (host) => `Anmelden bei ${host}`,
  toContinueTo: "und weiter zu",
  toOpenAccount: "und weiter zu Ihrem Konto",
  toConfirm: "Geben Sie Ihr Passwort noch einmal ein, um Ihre Anmeldedaten zu ändern.",
  resend: "Was Sie gerade senden wollten, ist nicht angekommen. Senden Sie es nach der Anmeldung noch einmal.",
  username: "Benutzername",
  password: "Passwort",
  keepMeLoggedIn: "Angemeldet bleiben",
  credentials: "Benutzername oder Passwort ist falsch. Prüfen Sie beides und versuchen Sie es noch einmal.",
  held: "Es gab zu viele erfolglose Anmeldeversuche.",
  unavailable: "Ihr Passwort konnte gerade nicht geprüft werden. Versuchen Sie es in einer Minute noch einmal.",
  expired: "Diese Seite war zu lange geöffnet. Melden Sie sich noch einmal an.",
  newPassword: {
    title: "Neues Passwort festlegen",
    why: "Ihr Passwort ist richtig, aber abgelaufen, oder jemand anders hat es festgelegt. Legen Sie ein neues fest, um sich anzumelden.",
    current: "Bisheriges Passwort",
    set: "Festlegen und anmelden",
    elsewhere:
      "Hier kann es nicht geändert werden. Ändern Sie es dort, wo Sie es sonst tun, oder fragen Sie die Betreiber dieser Seite.",
  },
  home: {
    title: "Angemeldet",
    heading: "Sie sind angemeldet",
    text: "Öffnen Sie eine beliebige Ihrer Anwendungen; Sie müssen sich nicht noch einmal anmelden.",
    applications: "Ihre Anwendungen",
    needsSecondFactor: "Verlangt erst den zweiten Faktor",
  },
  denied: {
    title: (host) => `Kein Zugriff auf ${host}`,
    heading: "Kein Zugriff",
    account: "Dieses Konto hat keinen Zugriff auf",
    nobody: "Sie sind nicht angemeldet und haben keinen Zugriff auf",
    refusedBy: "Abgelehnt durch",
    rule: (number) => `Regel ${number}`,
    defaultPolicy: "Standardregel",
    passOn: "Wenn Sie Zugriff haben sollten, geben Sie diese Angaben an die Betreiber dieser Seite weiter.",
  },
  lost: {
    title: "Ihr Browser hat die Anmeldung nicht behalten",
    text: "Benutzername und Passwort sind richtig, aber der Cookie, durch den Sie angemeldet bleiben, kam von Ihrem Browser nicht zurück.",
    all: "Ihr Browser speichert keine Cookies dieser Website. Erlauben Sie sie in den Einstellungen für die unten genannte Domain, und schalten Sie für diese Website ab, was Cookies blockiert, etwa eine Erweiterung oder einen strengen Datenschutzmodus.",
    session:
      "Ihr Browser speichert andere Cookies dieser Website, aber diesen nicht. Erlauben Sie in den Einstellungen Cookies für die unten genannte Domain und alle Adressen, die damit enden, und schalten Sie für diese Website ab, was Cookies entfernt, etwa eine Erweiterung.",
    device:
      "Prüfen Sie dann, ob Datum und Uhrzeit Ihres Geräts stimmen, und melden Sie sich noch einmal an. Hilft das nicht, versuchen Sie es mit einem anderen Browser, oder geben Sie die Angaben unten weiter.",
    operator: "Für die Betreiber dieser Website",
    operatorAll:
      "Das Portal muss über https geöffnet werden, und kein Proxy davor darf Set-Cookie entfernen oder ändern. Die Anfrage steht im Protokoll des Hosts.",
    operatorSession:
      "Browser lehnen einen Cookie ab, dessen Domain ein öffentliches Suffix ist oder der länger als 4.096 Bytes ist. Auch ein Proxy oder eine Anwendung kann ihn entfernen. Führen Sie „zerohop check“ aus; die Anfrage steht im Protokoll des Hosts.",
    domain: "Cookie-Domain",
    sentBack: {
      title: "Die Anwendung bekommt Ihre Anmeldung nicht",
      text: "Sie sind hier angemeldet, aber die Anwendung hat Sie binnen Sekunden mehrmals zurückgeschickt: Das Cookie, das Sie angemeldet hält, erreicht sie nicht.",
      device:
        "Erlauben Sie in den Einstellungen Ihres Browsers Cookies für die unten genannte Domain und alle Adressen, die auf sie enden, und versuchen Sie es noch einmal. Hilft das nicht, geben Sie die Angaben unten weiter.",
      operator:
        "Die Prüfung vor der Anwendung muss die dieses Portals sein, mit seinen Schlüsseln, dem Namen seines Cookies und der richtigen Uhrzeit, und kein Proxy davor darf das Cookie entfernen. Führen Sie „zerohop check“ und „zerohop lint“ aus; die Anfrage steht im Protokoll des Hosts.",
      again: "Noch einmal versuchen",
    },
  },
  logout: {
    loggedInAs: "Sie sind angemeldet als",
    useAnotherFor: "Melden Sie sich ab, um ein anderes Konto zu verwenden für",
    done: "Abgemeldet",
    doneHeading: "Sie sind abgemeldet",
    doneText: "Alle Anwendungen mit dieser Anmeldung sind in diesem Browser geschlossen.",
    again: "Wieder anmelden",
  },
};
