import type { Translated } from '../texts.ts';

interface LeaveTexts {
  readonly lockTitle: string;
  readonly lockIntro: string;
  readonly lockUnlock: string;
  readonly lockSubmit: string;
  readonly lockedTitle: string;
  readonly locked: string;
  readonly unlock: string;
}

/** Texts of locking the own account. */
export const LEAVE_TEXTS: Translated<LeaveTexts> = {
  de: {
    lockTitle: 'Konto sperren',
    lockIntro:
      'Alle Sitzungen auf allen Geräten enden sofort, auch diese. Danach kann sich niemand mehr anmelden.',
    lockUnlock:
      'Zum Entsperren brauchen Sie Ihr Passwort, Ihren Passkey oder Ihre App, und einen Wiederherstellungscode.',
    lockSubmit: 'Jetzt sperren',
    lockedTitle: 'Konto gesperrt',
    locked: 'Ihr Konto ist gesperrt, und alle Sitzungen sind beendet.',
    unlock: 'Konto entsperren',
  },
  en: {
    lockTitle: 'Lock the account',
    lockIntro:
      'All sessions on all devices end at once, this one too. After that nobody can sign in.',
    lockUnlock:
      'To unlock it you need your password, your passkey or your app, and a recovery code.',
    lockSubmit: 'Lock now',
    lockedTitle: 'Account locked',
    locked: 'Your account is locked, and all sessions have ended.',
    unlock: 'Unlock the account',
  },
};
