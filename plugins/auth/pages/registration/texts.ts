import type { Translated } from '../texts.ts';

interface RegistrationTexts {
  readonly title: string;
  readonly intro: string;
  readonly handleTitle: string;
  readonly handleHint: string;
  readonly handleKept: string;
  readonly passwordTitle: string;
  readonly appTitle: string;
  readonly appHint: string;
  readonly qrLabel: string;
  readonly secret: string;
  readonly openApp: string;
  readonly submit: string;
  readonly back: string;
  readonly limited: (minutes: number) => string;
  readonly notKept: string;
  readonly wrongCode: string;
  readonly passkeyTitle: string;
  readonly passkeyHint: string;
  readonly passkeyRefused: string;
  readonly usePasskey: string;
  readonly useApp: string;
  readonly codesTitle: string;
  readonly made: string;
  readonly codesKept: string;
  readonly proceed: string;
}

/** Texts of the registration. */
export const REGISTRATION_TEXTS: Translated<RegistrationTexts> = {
  de: {
    title: 'Konto anlegen',
    intro: 'Für ein Konto brauchen wir weder Ihren Namen noch Ihre E-Mail-Adresse.',
    handleTitle: '1. Ihre Kontonummer',
    handleHint:
      'Mit dieser Nummer melden Sie sich an. Wir zeigen sie nur hier. Bewahren Sie sie auf, zum Beispiel in Ihrem Passwort-Manager oder auf Papier.',
    handleKept: 'Ich habe die Kontonummer aufbewahrt.',
    passwordTitle: '2. Ihr Passwort',
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
    notKept: 'Bestätigen Sie, dass Sie die Kontonummer aufbewahrt haben.',
    wrongCode: 'Der Code passt nicht. Geben Sie den Code ein, den die App jetzt zeigt.',
    passkeyTitle: '3. Ihr Passkey',
    passkeyHint:
      'Ein Passkey liegt auf Ihrem Gerät oder Sicherheitsschlüssel. Das Gerät fragt nach Fingerabdruck, Gesicht oder PIN.',
    passkeyRefused: 'Dieser Passkey konnte nicht angenommen werden. Versuchen Sie es noch einmal.',
    usePasskey: 'Passkey statt Authenticator-App verwenden',
    useApp: 'Authenticator-App statt Passkey verwenden',
    codesTitle: 'Ihre Codes für den Notfall',
    made: 'Ihr Konto ist angelegt.',
    codesKept: 'Ich habe die Codes aufbewahrt.',
    proceed: 'Weiter zur App',
  },
  en: {
    title: 'Create an account',
    intro: 'An account needs neither your name nor your e-mail address.',
    handleTitle: '1. Your account number',
    handleHint:
      'You sign in with this number. We show it only here. Keep it, for example in your password manager or on paper.',
    handleKept: 'I have kept the account number.',
    passwordTitle: '2. Your password',
    appTitle: '3. Your authenticator app',
    appHint:
      'Scan the picture with your authenticator app, or type the key there. Then enter the code that the app shows.',
    qrLabel: 'QR code of the key that also stands below as text',
    secret: 'Key',
    openApp: 'Open in the authenticator app on this device',
    submit: 'Create account',
    back: 'Back to sign in',
    limited: (minutes) =>
      `Many accounts were created from this connection. Please wait ${minutes} minutes.`,
    notKept: 'Confirm that you have kept the account number.',
    wrongCode: 'The code does not match. Enter the code that the app shows now.',
    passkeyTitle: '3. Your passkey',
    passkeyHint:
      'A passkey lies on your device or security key. The device asks for your fingerprint, face or PIN.',
    passkeyRefused: 'This passkey could not be accepted. Try again.',
    usePasskey: 'Use a passkey instead of the authenticator app',
    useApp: 'Use an authenticator app instead of the passkey',
    codesTitle: 'Your codes for an emergency',
    made: 'Your account is ready.',
    codesKept: 'I have kept the codes.',
    proceed: 'Continue to the app',
  },
};
