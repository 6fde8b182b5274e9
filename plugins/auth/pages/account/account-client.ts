import type { AppConfig } from '../../config.ts';
import { ACCOUNT_PREFIX } from '../../oidc/paths.ts';

/** The pages of the account, as a client of the own provider. */
export const ACCOUNT_CLIENT = 'account-pages';
/** Where the sign-in leads back to. */
export const CALLBACK_PATH = `${ACCOUNT_PREFIX}/callback`;

/** Registration of the pages of the account. */
export function accountApp(origin: string): AppConfig {
  return {
    clientId: ACCOUNT_CLIENT,
    type: 'web',
    redirectUris: [`${origin}${CALLBACK_PATH}`],
    postLogoutRedirectUris: [],
    allowedOrigins: [],
    firstParty: true,
    owner: 'Manufacturer',
    purpose: 'The pages of the account',
  };
}
