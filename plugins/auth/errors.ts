import { errorFactory } from '../../src/plugin/sdk.ts';
import type { ErrorTable } from '../../src/plugin/sdk.ts';

/** Errors of the authentication plugin. The `AUTH_TOKEN_*` rows are those of the host, which plugins cannot import. */
export const AUTH_ERRORS = {
  AUTH_TOKEN_INVALID: { status: 401, issue: 'login', text: 'The access token is not valid' },
  AUTH_TOKEN_EXPIRED: { status: 401, issue: 'expired', text: 'The access token has expired' },
  AUTH_KEYS_MISSING: {
    status: 500,
    issue: 'exception',
    text: 'Production needs plugins.auth.keysFile: signing, cookie and encryption keys are never made up there',
  },
  AUTH_KEYS_INVALID: {
    status: 500,
    issue: 'exception',
    text: 'The key file of the auth plugin cannot be used: {reason}',
  },
  AUTH_CLIENT_INVALID: {
    status: 500,
    issue: 'exception',
    text: 'The OAuth client {client} cannot be registered: {reason}',
  },
  AUTH_SANDBOX_IDENTITIES: {
    status: 500,
    issue: 'exception',
    text: 'Production does not start on a database with sandbox identities ({count} OAuth clients); use a fresh one',
  },
  AUTH_BUSY: { status: 503, issue: 'transient', text: 'Too many sign-ins at this moment' },
  AUTH_BODY_INVALID: { status: 400, issue: 'structure', text: 'The form cannot be read' },
  AUTH_FORM_FOREIGN: {
    status: 403,
    issue: 'security',
    text: 'The form was not sent from its own page',
  },
  AUTH_SESSION_GONE: { status: 400, issue: 'expired', text: 'The sign-in has expired' },
} as const satisfies ErrorTable;

/** Makes an error of the authentication plugin. */
export const authError = errorFactory(AUTH_ERRORS);
