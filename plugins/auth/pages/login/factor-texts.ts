import type { Translated } from '../texts.ts';

interface FactorTexts {
  readonly title: string;
  readonly intro: string;
  readonly passkeyTitle: string;
  readonly passkeyHint: string;
  readonly passkeySubmit: string;
  readonly waiting: string;
  readonly failed: string;
  readonly unsupported: string;
  readonly noScript: string;
  readonly codeTitle: string;
  readonly codeSubmit: string;
  readonly wrongFormat: string;
  readonly back: string;
}

/** Texts of the second step of a sign-in. */
export const FACTOR_TEXTS: Translated<FactorTexts> = {
  de: {
    title: 'Zweiter Schritt',
    intro: 'Bestätigen Sie die Anmeldung mit Ihrem Passkey oder mit einem Code.',
    passkeyTitle: 'Mit Passkey',
    passkeyHint: 'Ihr Gerät fragt nach Fingerabdruck, Gesicht oder PIN.',
    passkeySubmit: 'Passkey verwenden',
    waiting: 'Bitte bestätigen Sie auf Ihrem Gerät.',
    failed: 'Das Gerät hat nicht bestätigt. Versuchen Sie es noch einmal.',
    unsupported: 'Dieser Browser kennt keine Passkeys.',
    noScript: 'Passkeys brauchen JavaScript. Mit einem Code geht es ohne.',
    codeTitle: 'Mit Code',
    codeSubmit: 'Anmelden',
    wrongFormat: 'Ein Code hat 6 Ziffern.',
    back: 'Zurück zum ersten Schritt',
  },
  en: {
    title: 'Second step',
    intro: 'Confirm the sign-in with your passkey or with a code.',
    passkeyTitle: 'With a passkey',
    passkeyHint: 'Your device asks for your fingerprint, face or PIN.',
    passkeySubmit: 'Use a passkey',
    waiting: 'Please confirm on your device.',
    failed: 'The device did not confirm. Try again.',
    unsupported: 'This browser knows no passkeys.',
    noScript: 'Passkeys need JavaScript. A code works without.',
    codeTitle: 'With a code',
    codeSubmit: 'Sign in',
    wrongFormat: 'A code has 6 digits.',
    back: 'Back to the first step',
  },
};
