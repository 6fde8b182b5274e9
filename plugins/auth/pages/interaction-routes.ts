import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { Provider } from 'oidc-provider';
import { isFhirError } from '../../../src/plugin/sdk.ts';
import type { Clock, RouteHandler } from '../../../src/plugin/sdk.ts';
import type { Login } from '../accounts/login.ts';
import type { Registration } from '../accounts/registration.ts';
import { registrationRule } from '../accounts/throttle.ts';
import type { Throttle } from '../accounts/throttle.ts';
import type { TotpFactor } from '../accounts/totp.ts';
import type { AuthConfig } from '../config.ts';
import { authError } from '../errors.ts';
import type { KeyedDigest } from '../keys/keyed-digest.ts';
import { INTERACTION_PREFIX } from '../oidc/paths.ts';
import { requestOrigin } from '../oidc/request-origin.ts';
import { TWO_FACTOR_ACR } from '../oidc/acr.ts';
import type { ClientAddress } from './client-address.ts';
import { formBody } from './form-body.ts';
import { pageHeaders, sendPage } from './headers.ts';
import { textsFor } from './locale.ts';
import { loginPage } from './login-page.ts';
import { errorPage } from './message-page.ts';
import { assertOwnForm, formToken } from './own-form.ts';
import { registrationPage } from './registration-page.ts';
import { responseFloor } from './response-floor.ts';
import type { Texts } from './texts.ts';

export interface InteractionParts {
  readonly provider: Provider;
  readonly origin: string;
  readonly login: Login;
  readonly registration: Registration;
  readonly totp: TotpFactor;
  readonly throttle: Throttle;
  readonly address: ClientAddress;
  readonly formDigest: KeyedDigest;
  readonly config: AuthConfig;
  readonly clock: Clock;
  readonly log: Logger;
}

/** One request to a page, with the sign-in it belongs to. */
interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly uid: string;
  readonly base: string;
  readonly token: Buffer;
  readonly clientId: string;
  readonly texts: Texts;
  readonly headers: Readonly<Record<string, string>>;
}

/** The pages of a sign-in: login and registration, below the interaction the provider started. */
export function interactionRoutes(parts: InteractionParts): RouteHandler {
  const routes: Readonly<Record<string, (visit: Visit) => Promise<void>>> = {
    'GET ': (visit) => showLogin(visit),
    'POST /login': (visit) => postLogin(parts, visit),
    'GET /registration': (visit) => showRegistration(parts, visit),
    'POST /registration': (visit) => postRegistration(parts, visit),
  };
  const secure = parts.origin.startsWith('https:');
  return async (request, response) => {
    const plain = textsFor(undefined, request.headers['accept-language']);
    try {
      const [, uid = '', page = ''] =
        /^\/auth\/interaction\/([\w-]{1,64})(\/\w{1,20})?$/.exec(pathOf(request)) ?? [];
      const route = routes[`${request.method} ${page}`];
      const interaction = uid === '' ? undefined : await openInteraction(parts, request, response);
      if (route === undefined || interaction?.uid !== uid) {
        throw authError('AUTH_SESSION_GONE');
      }
      const { params, prompt } = interaction;
      if (prompt.name !== 'login') {
        await parts.provider.interactionFinished(request, response, { consent: {} });
        return;
      }
      await route({
        request,
        response,
        uid,
        base: `${INTERACTION_PREFIX}/${uid}`,
        token: formToken(parts.formDigest, uid),
        clientId: String(params['client_id']),
        texts: textsFor(params['ui_locales'], request.headers['accept-language']),
        headers: pageHeaders(secure, String(params['redirect_uri'])),
      });
    } catch (error) {
      const failure = isFhirError(error) ? error : undefined;
      if (failure === undefined) parts.log.error({ err: error }, 'auth.page.failed');
      const { gone, busy, failed } = plain.error;
      const text = failure?.status === 503 ? busy : failure === undefined ? failed : gone;
      const body = errorPage(plain, text, failure?.code ?? 'SERVER_ERROR');
      const retry =
        failure?.retryAfter === undefined ? {} : { 'Retry-After': String(failure.retryAfter) };
      sendPage(response, failure?.status ?? 500, body, { ...pageHeaders(secure), ...retry });
    }
  };
}

async function openInteraction(
  parts: InteractionParts,
  request: IncomingMessage,
  response: ServerResponse,
) {
  try {
    return await parts.provider.interactionDetails(request, response);
  } catch (error) {
    // The cookie is missing or stale: the person comes back to an old page, which is no failure of the server.
    if ((error as { error?: unknown }).error === 'invalid_request') return undefined;
    throw error;
  }
}

async function showLogin(visit: Visit): Promise<void> {
  sendPage(visit.response, 200, loginView(visit, {}), visit.headers);
}

function loginView(visit: Visit, more: { handle?: string; error?: string }): string {
  const formToken = visit.token.toString('base64url');
  return loginPage(visit.texts, { base: visit.base, formToken, ...more });
}

async function postLogin(parts: InteractionParts, visit: Visit): Promise<void> {
  const start = parts.clock.now();
  const fields = await formBody(visit.request);
  assertOwnForm(visit.request, parts.origin, visit.token, fields.get('form_token'));
  const handle = (fields.get('handle') ?? '').slice(0, 64);
  const result = await parts.login({
    handle,
    password: (fields.get('password') ?? '').slice(0, 512),
    code: fields.get('code') ?? '',
    address: parts.address(visit.request),
    clientId: visit.clientId,
    ...requestOrigin(parts.address, visit.request, visit.response),
  });
  await responseFloor(parts.clock, start, parts.config.login.responseFloorMs);
  switch (result.outcome) {
    case 'accepted':
      return finishLogin(parts, visit, result.accountId);
    case 'refused': {
      const body = loginView(visit, { handle, error: visit.texts.login.refused });
      sendPage(visit.response, 401, body, visit.headers);
      return;
    }
    case 'wait': {
      const body = loginView(visit, { handle, error: visit.texts.login.wait(result.retryAfter) });
      const headers = { ...visit.headers, 'Retry-After': String(result.retryAfter) };
      sendPage(visit.response, 429, body, headers);
      return;
    }
  }
}

async function showRegistration(parts: InteractionParts, visit: Visit): Promise<void> {
  if ((await parts.registration.draft(visit.uid)) === undefined) {
    const rule = registrationRule(parts.config.login.registrationsPerHour);
    const address = parts.address(visit.request);
    const answer = await parts.throttle.attempt(rule, address);
    if (!answer.allowed) {
      const text = visit.texts.registration.limited(Math.ceil(answer.retryAfter / 60));
      const headers = { ...visit.headers, 'Retry-After': String(answer.retryAfter) };
      const body = errorPage(visit.texts, text, 'AUTH_REGISTRATION_LIMIT');
      sendPage(visit.response, 429, body, headers);
      return;
    }
  }
  await sendRegistration(parts, visit, 200, []);
}

async function sendRegistration(
  parts: InteractionParts,
  visit: Visit,
  status: number,
  faults: Awaited<ReturnType<Registration['complete']>>,
): Promise<void> {
  const draft = await parts.registration.begin(visit.uid);
  const body = await registrationPage(visit.texts, {
    base: visit.base,
    formToken: visit.token.toString('base64url'),
    handle: draft.handle,
    secret: draft.totpSecret,
    uri: parts.totp.uri(draft.totpSecret, draft.totpAlgorithm, draft.handle),
    minPasswordLength: parts.config.password.minLength,
    faults,
  });
  sendPage(visit.response, status, body, visit.headers);
}

async function postRegistration(parts: InteractionParts, visit: Visit): Promise<void> {
  const fields = await formBody(visit.request);
  assertOwnForm(visit.request, parts.origin, visit.token, fields.get('form_token'));
  const draft = await parts.registration.draft(visit.uid);
  if (draft === undefined) throw authError('AUTH_SESSION_GONE');
  const form = {
    password: fields.get('password') ?? '',
    code: fields.get('code') ?? '',
    handleKept: fields.get('kept') === 'yes',
  };
  const faults = await parts.registration.complete(
    visit.uid,
    draft,
    form,
    visit.clientId,
    requestOrigin(parts.address, visit.request, visit.response),
  );
  if (faults.length > 0) return sendRegistration(parts, visit, 422, faults);
  await finishLogin(parts, visit, draft.accountId);
}

function finishLogin(parts: InteractionParts, visit: Visit, accountId: string): Promise<void> {
  const login = { accountId, acr: TWO_FACTOR_ACR, amr: ['pwd', 'otp', 'mfa'], remember: true };
  return parts.provider.interactionFinished(visit.request, visit.response, { login });
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0] ?? '';
}
