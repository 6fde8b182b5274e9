import type { RouteHandler } from '../../../src/plugin/sdk.ts';
import { isFhirError } from '../../../src/plugin/sdk.ts';
import type { Clock } from '../../../src/plugin/sdk.ts';
import type { Registration, RegistrationFault } from '../accounts/registration.ts';
import type { TotpFactor } from '../accounts/totp.ts';
import { authError } from '../errors.ts';
import type { IdentityLinks } from '../identities/identity-links.ts';
import type { IdentityStore } from '../identities/identity-store.ts';
import type { KeyedDigest } from '../keys/keyed-digest.ts';
import { INVITATION_PREFIX } from '../oidc/paths.ts';
import { requestOrigin } from '../oidc/request-origin.ts';
import type { ClientAddress } from '../pages/client-address.ts';
import { formBody, passkeyBody, type Fields } from '../pages/form-body.ts';
import { cookie } from '../pages/locale.ts';
import { donePage, errorPage } from '../pages/message-page.ts';
import { assertOwnForm, formToken } from '../pages/own-form.ts';
import { newCodesPage } from '../pages/registration/codes-page.ts';
import { registrationPage } from '../pages/registration/registration-page.ts';
import { responseFloor } from '../pages/response-floor.ts';
import { signInOrigin } from '../pages/sign-in-origin.ts';
import { LOGIN_TEXTS } from '../pages/login/texts.ts';
import type { SignIn } from '../sign-in/sign-in.ts';
import { existingAccountPage } from './existing-account.ts';
import { type Frame, pathOf, showFailure, type Visit, visit } from '../pages/visit.ts';
import type { Invitation, InvitationStore } from './invitation-store.ts';
import { INVITATION_TEXTS } from './invitation-texts.ts';

export interface InvitationRouteParts {
  readonly frame: Frame;
  readonly invitations: InvitationStore;
  readonly links: Pick<IdentityStore, 'accountOf'>;
  readonly registration: Registration;
  readonly totp: TotpFactor;
  readonly formDigest: KeyedDigest;
  readonly address: ClientAddress;
  readonly origin: string;
  readonly signIn: Pick<SignIn, 'begin' | 'finish' | 'consume'>;
  readonly identityLinks: IdentityLinks;
  readonly responseFloorMs: number;
  readonly clock: Clock;
  readonly minPasswordLength: (kind: Invitation['identity']['class']) => number;
}

/** One request of somebody who has the link. */
interface Invited {
  readonly visit: Visit;
  readonly token: string;
  readonly invitation: Invitation;
  readonly form: Buffer;
}

const COOKIE = 'invitation';
const PASSKEY = `${INVITATION_PREFIX}/passkey`;
const EXISTING = `${INVITATION_PREFIX}/existing`;
const DONE = `${INVITATION_PREFIX}/done`;

/**
 * Setting up an account by invitation. The link hands its secret to a cookie and leads on to a path without it, so that it
 * stays out of the history and of every further request line. Whoever administers gets a passkey and nothing less.
 */
export function invitationRoutes(parts: InvitationRouteParts): RouteHandler {
  return async (request, response) => {
    const path = pathOf(request);
    const current = visit(parts.frame, request, response, { path });
    try {
      const [, token] = /^\/auth\/invitation\/([\w-]{22})$/.exec(path) ?? [];
      if (token !== undefined && request.method === 'GET') {
        const secure = parts.frame.secure ? '; Secure' : '';
        const attributes = `Path=${INVITATION_PREFIX}; HttpOnly; SameSite=Lax${secure}`;
        response.appendHeader('Set-Cookie', `${COOKIE}=${token}; ${attributes}`);
        response.writeHead(303, { Location: INVITATION_PREFIX, 'Cache-Control': 'no-store' }).end();
        return;
      }
      if (path === DONE && request.method === 'POST') {
        const { done, doneTitle } = INVITATION_TEXTS[current.look.language];
        current.show(200, donePage(current.look, doneTitle, done));
        return;
      }
      await route(parts, `${request.method} ${path}`, await invited(parts, current));
    } catch (error) {
      if (!isFhirError(error) || error.code !== 'AUTH_INVITATION_GONE')
        showFailure(current, parts.frame, error);
      else current.show(410, errorPage(current.look, goneText(current), error.code));
    }
  };
}

function goneText({ look }: Visit): string {
  return INVITATION_TEXTS[look.language].gone;
}

async function invited(parts: InvitationRouteParts, current: Visit): Promise<Invited> {
  const token = cookie(current.request.headers, COOKIE) ?? '';
  const invitation = await parts.invitations.find(token);
  if (invitation === undefined) throw authError('AUTH_INVITATION_GONE');
  // Somebody may have got an account for the identity by another way meanwhile.
  const owner = await parts.links.accountOf(invitation.identity.profile);
  if (owner !== undefined) throw authError('AUTH_INVITATION_GONE');
  const form = formToken(parts.formDigest, `invitation ${token}`);
  return { visit: current, token, invitation, form };
}

async function route(parts: InvitationRouteParts, asked: string, one: Invited): Promise<void> {
  const { request } = one.visit;
  switch (asked) {
    case `GET ${INVITATION_PREFIX}`:
    case `GET ${PASSKEY}`:
      return show(parts, one, asked.endsWith(PASSKEY), 200, []);
    case `POST ${INVITATION_PREFIX}`: {
      const fields = await formBody(request);
      return complete(parts, one, fields, { code: fields.get('code') ?? '' });
    }
    case `GET ${EXISTING}`:
      showExisting(one, 200);
      return;
    case `POST ${EXISTING}`:
      return takeWithAccount(parts, one);
    case `POST ${PASSKEY}`: {
      const { fields, passkey } = await passkeyBody(request);
      return complete(parts, one, fields, { code: '', passkey });
    }
    default:
      throw authError('AUTH_SESSION_GONE');
  }
}

/** Name of the draft of an invitation. */
function draftOf({ token }: Invited): string {
  return `invitation ${token}`;
}

async function show(
  parts: InvitationRouteParts,
  one: Invited,
  wanted: boolean,
  status: number,
  faults: readonly RegistrationFault[],
): Promise<void> {
  const { accountId, identity } = one.invitation;
  const { registration, totp } = parts;
  const draft = await registration.begin(draftOf(one), { accountId, identity });
  const { handle, totpAlgorithm, totpSecret: secret } = draft;
  const only = identity.class === 'admin';
  const script = only || wanted;
  const body = await registrationPage(one.visit.look, {
    action: script ? PASSKEY : INVITATION_PREFIX,
    formToken: one.form.toString('base64url'),
    handle,
    minPasswordLength: parts.minPasswordLength(identity.class),
    faults,
    factor: script
      ? { kind: 'passkey', options: await registration.passkeyOptions(draft) }
      : { kind: 'totp', secret, uri: totp.uri(secret, totpAlgorithm, handle) },
    ...(only ? {} : { other: script ? INVITATION_PREFIX : PASSKEY }),
    existing: { path: EXISTING, label: INVITATION_TEXTS[one.visit.look.language].existing },
  });
  one.visit.show(status, body, { script });
}

async function complete(
  parts: InvitationRouteParts,
  one: Invited,
  fields: Fields,
  factor: { readonly code: string; readonly passkey?: unknown },
): Promise<void> {
  const { look, request, response } = one.visit;
  assertOwnForm(request, parts.origin, one.form, fields.get('form_token'));
  const draft = await parts.registration.draft(draftOf(one));
  // An invitation that was replaced meanwhile plans another account.
  if (draft?.accountId !== one.invitation.accountId) throw authError('AUTH_SESSION_GONE');
  const { faults, registered } = await parts.registration.complete(
    draftOf(one),
    draft,
    { password: fields.get('password') ?? '', handleKept: fields.get('kept') === 'yes', ...factor },
    COOKIE,
    requestOrigin(parts.address, request, response),
  );
  if (registered === undefined) return show(parts, one, 'passkey' in factor, 422, faults);
  await parts.invitations.remove(one.token);
  const { lockCode, recoveryCodes } = draft;
  const codes = { action: DONE, formToken: '', recoveryCodes, lockCode };
  one.visit.show(200, newCodesPage(look, codes));
}

function showExisting(one: Invited, status: number, error?: string): void {
  const body = existingAccountPage(one.visit.look, {
    action: EXISTING,
    formToken: one.form.toString('base64url'),
    other: INVITATION_PREFIX,
    ...(error === undefined ? {} : { error }),
  });
  one.visit.show(status, body);
}

/** A sign-in with both factors, by the same service and with the same limits as any other, and the identity is linked. */
async function takeWithAccount(parts: InvitationRouteParts, one: Invited): Promise<void> {
  const { clock, identityLinks, signIn } = parts;
  const { look, request, response } = one.visit;
  const start = clock.now();
  const fields = await formBody(request);
  assertOwnForm(request, parts.origin, one.form, fields.get('form_token'));
  const from = signInOrigin(parts.address, one.visit);
  const claim = {
    handle: (fields.get('handle') ?? '').slice(0, 64),
    password: (fields.get('password') ?? '').slice(0, 512),
  };
  let step = await signIn.begin(claim, { clientId: COOKIE }, from);
  if (step.outcome === 'second-factor')
    step = await signIn.finish(
      step.attempt,
      { kind: 'totp', code: fields.get('code') ?? '' },
      from,
    );
  await responseFloor(clock, start, parts.responseFloorMs);
  if (step.outcome === 'wait') throw authError('AUTH_BUSY', {}, { retryAfter: step.retryAfter });
  if (step.outcome !== 'accepted') {
    showExisting(one, 401, LOGIN_TEXTS[look.language].refused);
    return;
  }
  const { accountId } = await signIn.consume(step.attempt);
  const origin = requestOrigin(parts.address, request, response);
  await identityLinks.link(accountId, one.invitation.identity, origin);
  await parts.invitations.remove(one.token);
  const { doneTitle, existingDone } = INVITATION_TEXTS[look.language];
  one.visit.show(200, donePage(look, doneTitle, existingDone));
}
