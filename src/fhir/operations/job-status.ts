import type {
  AsyncJob,
  OperationOutcome,
  Parameters,
  ParametersParameter,
} from '@medplum/fhirtypes';
import { resourceScopes } from '../../access/scopes.ts';
import type { BotRun } from '../../bots/runs/bot-run.ts';
import { cancelRun } from '../../bots/runs/run-later.ts';
import { readRun } from '../../bots/runs/run-store.ts';
import { fhirError } from '../../outcome/codes.ts';
import { recordAccess } from '../../storage/repository/judging/deny.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { json, outcome, successOutcome } from '../respond.ts';

/** Seconds after which asking again makes sense. */
const RETRY_AFTER = 1;

const STATUS = {
  active: 'active',
  completed: 'completed',
  error: 'error',
  cancelled: 'cancelled',
} as const satisfies Record<BotRun['status'], AsyncJob['status']>;

/**
 * `GET job/[id]/status`: a run that answers later, as Medplum's AsyncJob: 202 until it has ended. It exists for the
 * identity and client that started it, under the same scopes, and for nobody else.
 * @throws FhirError `BOT_RUN_UNKNOWN`
 * @see https://www.medplum.com/docs/api/fhir/medplum/asyncjob
 */
export async function jobStatus(call: FhirCall, id: string): Promise<FhirResponse> {
  const run = await ownRun(call, id);
  const { store } = call.services;
  const active = run.status === 'active';
  if (!active) {
    await recordAccess(store, call.context, {
      interaction: 'operation:execute',
      type: 'Bot',
      id: run.bot,
      detail: `Result of job/${id} read`,
    });
  }
  const job: AsyncJob = {
    resourceType: 'AsyncJob',
    id,
    status: STATUS[run.status],
    requestTime: run.requested,
    request: run.request ?? '',
    ...(run.finished === null ? {} : { transactionTime: run.finished }),
    ...(active ? {} : { output: outputOf(call, run) }),
  };
  return json(
    active ? 202 : 200,
    JSON.stringify(job),
    active ? { 'Retry-After': String(RETRY_AFTER) } : {},
  );
}

/** `DELETE job/[id]/status`: ends a run that answers later. @throws FhirError `BOT_RUN_UNKNOWN` */
export async function cancelJob(call: FhirCall, id: string): Promise<FhirResponse> {
  const { bot } = await ownRun(call, id);
  const { store } = call.services;
  await cancelRun(store, id);
  await recordAccess(store, call.context, {
    interaction: 'operation:execute',
    type: 'Bot',
    id: bot,
    detail: `Cancelled job/${id}`,
  });
  return outcome(202, successOutcome('SUCCESSFUL_DELETE', 'The run has been cancelled'));
}

async function ownRun({ services, principal }: FhirCall, id: string): Promise<BotRun> {
  const run = await readRun(services.store.database, id);
  const own =
    run?.trigger === 'async' &&
    run.claims?.reference === principal.reference &&
    run.claims.token?.clientId === principal.clientId &&
    scopesOf(run.claims.token?.scope) === scopesOf(principal.scope);
  if (!own) throw fhirError('BOT_RUN_UNKNOWN');
  return run;
}

function scopesOf(scope = ''): string {
  return resourceScopes(scope).join(' ');
}

/** What came out, in the shape of Medplum: `responseBody`, and the OperationOutcome of a failure. */
function outputOf({ principal }: FhirCall, run: BotRun): Parameters {
  if (run.output !== null) {
    return { resourceType: 'Parameters', parameter: [bodyOf(JSON.parse(run.output))] };
  }
  const shown =
    principal.policy.operation('runs') !== undefined && run.log !== null && run.log !== '';
  const failure: OperationOutcome = {
    resourceType: 'OperationOutcome',
    issue: [
      {
        severity: 'error',
        code: 'exception',
        details: { text: run.reason ?? 'The run was cancelled' },
        ...(shown ? { diagnostics: run.log } : {}),
      },
    ],
  };
  return { resourceType: 'Parameters', parameter: [{ name: 'outcome', resource: failure }] };
}

function bodyOf(output: unknown): ParametersParameter {
  const name = 'responseBody';
  if (typeof output === 'object' && output !== null && 'resourceType' in output)
    return { name, resource: output as OperationOutcome };
  if (typeof output === 'string') return { name, valueString: output };
  if (typeof output === 'boolean') return { name, valueBoolean: output };
  if (typeof output === 'number' && Number.isFinite(output)) return { name, valueDecimal: output };
  return { name, valueString: JSON.stringify(output) };
}
