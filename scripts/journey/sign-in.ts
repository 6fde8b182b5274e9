import { hash, randomBytes } from 'node:crypto';
import { type Authenticator, authenticator } from './authenticator.ts';
import { Browser, fieldOf, type Visit } from './browser.ts';
import { given, hold } from './step.ts';

const CLIENT = 'diga-app';
/** Nobody listens there: an app takes the code out of the address it is called back at. */
const REDIRECT = 'http://127.0.0.1:49152/callback';

/** What the app knows of the server. @see https://openid.net/specs/openid-connect-discovery-1_0.html */
export interface Discovery {
  readonly issuer: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
}

/** What a person keeps of their account. */
export interface Credentials {
  readonly handle: string;
  readonly password: string;
  readonly authenticator: Authenticator;
}

/** What the app gets. */
export interface Session {
  readonly accessToken: string;
  /** FHIR reference of the person. */
  readonly profile: string;
}

interface Authorization {
  readonly url: URL;
  readonly verifier: string;
  readonly state: string;
}

/** Registers as a person would: on the page, with a password and an authenticator app. */
export async function register(
  discovery: Discovery,
  now: () => number,
): Promise<{ readonly credentials: Credentials; readonly session: Session }> {
  const browser = new Browser(discovery.issuer);
  const authorization = authorizationRequest(discovery);
  const login = await browser.open(authorization.url);
  hold(login.status === 200, `The sign-in page answers ${String(login.status)}`);
  const page = await browser.open(`${login.url.href}/registration`);
  hold(page.status !== 429, 'Too many accounts were made from this address in the last hour');
  const secret = /<code>([A-Z2-7 ]+)<\/code>/.exec(page.body)?.[1];
  const credentials = {
    handle: given(fieldOf(page.body, 'handle'), 'account number on the page'),
    password: randomBytes(18).toString('base64url'),
    authenticator: authenticator(given(secret, 'secret on the page')),
  };
  const codes = await browser.open(page.url, {
    form_token: given(fieldOf(page.body, 'form_token'), 'form on the page'),
    handle: credentials.handle,
    kept: 'yes',
    password: credentials.password,
    code: credentials.authenticator.code(now()),
  });
  hold(
    codes.body.includes('<code id="lock-code">'),
    'The page shows no codes for recovery and lock',
  );
  const end = await browser.open(`${login.url.href}/continue`, {
    form_token: given(fieldOf(codes.body, 'form_token'), 'form below the codes'),
  });
  return { credentials, session: await exchange(discovery, authorization, end) };
}

/** Signs in with account number, password and one-time code, in a browser that knows nothing. */
export async function logIn(
  discovery: Discovery,
  credentials: Credentials,
  now: () => number,
): Promise<Session> {
  const browser = new Browser(discovery.issuer);
  const authorization = authorizationRequest(discovery);
  const page = await browser.open(authorization.url);
  const end = await browser.open(`${page.url.href}/login`, {
    form_token: given(fieldOf(page.body, 'form_token'), 'form on the page'),
    handle: credentials.handle,
    password: credentials.password,
    code: credentials.authenticator.code(now()),
  });
  return exchange(discovery, authorization, end);
}

/** @see https://www.rfc-editor.org/rfc/rfc7636 */
function authorizationRequest(discovery: Discovery): Authorization {
  const verifier = randomBytes(32).toString('base64url');
  const state = randomBytes(16).toString('base64url');
  const url = new URL(discovery.authorization_endpoint);
  url.search = new URLSearchParams({
    client_id: CLIENT,
    response_type: 'code',
    redirect_uri: REDIRECT,
    scope: 'openid fhirUser patient/*.cruds',
    state,
    code_challenge: hash('sha256', verifier, 'base64url'),
    code_challenge_method: 'S256',
  }).toString();
  return { url, verifier, state };
}

async function exchange(
  discovery: Discovery,
  { verifier, state }: Authorization,
  { url, status }: Visit,
): Promise<Session> {
  hold(
    url.href.startsWith(REDIRECT),
    `The app was not called back; the page answers ${String(status)}`,
  );
  hold(url.searchParams.get('state') === state, 'The answer belongs to another request');
  const response = await fetch(discovery.token_endpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: CLIENT,
      code: given(url.searchParams.get('code') ?? undefined, 'authorization code'),
      redirect_uri: REDIRECT,
      code_verifier: verifier,
    }),
  });
  hold(response.status === 200, `The token endpoint answers ${String(response.status)}`);
  const { access_token: accessToken } = (await response.json()) as { access_token: string };
  const [, payload = ''] = accessToken.split('.');
  const { profile } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as {
    profile: string;
  };
  return { accessToken, profile };
}
