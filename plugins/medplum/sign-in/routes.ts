import { z } from 'zod';
import type { AuthService, Mode, SecondFactor } from '../../../src/plugin/sdk.ts';
import { medplumError } from '../errors.ts';
import type { Exchange, JsonRoute } from '../http/exchange.ts';
import { checked } from '../http/read-json.ts';
import { codeChallenge } from './code-challenge.ts';
import { loginAnswer } from './login-answer.ts';
import type { SignInClients } from './sign-in-client.ts';

const attempt = z.string().min(1).max(200);

const loginBody = z.object({
  /** The handle: accounts have no e-mail address. */
  email: z.string().min(1).max(200),
  password: z.string().min(1).max(1000),
  scope: z.string().max(1000).nullish(),
  nonce: z.string().max(200).nullish(),
  projectId: z.string().max(64).nullish(),
  clientId: z.string().max(200).nullish(),
  launch: z.string().max(1000).nullish(),
  codeChallenge: z.string().max(200).nullish(),
  codeChallengeMethod: z.string().max(20).nullish(),
});

const verifyBody = z.object({
  login: attempt,
  token: z.string().min(1).max(20).optional(),
  passkey: z.record(z.string(), z.unknown()).optional(),
});

export interface SignInParts {
  readonly service: Pick<
    AuthService,
    'attempt' | 'begin' | 'finish' | 'issueCode' | 'passkeyOptions'
  >;
  readonly clients: SignInClients;
  readonly mode: Mode;
}

/** The sign-in of MedplumClient and of the console: handle and password, second factor, choice of the identity, code. */
export function signInRoutes(parts: SignInParts): readonly JsonRoute[] {
  const { service } = parts;
  return [
    {
      method: 'POST',
      path: '/auth/method',
      // A redirect to another identity provider would tell by the handle where somebody has an account.
      handle: ({ body }) => {
        checked(z.object({ email: z.string().min(1).max(200) }), body);
        return { body: {} };
      },
    },
    { method: 'POST', path: '/auth/login', handle: (exchange) => begin(parts, exchange) },
    {
      method: 'GET',
      path: '/auth/login/:id',
      handle: async ({ parameters, origin }) =>
        loginAnswer(service, await service.attempt(parameters['id'] ?? ''), origin),
    },
    {
      method: 'POST',
      path: '/auth/mfa/verify',
      handle: async ({ body, origin }) => {
        const { login, token, passkey } = checked(verifyBody, body);
        const proof = secondFactor(token, passkey);
        return loginAnswer(service, await service.finish(login, proof, origin), origin);
      },
    },
    {
      method: 'POST',
      path: '/auth/mfa/passkey-options',
      handle: async ({ body }) => {
        const { login } = checked(z.object({ login: attempt }), body);
        return { body: await service.passkeyOptions(login) };
      },
    },
    {
      method: 'POST',
      path: '/auth/profile',
      handle: async ({ body, origin }) => {
        const { login, profile } = checked(
          z.object({ login: attempt, profile: z.string().min(1).max(64) }),
          body,
        );
        const { code } = await service.issueCode(login, { membershipId: profile }, origin);
        return { body: { login, code } };
      },
    },
  ];
}

async function begin({ service, clients, mode }: SignInParts, { body, origin, request }: Exchange) {
  const wanted = checked(loginBody, body);
  if (wanted.projectId === 'new') {
    throw medplumError('MEDPLUM_NOT_OFFERED', { reason: 'there is one project, which is there' });
  }
  const client = await clients.admit(wanted.clientId ?? undefined, request);
  const challenge = codeChallenge(
    wanted.codeChallenge ?? undefined,
    wanted.codeChallengeMethod ?? undefined,
    mode,
  );
  const step = await service.begin(
    // The stock console asks for an e-mail address and takes nothing without an @: what follows it is no part of the handle.
    { handle: wanted.email.split('@', 1)[0] ?? '', password: wanted.password },
    {
      clientId: client.clientId,
      scope: scopeOf(wanted.scope),
      codeChallenge: challenge,
      ...(typeof wanted.nonce === 'string' ? { nonce: wanted.nonce } : {}),
      ...(typeof wanted.launch === 'string' ? { launch: wanted.launch } : {}),
    },
    origin,
  );
  return loginAnswer(service, step, origin);
}

/** Medplum's `offline` is OpenID Connect's `offline_access`; `profile`, `email` and the like say nothing here. */
function scopeOf(scope: string | null | undefined): string {
  const wanted = (scope ?? '')
    .split(' ')
    .filter((one) => one !== '')
    .map((one) => (one === 'offline' ? 'offline_access' : one))
    .filter((one) => !['profile', 'email', 'phone', 'address'].includes(one));
  return [...new Set(['openid', ...wanted])].join(' ');
}

/** @throws FhirError `MEDPLUM_PARAMETER_INVALID` */
function secondFactor(
  code: string | undefined,
  response: Readonly<Record<string, unknown>> | undefined,
): SecondFactor {
  if (response !== undefined) return { kind: 'passkey', response };
  if (code !== undefined) return { kind: 'totp', code: code.replaceAll(/\s/g, '') };
  throw medplumError('MEDPLUM_PARAMETER_INVALID', { name: 'token', reason: 'it is missing' });
}
