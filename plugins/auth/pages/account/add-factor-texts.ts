import type { Translated } from '../texts.ts';

interface AddFactorTexts {
  readonly totpTitle: string;
  readonly totpIntro: string;
  readonly qrLabel: string;
  readonly secret: string;
  readonly openApp: string;
  readonly wrongCode: string;
  readonly passkeyTitle: string;
  readonly passkeyIntro: string;
  readonly passkeyRefused: string;
  readonly label: string;
  readonly labelHint: string;
  readonly submit: string;
  readonly back: string;
}

/** Texts of the pages that add a factor. */
export const ADD_FACTOR_TEXTS: Translated<AddFactorTexts> = {
  de: {
    totpTitle: 'Authenticator-App hinzufügen',
    totpIntro:
      'Scannen Sie das Bild mit Ihrer Authenticator-App, oder geben Sie dort den Schlüssel ein. Tragen Sie dann den Code ein, den die App zeigt.',
    qrLabel: 'QR-Code mit dem Schlüssel, der auch als Text darunter steht',
    secret: 'Schlüssel',
    openApp: 'In der Authenticator-App auf diesem Gerät öffnen',
    wrongCode: 'Der Code passt nicht. Geben Sie den Code ein, den die App jetzt zeigt.',
    passkeyTitle: 'Passkey hinzufügen',
    passkeyIntro:
      'Ein Passkey liegt auf Ihrem Gerät oder Sicherheitsschlüssel und lässt sich nicht abfangen. Das Gerät fragt nach Fingerabdruck, Gesicht oder PIN.',
    passkeyRefused: 'Dieser Passkey konnte nicht angenommen werden. Versuchen Sie es noch einmal.',
    label: 'Bezeichnung (freiwillig)',
    labelHint: 'Zum Wiedererkennen, zum Beispiel „Handy“. Ein Name ist nicht nötig.',
    submit: 'Hinzufügen',
    back: 'Zurück zu Passkeys und Codes',
  },
  en: {
    totpTitle: 'Add an authenticator app',
    totpIntro:
      'Scan the picture with your authenticator app, or type the key there. Then enter the code that the app shows.',
    qrLabel: 'QR code of the key that also stands below as text',
    secret: 'Key',
    openApp: 'Open in the authenticator app on this device',
    wrongCode: 'The code does not match. Enter the code that the app shows now.',
    passkeyTitle: 'Add a passkey',
    passkeyIntro:
      'A passkey lies on your device or security key and cannot be intercepted. The device asks for your fingerprint, face or PIN.',
    passkeyRefused: 'This passkey could not be accepted. Try again.',
    label: 'Label (optional)',
    labelHint: 'To recognise it, such as “phone”. A name is not needed.',
    submit: 'Add',
    back: 'Back to passkeys and codes',
  },
};
