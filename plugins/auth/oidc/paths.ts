/** Endpoints, where MedplumClient looks for them by default. */
export const OAUTH_PREFIX = '/oauth2';
export const AUTHORIZE_PATH = '/oauth2/authorize';
export const TOKEN_PATH = '/oauth2/token';
export const LOGOUT_PATH = '/oauth2/logout';
export const USERINFO_PATH = '/oauth2/userinfo';
/** Pages of a sign-in; `<prefix>/<interaction id>` and below. */
export const INTERACTION_PREFIX = '/auth/interaction';
export const ASSETS_PREFIX = '/auth/assets';
export const STYLE_PATH = '/auth/assets/style.css';
export const THEME_PATH = '/auth/assets/theme.css';
export const LOGO_PATH = '/auth/assets/logo';
/** The only script of the pages; it asks the browser for passkeys. */
export const PASSKEY_SCRIPT_PATH = '/auth/assets/passkey.js';
/** Pages of the account, behind a sign-in of their own. */
export const ACCOUNT_PREFIX = '/auth/account';
/** Pages that need no sign-in. */
/** Where somebody who is invited sets an account up. */
export const INVITATION_PREFIX = '/auth/invitation';
export const LOCK_PATH = '/auth/lock';
export const RECOVERY_PREFIX = '/auth/recovery';

/** Paths of the provider. */
export const PROVIDER_ROUTES = {
  authorization: AUTHORIZE_PATH,
  token: TOKEN_PATH,
  jwks: '/oauth2/jwks',
  revocation: '/oauth2/revoke',
  introspection: '/oauth2/introspect',
  pushed_authorization_request: '/oauth2/par',
  end_session: LOGOUT_PATH,
} as const;
