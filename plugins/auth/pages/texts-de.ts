import type { Texts } from './texts.ts';

/** German. */
export const GERMAN: Texts = {
  lang: 'de',
  login: {
    title: 'Anmelden',
    intro:
      'Melden Sie sich mit Ihrer Kontonummer, Ihrem Passwort und dem Code aus Ihrer Authenticator-App an.',
    submit: 'Anmelden',
    register: 'Konto anlegen',
    registerIntro: 'Sie haben noch kein Konto?',
    refused: 'Die Anmeldung war nicht möglich. Prüfen Sie Kontonummer, Passwort und Code.',
    wait: (seconds) =>
      seconds < 120
        ? `Zu viele Versuche. Bitte warten Sie ${seconds} Sekunden.`
        : `Zu viele Versuche. Bitte warten Sie ${Math.ceil(seconds / 60)} Minuten.`,
  },
  fields: {
    handle: 'Kontonummer',
    password: 'Passwort',
    code: 'Code aus der Authenticator-App',
    codeHint: '6 Ziffern',
  },
  registration: {
    title: 'Konto anlegen',
    intro: 'Für ein Konto brauchen wir weder Ihren Namen noch Ihre E-Mail-Adresse.',
    handleTitle: '1. Ihre Kontonummer',
    handleHint:
      'Mit dieser Nummer melden Sie sich an. Wir zeigen sie nur hier. Bewahren Sie sie auf, zum Beispiel in Ihrem Passwort-Manager oder auf Papier.',
    handleKept: 'Ich habe die Kontonummer aufbewahrt.',
    passwordTitle: '2. Ihr Passwort',
    passwordHint: (minLength) =>
      `Mindestens ${minLength} Zeichen. Ein Satz aus mehreren Wörtern ist gut geeignet.`,
    appTitle: '3. Ihre Authenticator-App',
    appHint:
      'Scannen Sie das Bild mit Ihrer Authenticator-App, oder geben Sie dort den Schlüssel ein. Tragen Sie dann den Code ein, den die App zeigt.',
    qrLabel: 'QR-Code mit dem Schlüssel, der auch als Text darunter steht',
    secret: 'Schlüssel',
    openApp: 'In der Authenticator-App auf diesem Gerät öffnen',
    submit: 'Konto anlegen',
    back: 'Zurück zur Anmeldung',
    limited: (minutes) =>
      `Von diesem Anschluss wurden viele Konten angelegt. Bitte warten Sie ${minutes} Minuten.`,
    faults: {
      'handle-not-kept': 'Bestätigen Sie, dass Sie die Kontonummer aufbewahrt haben.',
      'too-short': 'Das Passwort ist zu kurz.',
      'too-long': 'Das Passwort ist zu lang.',
      common: 'Das Passwort ist zu verbreitet und leicht zu erraten.',
      'contains-handle': 'Das Passwort darf die Kontonummer nicht enthalten.',
      'wrong-code': 'Der Code passt nicht. Geben Sie den Code ein, den die App jetzt zeigt.',
    },
  },
  errorSummary: 'Bitte prüfen Sie Ihre Angaben',
  logout: {
    title: 'Abmelden',
    question: 'Möchten Sie sich abmelden?',
    yes: 'Abmelden',
    no: 'Angemeldet bleiben',
    done: 'Sie sind abgemeldet.',
  },
  error: {
    title: 'Das hat nicht funktioniert',
    gone: 'Diese Anmeldung ist abgelaufen. Beginnen Sie in der App noch einmal.',
    refused:
      'Die App hat eine Anfrage gestellt, die wir nicht annehmen. Beginnen Sie in der App noch einmal.',
    busy: 'Im Moment melden sich sehr viele an. Bitte versuchen Sie es in einer Minute noch einmal.',
    failed: 'Bitte versuchen Sie es später noch einmal.',
    code: 'Fehler',
  },
};
