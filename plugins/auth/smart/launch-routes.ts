import type { Provider } from 'oidc-provider';
import type { PluginHost, PluginRepository } from '../../../src/plugin/sdk.ts';
import { authError } from '../errors.ts';
import type { Identities } from '../identities/identities.ts';
import type { RequestOrigin } from '../oidc/request-origin.ts';
import { formBody } from '../pages/form-body.ts';
import {
  accountOf,
  type InteractionHandler,
  type InteractionVisit,
} from '../pages/interaction/interaction-visit.ts';
import { assertOwnForm } from '../pages/own-form.ts';
import { type Choice, encounterChoices, patientChoices } from './choices.ts';
import type { LaunchContext } from './launch-context.ts';
import { launchPage } from './launch-page.ts';
import { launchDetails } from './launch-prompt.ts';

export interface LaunchRouteParts {
  readonly provider: Pick<Provider, 'interactionFinished'>;
  readonly identities: Identities;
  readonly origin: string;
  /** Data access of who is signing in. */
  readonly asIdentity: PluginHost['asIdentity'];
  readonly requestOrigin: (visit: InteractionVisit) => RequestOrigin;
}

/** What there is to choose, and as whom. */
interface Choosing {
  readonly repository: PluginRepository;
  readonly missing: 'patient' | 'encounter';
  readonly known: Pick<LaunchContext, 'patient' | 'encounter'>;
}

/**
 * The page on which it is chosen what an app is about. Searches and choices are made as who is signing in, so that nobody
 * finds or chooses what they may not see.
 */
export function launchRoutes(
  parts: LaunchRouteParts,
): Readonly<Record<string, InteractionHandler>> {
  return {
    'GET ': async (visit) => show(visit, await choosing(parts, visit), '', false),
    'POST /launch': async (visit) => {
      const { request, response } = visit;
      const fields = await formBody(request);
      assertOwnForm(request, parts.origin, visit.token, fields.get('form_token'));
      const asked = await choosing(parts, visit);
      const wanted = fields.get('wanted');
      if (wanted !== undefined) return show(visit, asked, wanted, false);
      const launch = await accepted(asked, fields.get('choice') ?? '');
      if (launch === undefined) return show(visit, asked, '', true);
      const merged = { mergeWithLastSubmission: true };
      await parts.provider.interactionFinished(request, response, { launch }, merged);
    },
  };
}

async function choosing(parts: LaunchRouteParts, visit: InteractionVisit): Promise<Choosing> {
  const { profile, membershipId, missing, known } = launchDetails(visit.interaction.prompt.details);
  const all = await parts.identities.of(accountOf(visit));
  // Between two requests the identity may have been taken away.
  if (!all.some((identity) => identity.membershipId === membershipId)) {
    throw authError('AUTH_SESSION_GONE');
  }
  const acr = visit.interaction.lastSubmission?.login?.acr ?? visit.interaction.session?.acr;
  const { network, requestId = visit.uid } = parts.requestOrigin(visit);
  const repository = await parts.asIdentity(
    { profile, clientId: visit.clientId, scope: '', ...(acr === undefined ? {} : { acr }) },
    { requestId, ...(network === undefined ? {} : { network }) },
  );
  return { repository, missing, known };
}

async function show(
  visit: InteractionVisit,
  { repository, missing, known }: Choosing,
  wanted: string,
  fault: boolean,
): Promise<void> {
  const choices: readonly Choice[] =
    missing === 'encounter' && known.patient !== undefined
      ? await encounterChoices(repository, known.patient)
      : await patientChoices(repository, wanted);
  const { base, formToken, look } = visit;
  const view = { base, formToken, kind: missing, choices, wanted, missing: fault };
  visit.show(fault ? 422 : 200, launchPage(look, view));
}

async function accepted(
  { repository, missing, known }: Choosing,
  choice: string,
): Promise<Choosing['known'] | undefined> {
  const [type, id = ''] = choice.split('/');
  if (!/^[A-Za-z0-9.-]{1,64}$/.test(id)) return undefined;
  if (missing === 'patient') {
    const found = type === 'Patient' ? await repository.search('Patient', `_id=${id}`) : [];
    return found.length === 1 ? { patient: choice } : undefined;
  }
  const { patient = '' } = known;
  const query = `_id=${id}&patient=${encodeURIComponent(patient)}`;
  const found = type === 'Encounter' ? await repository.search('Encounter', query) : [];
  return found.length === 1 ? { ...known, encounter: choice } : undefined;
}
