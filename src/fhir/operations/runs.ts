import type { AuditEvent, Bundle } from '@medplum/fhirtypes';
import type { BotRun } from '../../bots/runs/bot-run.ts';
import { runsOf } from '../../bots/runs/run-store.ts';
import { fhirError } from '../../outcome/codes.ts';
import { recordAccess } from '../../storage/repository/judging/deny.ts';
import { readResource } from '../../storage/repository/reading/read.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { json } from '../respond.ts';
import type { CoreOperation } from './core-operation.ts';
import { operationParameters, textOfOne } from './operation-parameters.ts';

const NAME = 'runs';

/** Runs on a page: where the caller names no number, and at most. */
const DEFAULT_COUNT = 20;
const MAX_COUNT = 200;

/**
 * `GET Bot/[id]/$runs`: the runs of a bot, newest first, each as Medplum's AuditEvent of a run, with what it printed as
 * `outcomeDesc`. A bot may print what it should not, so the policy has to name the operation.
 * @see https://www.medplum.com/docs/bots/bot-basics
 */
export const runs: CoreOperation = {
  name: NAME,
  instances: ['Bot'],
  get: true,
  permission: 'operation',
  definition: 'https://diga-server.dev/fhir/OperationDefinition/runs',
  documentation: 'The runs of a bot, with their outcomes and what they printed.',
  handle: (call, { id = '' }) => handle(call, id),
};

async function handle(call: FhirCall, id: string): Promise<FhirResponse> {
  const { services, request, context, principal } = call;
  const { store } = services;
  await readResource(store, context, 'Bot', id);
  const parameters = operationParameters(request, NAME);
  const count = Number(textOfOne(parameters, '_count', NAME) ?? DEFAULT_COUNT);
  if (!Number.isInteger(count) || count < 1 || count > MAX_COUNT)
    throw fhirError('OPERATION_INVALID_PARAMETERS', {
      operation: NAME,
      reason: `_count is 1 to ${String(MAX_COUNT)}`,
    });
  const before = textOfOne(parameters, 'before', NAME);
  const found = await runsOf(store.database, id, count + 1, before);
  const page = found.slice(0, count);
  await recordAccess(store, context, {
    interaction: `operation:${NAME}`,
    type: 'Bot',
    id,
    rule: principal.policy.operation(NAME) ?? '',
  });
  const last = page.at(-1);
  const next =
    found.length > page.length && last !== undefined
      ? `${request.base}/Bot/${id}/$${NAME}?_count=${String(count)}&before=${last.id}`
      : undefined;
  const bundle: Bundle<AuditEvent> = {
    resourceType: 'Bundle',
    type: 'collection',
    ...(next === undefined ? {} : { link: [{ relation: 'next', url: next }] }),
    ...(page.length === 0 ? {} : { entry: page.map((run) => ({ resource: eventOf(run) })) }),
  };
  return json(200, JSON.stringify(bundle));
}

function eventOf(run: BotRun): AuditEvent {
  const { id, bot, trigger, requester, status, requested, finished, reason, log } = run;
  const reference = `Bot/${bot}`;
  const described = [log, reason].filter(Boolean).join('\n');
  return {
    resourceType: 'AuditEvent',
    id,
    type: { system: 'https://medplum.com/CodeSystem/audit-event', code: 'execute' },
    subtype: [{ system: 'https://diga-server.dev/fhir/CodeSystem/bot-trigger', code: trigger }],
    action: 'E',
    period: { start: requested, ...(finished === null ? {} : { end: finished }) },
    recorded: finished ?? requested,
    ...(status === 'active' ? {} : { outcome: status === 'completed' ? '0' : '4' }),
    ...(described === '' ? {} : { outcomeDesc: described }),
    agent: [
      {
        who: requester === null ? { reference } : { reference: requester },
        requestor: requester !== null,
      },
    ],
    source: { observer: { reference: reference } },
    entity: [
      {
        what: { reference },
        type: { system: 'http://terminology.hl7.org/CodeSystem/audit-entity-type', code: '2' },
        role: { system: 'http://terminology.hl7.org/CodeSystem/object-role', code: '9' },
      },
    ],
  };
}
