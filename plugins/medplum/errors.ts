import { errorFactory } from '../../src/plugin/sdk.ts';
import type { ErrorTable } from '../../src/plugin/sdk.ts';

/** Errors of Medplum's endpoints. No text tells whether an account exists or which factor was wrong. */
export const MEDPLUM_ERRORS = {
  MEDPLUM_BODY_INVALID: {
    status: 400,
    issue: 'structure',
    text: 'The body cannot be read: {reason}',
  },
  MEDPLUM_PARAMETER_INVALID: {
    status: 400,
    issue: 'invalid',
    text: 'The field {name} is not usable: {reason}',
  },
  MEDPLUM_SIGN_IN_REFUSED: {
    status: 400,
    issue: 'login',
    text: 'Not signed in: handle, password or second factor is wrong',
  },
  MEDPLUM_WAIT: {
    status: 429,
    issue: 'throttled',
    text: 'Too many attempts; wait before the next one',
  },
  MEDPLUM_NOT_OFFERED: {
    status: 400,
    issue: 'not-supported',
    text: 'Not offered here: {reason}',
  },
  MEDPLUM_CLIENT_REFUSED: {
    status: 400,
    issue: 'business-rule',
    text: 'This client does not take passwords itself: it sends people to /oauth2/authorize',
  },
  MEDPLUM_ORIGIN_FOREIGN: {
    status: 403,
    issue: 'security',
    text: 'Pages of this origin may not sign people in',
  },
  MEDPLUM_UNKNOWN: { status: 404, issue: 'not-found', text: 'There is nothing of that name' },
  MEDPLUM_METHOD: {
    status: 405,
    issue: 'not-supported',
    text: 'The path does not know the method',
  },
  MEDPLUM_ADMIN_ONLY: {
    status: 403,
    issue: 'forbidden',
    text: 'Only a member with the mark admin does this',
  },
  MEDPLUM_OWN_APPS_ONLY: {
    status: 403,
    issue: 'forbidden',
    text: 'Only apps of the maker of this server manage accounts and sessions',
  },
  MEDPLUM_SECRET_IN_RESOURCE: {
    status: 400,
    issue: 'business-rule',
    text: 'The field {name} is never written: {reason}',
  },
  MEDPLUM_EXCHANGE_REFUSED: {
    status: 400,
    issue: 'login',
    text: 'The token cannot be exchanged: {reason}',
  },
} as const satisfies ErrorTable;

/** Makes an error of Medplum's endpoints. */
export const medplumError = errorFactory(MEDPLUM_ERRORS);
