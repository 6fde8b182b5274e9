import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { AuthService, FactorChange, LoginView } from '../../../src/plugin/sdk.ts';
import { medplumError } from '../errors.ts';
import type { JsonAnswer, JsonRoute } from '../http/exchange.ts';
import { checked } from '../http/read-json.ts';

const enrolBody = z.object({
  enrolment: z.string().min(1).max(200).optional(),
  token: z.string().min(1).max(20).optional(),
  label: z.string().trim().min(1).max(40).optional(),
});

type FactorService = Pick<
  AuthService,
  'addAuthenticatorApp' | 'beginAuthenticatorApp' | 'removeFactor'
>;

/**
 * Adds and removes authenticator apps. Every account has a second factor from its first day on, so that `mfa/enroll` adds a
 * further one, in two steps, and `mfa/disable` removes one that is named, never the last. Both demand a fresh sign-in; what
 * holds only later says when.
 */
export function factorRoutes(
  service: FactorService,
  signedIn: (
    request: IncomingMessage,
  ) => Promise<{ readonly login: LoginView & { readonly accountId: string } }>,
): readonly JsonRoute[] {
  return [
    {
      method: 'POST',
      path: '/auth/mfa/enroll',
      handle: async ({ request, body, origin }) => {
        const { login } = await signedIn(request);
        const { enrolment, token, label } = checked(enrolBody, body);
        if (enrolment === undefined) {
          const begun = await service.beginAuthenticatorApp(login);
          return {
            body: { enrolment: begun.enrolment, enrollUri: begun.uri, secret: begun.secret },
          };
        }
        if (token === undefined) throw refused('token', 'it is missing');
        const code = token.replaceAll(/\s/g, '');
        const proof = { enrolment, code, ...(label === undefined ? {} : { label }) };
        const change = await service.addAuthenticatorApp(login, proof, origin);
        if (change === undefined) throw refused('token', 'it is not what the new app shows');
        return changed(change);
      },
    },
    {
      method: 'POST',
      path: '/auth/mfa/disable',
      handle: async ({ request, body, origin }) => {
        const { login } = await signedIn(request);
        const { factor } = checked(z.object({ factor: z.string().min(1).max(64) }), body);
        return changed(await service.removeFactor(login, factor, origin));
      },
    },
  ];
}

function changed({ now, effectiveAt }: FactorChange): JsonAnswer {
  return { body: { now, effectiveAt: effectiveAt.toISOString() } };
}

function refused(name: string, reason: string) {
  return medplumError('MEDPLUM_PARAMETER_INVALID', { name, reason });
}
