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
  AUTH_IDENTITY_UNKNOWN: {
    status: 403,
    issue: 'forbidden',
    text: 'The account does not act as that identity',
  },
  AUTH_IDENTITY_MISSING: {
    status: 403,
    issue: 'forbidden',
    text: 'The account has no FHIR identity to act as',
  },
  AUTH_IDENTITY_TAKEN: {
    status: 409,
    issue: 'conflict',
    text: 'Another account acts as {profile}',
  },
  AUTH_ADMIN_NEEDED: {
    status: 403,
    issue: 'forbidden',
    text: 'This takes the policy of an admin and a sign-in with two factors',
  },
  AUTH_SERVICE_ACCOUNT_UNKNOWN: {
    status: 404,
    issue: 'not-found',
    text: 'There is no such service account, or nothing to switch on',
  },
  AUTH_IDP_CONFIG: {
    status: 500,
    issue: 'exception',
    text: 'The identity provider {id} cannot be used: {reason}',
  },
  AUTH_IDP_UNAVAILABLE: {
    status: 503,
    issue: 'transient',
    text: 'The identity provider {id} cannot be reached at this moment',
  },
  AUTH_IDP_REFUSED: {
    status: 403,
    issue: 'login',
    text: 'The sign-in at the identity provider {id} does not count here',
  },
  AUTH_LINK_LAST: {
    status: 409,
    issue: 'business-rule',
    text: 'This is the only way into the account',
  },
  AUTH_LINK_UNKNOWN: {
    status: 404,
    issue: 'not-found',
    text: 'The account has no such link',
  },
  AUTH_INVITATION_GONE: {
    status: 410,
    issue: 'expired',
    text: 'The invitation has expired or was used',
  },
  AUTH_INVITATION_REFUSED: {
    status: 422,
    issue: 'business-rule',
    text: 'Nobody can be invited: {reason}',
  },
  AUTH_REAUTHENTICATION_NEEDED: {
    status: 403,
    issue: 'login',
    text: 'This needs a sign-in with two factors that is not older than five minutes',
  },
  AUTH_FACTOR_UNKNOWN: { status: 404, issue: 'not-found', text: 'The account has no such factor' },
  AUTH_FACTOR_LAST: {
    status: 409,
    issue: 'conflict',
    text: 'The last second factor stays; add another one first',
  },
  AUTH_FACTOR_LIMIT: {
    status: 409,
    issue: 'business-rule',
    text: 'An account has at most {limit} factors',
  },
  AUTH_FACTOR_NOT_ADMITTED: {
    status: 409,
    issue: 'business-rule',
    text: 'Administrators recover with a passkey that stays on its device',
  },
  AUTH_CONSENT_NOT_OFFERED: {
    status: 403,
    issue: 'forbidden',
    text: 'Only patients may agree to sign in with one factor',
  },
  AUTH_OPERATOR_DENIED: {
    status: 403,
    issue: 'forbidden',
    text: 'This takes an administrator with a factor that resists phishing',
  },
  AUTH_REQUEST_UNKNOWN: {
    status: 404,
    issue: 'not-found',
    text: 'There is no such request that waits for you: it is decided, expired, or your own',
  },
  AUTH_TICKET_INVALID: {
    status: 400,
    issue: 'value',
    text: 'A ticket is a number of up to 40 letters, digits and #/_-',
  },
  AUTH_BREACH_LIST: {
    status: 500,
    issue: 'exception',
    text: 'The list of leaked passwords at {path} cannot be used: {reason}',
  },
  AUTH_ATTESTATION_ROOTS: {
    status: 500,
    issue: 'exception',
    text: 'The attestation roots at {path} cannot be used: {reason}',
  },
  AUTH_BUSY: { status: 503, issue: 'transient', text: 'Too many sign-ins at this moment' },
  AUTH_BODY_INVALID: { status: 400, issue: 'structure', text: 'The form cannot be read' },
  AUTH_FORM_FOREIGN: {
    status: 403,
    issue: 'security',
    text: 'The form was not sent from its own page',
  },
  AUTH_PAGE_UNKNOWN: { status: 404, issue: 'not-found', text: 'There is no such page' },
  AUTH_LOGO_INVALID: {
    status: 500,
    issue: 'exception',
    text: 'The logo {file} of plugins.auth.pages cannot be used: {reason}',
  },
  AUTH_LAUNCH_INVALID: {
    status: 400,
    issue: 'invalid',
    text: 'The launch cannot be made: {reason}',
  },
  AUTH_CLIENT_UNKNOWN: {
    status: 400,
    issue: 'invalid',
    text: 'No client of this name signs people in',
  },
  AUTH_SCOPE_REFUSED: {
    status: 400,
    issue: 'invalid',
    text: 'The scope {scope} cannot be granted',
  },
  AUTH_SESSION_GONE: { status: 400, issue: 'expired', text: 'The sign-in has expired' },
} as const satisfies ErrorTable;

/** Makes an error of the authentication plugin. */
export const authError = errorFactory(AUTH_ERRORS);
