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

/** Paths of the provider. */
export const PROVIDER_ROUTES = {
  authorization: AUTHORIZE_PATH,
  token: TOKEN_PATH,
  jwks: '/oauth2/jwks',
  revocation: '/oauth2/revoke',
  introspection: '/oauth2/introspect',
  end_session: LOGOUT_PATH,
} as const;
