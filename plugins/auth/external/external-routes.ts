import type { Provider } from 'oidc-provider';
import type { Logger } from 'pino';
import { isFhirError } from '../../../src/plugin/sdk.ts';
import type { Clock } from '../../../src/plugin/sdk.ts';
import { registrationRule, type Throttle } from '../accounts/throttle.ts';
import { authError } from '../errors.ts';
import { requestOrigin } from '../oidc/request-origin.ts';
import type { ClientAddress } from '../pages/client-address.ts';
import { formBody } from '../pages/form-body.ts';
import { sendTo } from '../pages/headers.ts';
import type {
  InteractionHandler,
  InteractionVisit,
} from '../pages/interaction/interaction-visit.ts';
import { assertOwnForm } from '../pages/own-form.ts';
import { queryOf } from '../pages/visit.ts';
import type { AttemptStore, UnboundSignIn } from './attempt-store.ts';
import type { BindSignIn } from './bind-sign-in.ts';
import type { ExternalEvents } from './external-events.ts';
import { elsewhereFailedPage, unboundPage } from './external-pages.ts';
import type { IdpClient } from './idp-client.ts';
import { providerLabel } from './provider-label.ts';
import type { SignInElsewhere } from './sign-in-elsewhere.ts';

/** A login there counts as fresh for this time, in seconds; connecting it with an account takes a fresh one. */
const FRESH_SECONDS = 300;

export interface ExternalRouteParts {
  readonly provider: Pick<Provider, 'interactionFinished'>;
  readonly idps: ReadonlyMap<string, IdpClient>;
  readonly elsewhere: SignInElsewhere;
  readonly attempts: AttemptStore;
  readonly bind: BindSignIn;
  readonly events: ExternalEvents;
  readonly throttle: Throttle;
  readonly registrationsPerHour: number;
  readonly address: ClientAddress;
  readonly origin: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Signing in at another provider, below the interaction that an app began: away, back, and what an unknown sign-in stands for. */
export function externalRoutes(
  parts: ExternalRouteParts,
): Readonly<Record<string, InteractionHandler>> {
  return {
    'GET /external': async (visit) => {
      const query = queryOf(visit.request);
      const idp = parts.idps.get(query.get('idp') ?? '');
      if (idp === undefined) return showUnbound(parts, visit);
      await orExplain(parts, visit, idp, () =>
        query.has('state') ? comeBack(parts, visit, idp, query) : goAway(parts, visit, idp),
      );
    },
    'POST /external': async (visit) => {
      const fields = await formBody(visit.request);
      assertOwnForm(visit.request, parts.origin, visit.token, fields.get('form_token'));
      const pending = await parts.attempts.findUnbound(visit.uid);
      const idp = parts.idps.get(pending?.provider ?? '');
      if (pending === undefined || idp === undefined) throw authError('AUTH_SESSION_GONE');
      if (fields.get('choice') === 'new' && idp.config.newPatients)
        return beginAccount(parts, visit, pending);
      await orExplain(parts, visit, idp, () => connect(parts, visit, idp, pending));
    },
  };
}

/** Leads to the provider. A session there does not answer where the app wants a fresh login. */
async function goAway(
  parts: ExternalRouteParts,
  visit: InteractionVisit,
  idp: IdpClient,
  fresh = wantsFresh(visit),
): Promise<void> {
  const url = await parts.elsewhere.begin(idp, visit.uid, fresh);
  visit.response
    .writeHead(303, { Location: url.href, 'Cache-Control': 'no-store', 'Content-Length': '0' })
    .end();
}

/** Reasons of a login prompt for which a session at the provider may answer. */
const ANSWERED_BY_SESSION = new Set(['no_session', 'native_client_login']);

function wantsFresh({ interaction }: InteractionVisit): boolean {
  return interaction.prompt.reasons.some((reason) => !ANSWERED_BY_SESSION.has(reason));
}

async function comeBack(
  parts: ExternalRouteParts,
  visit: InteractionVisit,
  idp: IdpClient,
  answer: URLSearchParams,
): Promise<void> {
  const signed = await parts.elsewhere.finish(idp, visit.uid, withoutOurs(answer));
  const origin = requestOrigin(parts.address, visit.request, visit.response);
  const accountId = await parts.bind.account(idp.config, signed, origin);
  if (accountId !== undefined) return signIn(parts, visit, accountId, signed);
  const { acr, amr, authTime, issuer, provider, subject } = signed;
  const unbound = { kind: 'unbound', connect: false, interaction: visit.uid } as const;
  const kept = { ...unbound, provider, issuer, subject, acr, amr, authTime };
  await parts.attempts.keepUnbound(kept);
  sendTo(visit.response, `${visit.base}/external`);
}

/** The answer as the provider gave it. */
function withoutOurs(query: URLSearchParams): URLSearchParams {
  const answer = new URLSearchParams(query);
  answer.delete('idp');
  return answer;
}

async function showUnbound(parts: ExternalRouteParts, visit: InteractionVisit): Promise<void> {
  const pending = await parts.attempts.findUnbound(visit.uid);
  const config = parts.idps.get(pending?.provider ?? '')?.config;
  if (config === undefined) {
    sendTo(visit.response, visit.base);
    return;
  }
  const { base, formToken, look } = visit;
  const provider = providerLabel(config, look.language);
  const { newPatients } = config;
  visit.show(200, unboundPage(look, { base, formToken, provider, newPatients }));
}

/** Leads to our own login, after which the two are connected; a login there that is not fresh is repeated first. */
async function connect(
  parts: ExternalRouteParts,
  visit: InteractionVisit,
  idp: IdpClient,
  pending: UnboundSignIn,
): Promise<void> {
  if (pending.authTime < parts.clock.now() / 1000 - FRESH_SECONDS)
    return goAway(parts, visit, idp, true);
  await parts.attempts.keepUnbound({ ...pending, connect: true });
  sendTo(visit.response, visit.base);
}

async function beginAccount(
  parts: ExternalRouteParts,
  visit: InteractionVisit,
  pending: UnboundSignIn,
): Promise<void> {
  const rule = registrationRule(parts.registrationsPerHour);
  const answer = await parts.throttle.attempt(rule, parts.address(visit.request));
  if (!answer.allowed) throw authError('AUTH_BUSY', {}, { retryAfter: answer.retryAfter });
  const taken = await parts.attempts.takeUnbound(visit.uid);
  if (taken?.subject !== pending.subject) throw authError('AUTH_SESSION_GONE');
  const origin = requestOrigin(parts.address, visit.request, visit.response);
  const accountId = await parts.bind.newPatient(taken, origin);
  await signIn(parts, visit, accountId, taken);
}

async function signIn(
  { events, provider }: ExternalRouteParts,
  visit: InteractionVisit,
  accountId: string,
  signed: Pick<UnboundSignIn, 'provider' | 'acr' | 'amr' | 'authTime'>,
): Promise<void> {
  await events.signedIn(visit, accountId, signed.provider);
  const { acr, amr, authTime } = signed;
  await provider.interactionFinished(visit.request, visit.response, {
    login: { accountId, acr, amr: [...amr], ts: authTime, remember: true },
    signIn: { authMethod: 'external' },
  });
}

/** An outage or a refusal gets a page that leads back to the other ways to sign in; nobody is locked out by it. */
async function orExplain(
  parts: ExternalRouteParts,
  visit: InteractionVisit,
  idp: IdpClient,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const code = isFhirError(error) ? error.code : '';
    const unavailable = code === 'AUTH_IDP_UNAVAILABLE';
    if (!isFhirError(error) || (!unavailable && code !== 'AUTH_IDP_REFUSED')) throw error;
    const { id } = idp.config;
    parts.log.warn({ event: 'auth.idp.failed', provider: id, code, reason: error.detail });
    if (!unavailable) await parts.events.refused(visit, id);
    const { base, look } = visit;
    const provider = providerLabel(idp.config, look.language);
    visit.show(error.status, elsewhereFailedPage(look, { base, provider, unavailable }));
  }
}
