import type { Clock, SecondFactor, SignInStep } from '../../../../src/plugin/sdk.ts';
import { authError } from '../../errors.ts';
import type { SignIn } from '../../sign-in/sign-in.ts';
import type { ClientAddress } from '../client-address.ts';
import { formBody, passkeyBody } from '../form-body.ts';
import type { Fields } from '../form-body.ts';
import { sendTo } from '../headers.ts';
import type { AttemptCookie } from '../interaction/attempt-cookie.ts';
import type { InteractionHandler, InteractionVisit } from '../interaction/interaction-visit.ts';
import { MESSAGE_TEXTS } from '../message-texts.ts';
import { assertOwnForm } from '../own-form.ts';
import { responseFloor } from '../response-floor.ts';
import type { Language } from '../texts.ts';
import { signInOrigin } from '../sign-in-origin.ts';
import { queryOf } from '../visit.ts';
import { factorPage } from './factor-page.ts';
import { loginPage } from './login-page.ts';
import type { LoginPage } from './login-page.ts';
import { LOGIN_TEXTS } from './texts.ts';

export interface LoginRouteParts {
  readonly signIn: SignIn;
  readonly origin: string;
  readonly address: ClientAddress;
  readonly clock: Clock;
  readonly responseFloorMs: number;
  readonly attempts: AttemptCookie;
  /** Identity providers that the manufacturer trusts. */
  readonly others: (language: Language) => NonNullable<LoginPage['others']>;
  /** Clients whose sign-in makes no accounts, such as the account pages. */
  readonly withoutRegistration: ReadonlySet<string>;
  /** Goes on with a sign-in whose factors are proven. */
  readonly accepted: (visit: InteractionVisit, attempt: string) => Promise<void>;
}

/** The two steps of a sign-in. The first never tells anything; the verdict falls after the second, without saying on what. */
export function loginRoutes(parts: LoginRouteParts): Readonly<Record<string, InteractionHandler>> {
  const own = (visit: InteractionVisit, fields: Fields): void =>
    assertOwnForm(visit.request, parts.origin, visit.token, fields.get('form_token'));
  const finish = async (
    visit: InteractionVisit,
    fields: Fields,
    proof: SecondFactor,
  ): Promise<void> => {
    const start = parts.clock.now();
    own(visit, fields);
    const attempt = parts.attempts.read(visit.request.headers);
    if (attempt === undefined) {
      sendTo(visit.response, visit.base);
      return;
    }
    const step = await parts.signIn.finish(attempt, proof, signInOrigin(parts.address, visit));
    await responseFloor(parts.clock, start, parts.responseFloorMs);
    return answer(parts, visit, step);
  };
  return {
    'GET ': async (visit) => {
      visit.show(200, firstPage(parts, visit, {}));
    },
    'POST /login': async (visit) => {
      const start = parts.clock.now();
      const fields = await formBody(visit.request);
      own(visit, fields);
      const handle = (fields.get('handle') ?? '').slice(0, 64);
      const password = (fields.get('password') ?? '').slice(0, 512);
      const origin = signInOrigin(parts.address, visit);
      let step = await parts.signIn.begin(
        { handle, password },
        { clientId: visit.clientId },
        origin,
      );
      const code = fields.get('code') ?? '';
      if (code !== '' && step.outcome === 'second-factor') {
        step = await parts.signIn.finish(step.attempt, { kind: 'totp', code }, origin);
      }
      await responseFloor(parts.clock, start, parts.responseFloorMs);
      await answer(parts, visit, step, { handle });
    },
    'POST /passkey-only': async (visit) => {
      const start = parts.clock.now();
      own(visit, await formBody(visit.request));
      const origin = signInOrigin(parts.address, visit);
      const step = await parts.signIn.beginPasskeyOnly({ clientId: visit.clientId }, origin);
      await responseFloor(parts.clock, start, parts.responseFloorMs);
      await answer(parts, visit, step, { passkeyOnly: true });
    },
    'GET /factor': async (visit) => {
      const attempt = parts.attempts.read(visit.request.headers);
      if (attempt === undefined) {
        sendTo(visit.response, visit.base);
        return;
      }
      await showFactor(parts, visit, 200, attempt);
    },
    'POST /code': async (visit) => {
      const fields = await formBody(visit.request);
      await finish(visit, fields, { kind: 'totp', code: fields.get('code') ?? '' });
    },
    'POST /passkey': async (visit) => {
      const { fields, passkey } = await passkeyBody(visit.request);
      await finish(visit, fields, { kind: 'passkey', response: passkey });
    },
  };
}

/** Shows what a step leads to. A refusal leads back to the first step: which of the factors was wrong does not show. */
async function answer(
  parts: LoginRouteParts,
  visit: InteractionVisit,
  step: SignInStep,
  {
    passkeyOnly = false,
    ...typed
  }: { readonly handle?: string; readonly passkeyOnly?: boolean } = {},
): Promise<void> {
  switch (step.outcome) {
    case 'second-factor':
      visit.response.appendHeader('Set-Cookie', parts.attempts.set(visit.base, step.attempt));
      sendTo(visit.response, `${visit.base}/factor${passkeyOnly ? '?only=passkey' : ''}`);
      return;
    case 'accepted':
      return parts.accepted(visit, step.attempt);
    case 'refused': {
      const error = LOGIN_TEXTS[visit.look.language].refused;
      visit.show(401, firstPage(parts, visit, { ...typed, error }));
      return;
    }
    case 'wait': {
      const error = MESSAGE_TEXTS[visit.look.language].wait(step.retryAfter);
      const { retryAfter } = step;
      visit.show(429, firstPage(parts, visit, { ...typed, error }), { retryAfter });
      return;
    }
    default:
      throw authError('AUTH_SESSION_GONE');
  }
}

async function showFactor(
  parts: LoginRouteParts,
  visit: InteractionVisit,
  status: number,
  attempt: string,
): Promise<void> {
  const { base, formToken, look } = visit;
  const passkeyOnly = queryOf(visit.request).get('only') === 'passkey';
  const options = await parts.signIn.passkeyOptions(attempt);
  visit.show(status, factorPage(look, { base, back: base, formToken, options, passkeyOnly }), {
    script: true,
  });
}

function firstPage(
  parts: LoginRouteParts,
  visit: InteractionVisit,
  more: { readonly handle?: string; readonly error?: string },
): string {
  const { base, clientId, formToken, interaction, look } = visit;
  const { reasons } = interaction.prompt;
  const stepUp = reasons.some((one) => /^essential_acr|^acr_|^max_age$/.test(one));
  const signedIn = interaction.session?.accountId !== undefined;
  return loginPage(look, {
    base,
    formToken,
    register: !signedIn && !parts.withoutRegistration.has(clientId),
    others: parts.others(visit.look.language),
    ...(signedIn ? { reason: stepUp ? ('stepUp' as const) : ('again' as const) } : {}),
    ...more,
  });
}
