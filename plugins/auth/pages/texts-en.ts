import type { Texts } from './texts.ts';

/** English. */
export const ENGLISH: Texts = {
  lang: 'en',
  login: {
    title: 'Sign in',
    intro:
      'Sign in with your account number, your password and the code from your authenticator app.',
    submit: 'Sign in',
    register: 'Create an account',
    registerIntro: 'You have no account yet?',
    refused: 'Signing in was not possible. Check the account number, the password and the code.',
    wait: (seconds) =>
      seconds < 120
        ? `Too many attempts. Please wait ${seconds} seconds.`
        : `Too many attempts. Please wait ${Math.ceil(seconds / 60)} minutes.`,
  },
  fields: {
    handle: 'Account number',
    password: 'Password',
    code: 'Code from the authenticator app',
    codeHint: '6 digits',
  },
  registration: {
    title: 'Create an account',
    intro: 'An account needs neither your name nor your e-mail address.',
    handleTitle: '1. Your account number',
    handleHint:
      'You sign in with this number. We show it only here. Keep it, for example in your password manager or on paper.',
    handleKept: 'I have kept the account number.',
    passwordTitle: '2. Your password',
    passwordHint: (minLength) =>
      `At least ${minLength} characters. A sentence of several words does well.`,
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
    faults: {
      'handle-not-kept': 'Confirm that you have kept the account number.',
      'too-short': 'The password is too short.',
      'too-long': 'The password is too long.',
      common: 'The password is too common and easy to guess.',
      'contains-handle': 'The password must not contain the account number.',
      'wrong-code': 'The code does not match. Enter the code that the app shows now.',
    },
  },
  errorSummary: 'Please check what you entered',
  logout: {
    title: 'Sign out',
    question: 'Do you want to sign out?',
    yes: 'Sign out',
    no: 'Stay signed in',
    done: 'You are signed out.',
  },
  error: {
    title: 'That did not work',
    gone: 'This sign-in has expired. Start again in the app.',
    refused: 'The app made a request that we do not accept. Start again in the app.',
    busy: 'Very many people are signing in at this moment. Please try again in a minute.',
    failed: 'Please try again later.',
    code: 'Error',
  },
};
