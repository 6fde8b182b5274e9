import type { Clock } from '../../../../src/plugin/sdk.ts';
import type { Registration, RegistrationFault } from '../../accounts/registration.ts';
import { registrationRule } from '../../accounts/throttle.ts';
import type { Throttle } from '../../accounts/throttle.ts';
import type { TotpFactor } from '../../accounts/totp.ts';
import { authError } from '../../errors.ts';
import { requestOrigin } from '../../oidc/request-origin.ts';
import type { ClientAddress } from '../client-address.ts';
import { formBody, passkeyBody } from '../form-body.ts';
import type { Fields } from '../form-body.ts';
import type { InteractionHandler, InteractionVisit } from '../interaction/interaction-visit.ts';
import { keepLogin } from '../interaction/kept-login.ts';
import { errorPage } from '../message-page.ts';
import { assertOwnForm } from '../own-form.ts';
import { newCodesPage } from './codes-page.ts';
import { registrationPage } from './registration-page.ts';
import { REGISTRATION_TEXTS } from './texts.ts';

export interface RegistrationRouteParts {
  readonly registration: Registration;
  readonly totp: TotpFactor;
  readonly throttle: Throttle;
  readonly origin: string;
  readonly address: ClientAddress;
  readonly clock: Clock;
  readonly minPasswordLength: number;
  readonly registrationsPerHour: number;
}

const APP = '/registration';
const PASSKEY = '/registration-passkey';

/** Making an account within a sign-in, with an authenticator app or with a passkey. */
export function registrationRoutes(
  parts: RegistrationRouteParts,
): Readonly<Record<string, InteractionHandler>> {
  return {
    [`GET ${APP}`]: async (visit) => {
      if (await admitted(parts, visit)) await show(parts, visit, 200, APP, []);
    },
    [`GET ${PASSKEY}`]: async (visit) => {
      if (await admitted(parts, visit)) await show(parts, visit, 200, PASSKEY, []);
    },
    [`POST ${APP}`]: async (visit) => {
      const fields = await formBody(visit.request);
      await complete(parts, visit, APP, fields, { code: fields.get('code') ?? '' });
    },
    [`POST ${PASSKEY}`]: async (visit) => {
      const { fields, passkey } = await passkeyBody(visit.request);
      await complete(parts, visit, PASSKEY, fields, { code: '', passkey });
    },
  };
}

/** A new account is a sign-in; it goes on once the codes are kept. */
async function complete(
  parts: RegistrationRouteParts,
  visit: InteractionVisit,
  page: typeof APP | typeof PASSKEY,
  fields: Fields,
  factor: { readonly code: string; readonly passkey?: unknown },
): Promise<void> {
  assertOwnForm(visit.request, parts.origin, visit.token, fields.get('form_token'));
  const draft = await parts.registration.draft(visit.uid);
  if (draft === undefined) throw authError('AUTH_SESSION_GONE');
  const { faults, registered } = await parts.registration.complete(
    visit.uid,
    draft,
    { password: fields.get('password') ?? '', handleKept: fields.get('kept') === 'yes', ...factor },
    visit.clientId,
    requestOrigin(parts.address, visit.request, visit.response),
  );
  if (registered === undefined) return show(parts, visit, 422, page, faults);
  const { accountId, acr, amr } = registered;
  const ts = Math.floor(parts.clock.now() / 1000);
  await keepLogin(visit, { accountId, acr, amr: [...amr], ts });
  const { base, formToken, look } = visit;
  const { lockCode, recoveryCodes } = draft;
  const action = `${base}/continue`;
  visit.show(200, newCodesPage(look, { action, formToken, recoveryCodes, lockCode }));
}

/** Each address may begin only so many registrations; one that has begun goes on. */
async function admitted(parts: RegistrationRouteParts, visit: InteractionVisit): Promise<boolean> {
  if ((await parts.registration.draft(visit.uid)) !== undefined) return true;
  const rule = registrationRule(parts.registrationsPerHour);
  const answer = await parts.throttle.attempt(rule, parts.address(visit.request));
  if (answer.allowed) return true;
  const { retryAfter } = answer;
  const text = REGISTRATION_TEXTS[visit.look.language].limited(Math.ceil(retryAfter / 60));
  visit.show(429, errorPage(visit.look, text, 'AUTH_REGISTRATION_LIMIT'), { retryAfter });
  return false;
}

async function show(
  parts: RegistrationRouteParts,
  visit: InteractionVisit,
  status: number,
  page: typeof APP | typeof PASSKEY,
  faults: readonly RegistrationFault[],
): Promise<void> {
  const { base, formToken, look, uid } = visit;
  const draft = await parts.registration.begin(uid);
  const { handle, totpAlgorithm, totpSecret: secret } = draft;
  const uri = parts.totp.uri(secret, totpAlgorithm, handle);
  const script = page === PASSKEY;
  const body = await registrationPage(look, {
    action: `${base}${page}`,
    formToken,
    handle,
    minPasswordLength: parts.minPasswordLength,
    faults,
    factor: script
      ? { kind: 'passkey', options: await parts.registration.passkeyOptions(draft) }
      : { kind: 'totp', secret, uri },
    other: `${base}${script ? APP : PASSKEY}`,
    back: base,
  });
  visit.show(status, body, { script });
}
