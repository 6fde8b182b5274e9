import type { RegistrationFault } from '../accounts/registration.ts';

/** All texts of the pages in one language. */
export interface Texts {
  readonly lang: string;
  readonly login: {
    readonly title: string;
    readonly intro: string;
    readonly submit: string;
    readonly register: string;
    readonly registerIntro: string;
    readonly refused: string;
    readonly wait: (seconds: number) => string;
  };
  readonly fields: {
    readonly handle: string;
    readonly password: string;
    readonly code: string;
    readonly codeHint: string;
  };
  readonly registration: {
    readonly title: string;
    readonly intro: string;
    readonly handleTitle: string;
    readonly handleHint: string;
    readonly handleKept: string;
    readonly passwordTitle: string;
    readonly passwordHint: (minLength: number) => string;
    readonly appTitle: string;
    readonly appHint: string;
    readonly qrLabel: string;
    readonly secret: string;
    readonly openApp: string;
    readonly submit: string;
    readonly back: string;
    readonly limited: (minutes: number) => string;
    readonly faults: Readonly<Record<RegistrationFault, string>>;
  };
  readonly errorSummary: string;
  readonly logout: {
    readonly title: string;
    readonly question: string;
    readonly yes: string;
    readonly no: string;
    readonly done: string;
  };
  readonly error: {
    readonly title: string;
    readonly gone: string;
    readonly refused: string;
    readonly busy: string;
    readonly failed: string;
    readonly code: string;
  };
}
