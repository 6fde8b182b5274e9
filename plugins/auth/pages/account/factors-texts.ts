import type { Translated } from '../texts.ts';

interface FactorsTexts {
  readonly title: string;
  readonly intro: string;
  readonly kinds: Readonly<Record<'totp' | 'passkey' | 'recovery-codes', string>>;
  readonly added: string;
  readonly used: string;
  readonly never: string;
  readonly holdsFrom: string;
  readonly removedFrom: string;
  readonly synced: string;
  readonly bound: string;
  readonly left: (count: number) => string;
  readonly remove: string;
  readonly addTitle: string;
  readonly addPasskey: string;
  readonly addTotp: string;
  readonly codesTitle: string;
  readonly codesLink: string;
}

/** Texts of the list of factors. */
export const FACTORS_TEXTS: Translated<FactorsTexts> = {
  de: {
    title: 'Passkeys und Codes',
    intro:
      'Damit bestätigen Sie, dass Sie es sind, zusätzlich zum Passwort. Mindestens einer davon muss bleiben.',
    kinds: {
      totp: 'Authenticator-App',
      passkey: 'Passkey',
      'recovery-codes': 'Wiederherstellungscodes',
    },
    added: 'Hinzugefügt',
    used: 'Zuletzt benutzt',
    never: 'Noch nicht benutzt',
    holdsFrom: 'Gilt ab',
    removedFrom: 'Wird entfernt am',
    synced: 'Liegt auch in Ihrem Cloud-Konto und auf Ihren anderen Geräten',
    bound: 'Bleibt auf seinem Gerät',
    left: (count) => `Noch ${count} unbenutzt`,
    remove: 'Entfernen',
    addTitle: 'Hinzufügen',
    addPasskey: 'Passkey hinzufügen',
    addTotp: 'Authenticator-App hinzufügen',
    codesTitle: 'Wiederherstellungscodes und Sperrcode',
    codesLink: 'Neue Codes machen',
  },
  en: {
    title: 'Passkeys and codes',
    intro:
      'With these you confirm that it is you, beside the password. At least one of them has to stay.',
    kinds: {
      totp: 'Authenticator app',
      passkey: 'Passkey',
      'recovery-codes': 'Recovery codes',
    },
    added: 'Added',
    used: 'Last used',
    never: 'Not used yet',
    holdsFrom: 'Holds from',
    removedFrom: 'Will be removed on',
    synced: 'Lies in your cloud account and on your other devices too',
    bound: 'Stays on its device',
    left: (count) => `${count} not used yet`,
    remove: 'Remove',
    addTitle: 'Add',
    addPasskey: 'Add a passkey',
    addTotp: 'Add an authenticator app',
    codesTitle: 'Recovery codes and lock code',
    codesLink: 'Make new codes',
  },
};
