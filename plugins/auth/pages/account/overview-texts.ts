import type { NoticeKind } from '../../security/account-security.ts';
import type { Translated } from '../texts.ts';

interface OverviewTexts {
  readonly title: string;
  readonly intro: string;
  readonly signedIn: string;
  readonly noticesTitle: string;
  readonly noNotices: string;
  readonly notMe: string;
  readonly holdsFrom: string;
  readonly block: string;
  readonly blockHint: string;
  readonly kinds: Readonly<Record<NoticeKind, string>>;
  readonly from: string;
  readonly here: string;
}

/** Texts of the overview of the account. */
export const OVERVIEW_TEXTS: Translated<OverviewTexts> = {
  de: {
    title: 'Mein Konto',
    intro:
      'Hier sehen Sie, wo Ihr Konto angemeldet ist und womit Sie sich anmelden, und Sie können beides ändern.',
    signedIn: 'Angemeldet seit',
    noticesTitle: 'Was zuletzt mit Ihrem Konto geschah',
    noNotices: 'In den letzten zwei Wochen wurde nichts geändert.',
    notMe: 'Waren Sie das nicht? Verhindern Sie die Änderung, oder sperren Sie Ihr Konto.',
    holdsFrom: 'Gilt ab',
    block: 'Verhindern',
    blockHint: 'Bis dahin können Sie die Änderung verhindern.',
    kinds: {
      'factor-added': 'Ein zweiter Faktor wurde hinzugefügt',
      'factor-removed': 'Ein zweiter Faktor wurde entfernt',
      'password-changed': 'Das Passwort wurde geändert',
      'recovery-codes-renewed': 'Neue Wiederherstellungscodes wurden gemacht',
      'lock-code-renewed': 'Ein neuer Sperrcode wurde gemacht',
      recovery: 'Das Konto wurde wiederhergestellt',
      'recovery-by-operator': 'Das Konto wurde mit Hilfe des Supports wiederhergestellt',
      locked: 'Das Konto wurde gesperrt',
      unlocked: 'Das Konto wurde entsperrt',
      'change-blocked': 'Eine Änderung wurde verhindert',
      'provider-linked': 'Das Konto wurde mit einem anderen Anmeldedienst verbunden',
    },
    from: 'am',
    here: 'in dieser Sitzung',
  },
  en: {
    title: 'My account',
    intro:
      'Here you see where your account is signed in and what you sign in with, and you can change both.',
    signedIn: 'Signed in since',
    noticesTitle: 'What happened to your account lately',
    noNotices: 'Nothing was changed in the last two weeks.',
    notMe: 'That was not you? Block the change, or lock your account.',
    holdsFrom: 'Holds from',
    block: 'Block',
    blockHint: 'Until then you can block the change.',
    kinds: {
      'factor-added': 'A second factor was added',
      'factor-removed': 'A second factor was removed',
      'password-changed': 'The password was changed',
      'recovery-codes-renewed': 'New recovery codes were made',
      'lock-code-renewed': 'A new lock code was made',
      recovery: 'The account was recovered',
      'recovery-by-operator': 'The account was recovered with the help of the support',
      locked: 'The account was locked',
      unlocked: 'The account was unlocked',
      'change-blocked': 'A change was blocked',
      'provider-linked': 'The account was connected with another sign-in service',
    },
    from: 'on',
    here: 'in this session',
  },
};
