import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import { authError } from '../../errors.ts';
import { ACCOUNT_PREFIX, AUTHORIZE_PATH } from '../../oidc/paths.ts';
import { sendTo } from '../headers.ts';
import { cookie } from '../locale.ts';
import { queryOf } from '../visit.ts';
import type { Visit } from '../visit.ts';
import { ACCOUNT_CLIENT, CALLBACK_PATH } from './account-client.ts';

const COOKIE = 'account_sign_in';
const COOKIE_SECONDS = 1800;
/** How old a sign-in of another app may be that these pages open with, in seconds. */
const OPENING_AGE = 300;

export interface AccountSignInParts {
  readonly provider: Provider;
  readonly origin: string;
  readonly secure: boolean;
  /** Pages that may be gone back to. */
  readonly pages: ReadonlySet<string>;
}

/**
 * Leads through the normal sign-in, and back to a page of the account. What counts afterwards is the browser session: the
 * code that comes back is thrown away, and nobody has the verifier that it could be redeemed with.
 * @param again true: both factors are asked for, whoever is signed in
 */
export function beginSignIn(
  parts: AccountSignInParts,
  response: ServerResponse,
  page: string,
  again: boolean,
): void {
  const state = randomBytes(16).toString('base64url');
  const target = parts.pages.has(page) ? page : '';
  const attributes = `Path=${ACCOUNT_PREFIX}; Max-Age=${COOKIE_SECONDS}; HttpOnly; SameSite=Lax${parts.secure ? '; Secure' : ''}`;
  response.appendHeader('Set-Cookie', `${COOKIE}=${state}.${target}; ${attributes}`);
  const challenge = createHash('sha256').update(randomBytes(32)).digest('base64url');
  const query = new URLSearchParams({
    client_id: ACCOUNT_CLIENT,
    response_type: 'code',
    redirect_uri: `${parts.origin}${CALLBACK_PATH}`,
    scope: 'openid',
    state,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...(again ? { prompt: 'login' } : { max_age: String(OPENING_AGE) }),
  });
  sendTo(response, `${AUTHORIZE_PATH}?${query}`);
}

/**
 * Takes the person back to the page that asked for the sign-in.
 * @throws FhirError `AUTH_SESSION_GONE` the answer is not to a sign-in that this browser began
 */
export async function endSignIn(
  parts: AccountSignInParts,
  { request, response }: Visit,
): Promise<void> {
  const query = queryOf(request);
  const [state = '', page = ''] = (cookie(request.headers, COOKIE) ?? '').split('.');
  const given = Buffer.from(query.get('state') ?? '');
  const expected = Buffer.from(state);
  const known =
    state !== '' && given.length === expected.length && timingSafeEqual(given, expected);
  const code = query.get('code');
  if (!known || code === null) throw authError('AUTH_SESSION_GONE');
  await (await parts.provider.AuthorizationCode.find(code))?.destroy();
  response.appendHeader('Set-Cookie', `${COOKIE}=; Path=${ACCOUNT_PREFIX}; Max-Age=0`);
  sendTo(response, `${ACCOUNT_PREFIX}${parts.pages.has(page) ? page : ''}`);
}
