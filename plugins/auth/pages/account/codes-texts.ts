import type { Translated } from '../texts.ts';

interface CodesTexts {
  readonly title: string;
  readonly recoveryTitle: string;
  readonly recoveryIntro: string;
  readonly recoverySubmit: string;
  readonly lockTitle: string;
  readonly lockIntro: string;
  readonly lockSubmit: string;
  readonly newTitle: string;
  readonly once: string;
  readonly recoveryUse: string;
  readonly lockUse: string;
  readonly back: string;
}

/** Texts of recovery codes and lock code. */
export const CODES_TEXTS: Translated<CodesTexts> = {
  de: {
    title: 'Neue Codes',
    recoveryTitle: 'Wiederherstellungscodes',
    recoveryIntro:
      'Neue Wiederherstellungscodes ersetzen die alten. Die alten gelten dann nicht mehr.',
    recoverySubmit: 'Neue Wiederherstellungscodes machen',
    lockTitle: 'Sperrcode',
    lockIntro: 'Ein neuer Sperrcode ersetzt den alten.',
    lockSubmit: 'Neuen Sperrcode machen',
    newTitle: 'Ihre Codes',
    once: 'Wir zeigen die Codes nur hier und nur jetzt. Drucken Sie sie aus, oder bewahren Sie sie in Ihrem Passwort-Manager auf, getrennt von Ihrem Gerät.',
    recoveryUse:
      'Mit einem Wiederherstellungscode kommen Sie wieder in Ihr Konto, wenn Sie das Passwort oder Ihre App verloren haben. Jeder gilt einmal.',
    lockUse:
      'Mit dem Sperrcode sperren Sie Ihr Konto sofort, wenn Ihr Gerät verloren ist, ohne sich anzumelden.',
    back: 'Zurück zu Passkeys und Codes',
  },
  en: {
    title: 'New codes',
    recoveryTitle: 'Recovery codes',
    recoveryIntro: 'New recovery codes replace those before. Those are void then.',
    recoverySubmit: 'Make new recovery codes',
    lockTitle: 'Lock code',
    lockIntro: 'A new lock code replaces the one before.',
    lockSubmit: 'Make a new lock code',
    newTitle: 'Your codes',
    once: 'We show the codes only here and only now. Print them, or keep them in your password manager, apart from your device.',
    recoveryUse:
      'With a recovery code you get back into your account when you have lost the password or your app. Each serves once.',
    lockUse:
      'With the lock code you lock your account at once when your device is lost, without signing in.',
    back: 'Back to passkeys and codes',
  },
};
