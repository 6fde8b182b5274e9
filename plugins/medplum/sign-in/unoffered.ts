import { medplumError } from '../errors.ts';
import type { JsonRoute } from '../http/exchange.ts';

const PSEUDONYMOUS = 'accounts are pseudonymous and have no e-mail address';

/** Endpoints of Medplum's that this server has on purpose not, and why. */
const REASONS: Readonly<Record<string, string>> = {
  '/auth/resetpassword': `${PSEUDONYMOUS}; recovery is at /auth/recovery`,
  '/auth/setpassword': `${PSEUDONYMOUS}; recovery is at /auth/recovery`,
  '/auth/verifyemail': PSEUDONYMOUS,
  '/auth/newuser':
    'accounts are made by registration on the pages of this server, or by invitation',
  '/auth/newproject': 'there is one project, which is there',
  '/auth/newpatient': 'patients register on the pages of this server',
  '/auth/google': 'an identity provider is asked by redirect, if the operator has configured one',
  '/auth/exchange': 'tokens of others sign nobody in; identities are switched at /oauth2/token',
  '/auth/scope':
    'the code follows the second factor: a client asks auth/login for the scopes it wants',
  '/auth/mfa/login-enroll': 'no account is without a second factor',
};

/** Says at each of these endpoints that it is not offered, and why. */
export function unofferedRoutes(): readonly JsonRoute[] {
  return Object.entries(REASONS).map(([path, reason]) => ({
    method: 'POST',
    path,
    handle: () => {
      throw medplumError('MEDPLUM_NOT_OFFERED', { reason });
    },
  }));
}
