import type { RecoveryGoal } from '../../recovery/recovery.ts';
import type { Translated } from '../texts.ts';

interface RecoveryTexts {
  readonly title: string;
  readonly intro: string;
  readonly goals: Readonly<Record<RecoveryGoal, string>>;
  readonly needs: Readonly<Record<RecoveryGoal, string>>;
  readonly lostAll: string;
  readonly codeHint: string;
  readonly submit: string;
  readonly refused: string;
  readonly proofTitle: string;
  readonly passwordIntro: string;
  readonly recoveryCodeSummary: string;
  readonly recoveryCodeIntro: string;
  readonly newTitle: Readonly<Record<'password' | 'factor', string>>;
  readonly newPasskey: string;
  readonly newTotp: string;
  readonly delayed: string;
  readonly set: string;
  readonly doneTitle: string;
  readonly unlocked: string;
  readonly done: string;
  readonly announced: (when: string) => string;
  readonly back: string;
}

/** Texts of the recovery of an account. */
export const RECOVERY_TEXTS: Translated<RecoveryTexts> = {
  de: {
    title: 'Zurück in Ihr Konto',
    intro:
      'Wir kennen weder Ihren Namen noch Ihre E-Mail-Adresse. Sie brauchen deshalb Ihre Kontonummer und einen Ihrer Wiederherstellungscodes.',
    goals: {
      password: 'Passwort vergessen',
      factor: 'Passkey oder Authenticator-App verloren',
      unlock: 'Konto entsperren',
    },
    needs: {
      password: 'Sie brauchen: Wiederherstellungscode und Passkey oder Authenticator-App.',
      factor: 'Sie brauchen: Wiederherstellungscode und Passwort.',
      unlock: 'Sie brauchen: Passwort, Wiederherstellungscode und Passkey oder Authenticator-App.',
    },
    lostAll:
      'Keine Wiederherstellungscodes mehr? Der Support kann Ihnen nach Prüfung durch zwei Personen einen Code geben. Geben Sie ihn im Feld für den Wiederherstellungscode ein.',
    codeHint: 'Oder der Code, den Ihnen der Support genannt hat',
    submit: 'Weiter',
    refused:
      'Das war nicht möglich. Prüfen Sie alle Angaben; welche davon nicht stimmt, sagen wir nicht.',
    proofTitle: 'Bestätigen Sie, dass Sie es sind',
    passwordIntro: 'Geben Sie Ihr Passwort ein.',
    recoveryCodeSummary: 'Mit einem Wiederherstellungscode bestätigen',
    recoveryCodeIntro: 'Nur wenn Sie im ersten Schritt einen Code des Supports eingegeben haben.',
    newTitle: { password: 'Neues Passwort', factor: 'Neuer zweiter Faktor' },
    newPasskey: 'Stattdessen einen Passkey anlegen',
    newTotp: 'Stattdessen eine Authenticator-App verwenden',
    delayed:
      'Zu Ihrem Schutz gilt die Änderung erst nach einer Frist. Bis dahin sehen alle angemeldeten Geräte einen Hinweis und können sie verhindern.',
    set: 'Festlegen',
    doneTitle: 'Erledigt',
    unlocked: 'Das Konto ist entsperrt. Sie können sich wieder anmelden.',
    done: 'Die Änderung gilt ab sofort, und alle Sitzungen sind beendet. Sie können sich anmelden.',
    announced: (when) =>
      `Die Änderung gilt ab ${when}. Dann enden alle Sitzungen, und Sie können sich neu anmelden.`,
    back: 'Zurück',
  },
  en: {
    title: 'Back into your account',
    intro:
      'We know neither your name nor your e-mail address. So you need your account number and one of your recovery codes.',
    goals: {
      password: 'Password forgotten',
      factor: 'Passkey or authenticator app lost',
      unlock: 'Unlock the account',
    },
    needs: {
      password: 'You need: a recovery code, and your passkey or authenticator app.',
      factor: 'You need: a recovery code and your password.',
      unlock: 'You need: your password, a recovery code, and your passkey or authenticator app.',
    },
    lostAll:
      'No recovery codes left? After two people have checked, the support can give you a code. Enter it in the field for the recovery code.',
    codeHint: 'Or the code that the support has told you',
    submit: 'Continue',
    refused:
      'That was not possible. Check everything that you entered; we do not say which of it is wrong.',
    proofTitle: 'Confirm that it is you',
    passwordIntro: 'Enter your password.',
    recoveryCodeSummary: 'Confirm with a recovery code',
    recoveryCodeIntro: 'Only if you entered a code of the support in the first step.',
    newTitle: { password: 'New password', factor: 'New second factor' },
    newPasskey: 'Make a passkey instead',
    newTotp: 'Use an authenticator app instead',
    delayed:
      'For your protection the change holds after a delay only. Until then all devices that are signed in show a notice and can block it.',
    set: 'Set',
    doneTitle: 'Done',
    unlocked: 'The account is unlocked. You can sign in again.',
    done: 'The change holds from now on, and all sessions have ended. You can sign in.',
    announced: (when) =>
      `The change holds from ${when}. Then all sessions end, and you can sign in again.`,
    back: 'Back',
  },
};
