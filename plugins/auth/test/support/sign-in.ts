import { createHash, randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import type { AuthServer } from './auth-server.ts';
import { Browser, fieldValue } from './browser.ts';
import type { Visited } from './browser.ts';

export const PASSWORD = 'drei Wolken ueber dem Moor';
const REDIRECT = 'http://127.0.0.1:49152/callback';

/** What a person keeps after registering. */
export interface Credentials {
  readonly handle: string;
  readonly secret: string;
}

/** An authorization request of the app with its PKCE verifier. */
export interface AuthorizationRequest {
  readonly url: string;
  readonly verifier: string;
  readonly state: string;
}

export function authorizationRequest(
  server: AuthServer,
  more: Record<string, string> = {},
): AuthorizationRequest {
  const verifier = randomBytes(32).toString('base64url');
  const state = randomBytes(8).toString('hex');
  const parameters = {
    client_id: 'diga-app',
    response_type: 'code',
    redirect_uri: REDIRECT,
    scope: 'openid fhirUser patient/*.cruds',
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  };
  const query = new URLSearchParams(parameters);
  return { url: `${server.origin}/oauth2/authorize?${query}`, verifier, state };
}

/** The code the authenticator app shows at the time of the server. */
export function totpCode(server: AuthServer, secret: string): string {
  const totp = new TOTP({ secret: Secret.fromBase32(secret), algorithm: 'SHA256' });
  return totp.generate({ timestamp: server.now() });
}

export interface Registered {
  readonly browser: Browser;
  readonly credentials: Credentials;
  readonly page: Visited;
  readonly request: AuthorizationRequest;
}

/** Fills in the page of the registration; what comes is the page with the codes, or the form again. */
export async function sendRegistration(
  server: AuthServer,
  browser: Browser,
  page: Visited,
): Promise<{ readonly credentials: Credentials; readonly sent: Visited }> {
  const credentials = {
    handle: fieldValue(page.body, 'handle'),
    secret: (/<code>([A-Z2-7 ]+)<\/code>/.exec(page.body)?.[1] ?? '').replaceAll(' ', ''),
  };
  const sent = await browser.open(page.url, {
    form_token: fieldValue(page.body, 'form_token'),
    handle: credentials.handle,
    kept: 'yes',
    password: PASSWORD,
    code: totpCode(server, credentials.secret),
  });
  return { credentials, sent };
}

/** Recovery codes and lock code in a page that shows them. */
export function codesIn(body: string): {
  readonly recovery: readonly string[];
  readonly lock: string;
} {
  return {
    recovery: [...body.matchAll(/<li><code>([^<]+)<\/code>/g)].map(([, code = '']) => code),
    lock: /<code id="lock-code">([^<]+)</.exec(body)?.[1] ?? '',
  };
}

/** Registers a new account as a browser would; `end` is where the app is called back. */
export async function register(server: AuthServer): Promise<
  Registered & {
    readonly end: Visited;
    readonly recoveryCodes: readonly string[];
    readonly lockCode: string;
  }
> {
  const browser = new Browser(server.origin);
  const request = authorizationRequest(server);
  const login = await browser.open(request.url);
  const page = await browser.open(`${login.url}/registration`);
  const { credentials, sent } = await sendRegistration(server, browser, page);
  const { recovery, lock } = codesIn(sent.body);
  const kept = { browser, credentials, page, request, recoveryCodes: recovery, lockCode: lock };
  if (sent.status !== 200) return { ...kept, end: sent };
  const end = await browser.open(`${login.url}/continue`, {
    form_token: fieldValue(sent.body, 'form_token'),
  });
  return { ...kept, end };
}

/** One attempt to log in, in a browser of its own. */
export async function logIn(
  server: AuthServer,
  typed: { readonly handle: string; readonly password: string; readonly code: string },
  browser = new Browser(server.origin),
  request = authorizationRequest(server),
): Promise<{
  readonly request: AuthorizationRequest;
  readonly login: Visited;
  readonly end: Visited;
}> {
  const login = await browser.open(request.url);
  const end = await browser.open(`${login.url}/login`, {
    form_token: fieldValue(login.body, 'form_token'),
    ...typed,
  });
  return { request, login, end };
}

export interface TokenResponse {
  readonly status: number;
  readonly body: Record<string, unknown> & {
    readonly access_token: string;
    readonly refresh_token: string;
    readonly id_token: string;
  };
}

export async function tokenRequest(
  server: AuthServer,
  parameters: Record<string, string>,
): Promise<TokenResponse> {
  const response = await fetch(`${server.origin}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams(parameters),
  });
  return { status: response.status, body: (await response.json()) as TokenResponse['body'] };
}

/** Exchanges the code at the end of a sign-in. */
export function exchange(
  server: AuthServer,
  end: Visited,
  request: AuthorizationRequest,
): Promise<TokenResponse> {
  return tokenRequest(server, {
    grant_type: 'authorization_code',
    client_id: 'diga-app',
    code: new URL(end.url).searchParams.get('code') ?? '',
    redirect_uri: REDIRECT,
    code_verifier: request.verifier,
  });
}
