import type { ErrorTable } from '../../src/plugin/sdk.ts';
import { errorFactory } from '../../src/plugin/sdk.ts';

/** Errors of the support plugin. No text ever holds what the person has written. */
export const SUPPORT_ERRORS = {
  SUPPORT_NOT_A_PERSON: {
    status: 403,
    issue: 'forbidden',
    text: 'Only a Practitioner breaks the glass: it must be a person who answers for it',
  },
  SUPPORT_PARAMETER_INVALID: {
    status: 400,
    issue: 'invalid',
    text: 'The parameter {name} is not usable: {reason}',
  },
  SUPPORT_TOO_MANY_OPEN: {
    status: 422,
    issue: 'too-costly',
    text: 'There are {limit} break-glasses open already; end one before the next',
  },
  SUPPORT_NOT_OPEN: {
    status: 422,
    issue: 'business-rule',
    text: 'There is no break-glass of this kind that could be ended or approved',
  },
  SUPPORT_OWN_APPROVAL: {
    status: 403,
    issue: 'forbidden',
    text: 'Nobody approves their own break-glass',
  },
} as const satisfies ErrorTable;

/** Makes an error of the support plugin. */
export const supportError = errorFactory(SUPPORT_ERRORS);
