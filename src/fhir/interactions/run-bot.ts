import { claimsOf } from '../../access/principal.ts';
import type { RunTrigger } from '../../bots/runs/bot-run.ts';
import { RunLog } from '../../bots/runs/run-log.ts';
import { fhirError } from '../../outcome/codes.ts';
import { isFhirError } from '../../outcome/fhir-error.ts';
import type { Access } from '../../storage/access-context.ts';
import { recordAccess, refuse } from '../../storage/repository/judging/deny.ts';
import { wantsAsync } from '../operations/respond-async.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { outcome, successOutcome } from '../respond.ts';
import { botAnswer, readBotCall } from './bot-call.ts';

/** How a caller runs a bot. */
export interface BotCall {
  readonly bot: string;
  readonly trigger: RunTrigger;
  /** What stands on the ledger of the caller's part in it. */
  readonly access: Access;
  /** What stood behind `$execute` in the path. */
  readonly path?: string;
}

/**
 * Runs a bot for a caller who may: at once, or later where the caller prefers so. Why a bot failed is told to those whose
 * policy names the operation `runs`, who could read it there.
 * @throws FhirError `BOT_*`, `SERVER_BUSY`
 */
export async function runBot(call: FhirCall, asked: BotCall): Promise<FhirResponse> {
  const { services, request, principal, context } = call;
  const { store, bots } = services;
  const { bot, access } = asked;
  const found = await bots.find(bot);
  const read = readBotCall(request, found?.rawBody === true);
  const kept = asked.path === undefined ? read : { ...read, path: asked.path };
  if (wantsAsync(request)) return startLater(call, asked, kept);
  const log = new RunLog();
  try {
    const { input, ...rest } = kept;
    const output = await bots.execute(bot, input, {
      ...rest,
      requester: principal.reference,
      runAs: claimsOf(principal),
      signal: request.signal,
      trigger: asked.trigger,
      logged: log.add,
    });
    await recordAccess(store, context, access);
    return botAnswer(output);
  } catch (error) {
    if (!isFhirError(error)) throw error;
    const shown = principal.policy.operation('runs') !== undefined && log.text !== '';
    const told =
      shown && (error.code === 'BOT_FAILED' || error.code === 'BOT_TIMEOUT')
        ? fhirError(error.code, { bot, seconds: '' }, { cause: error, issues: withLog(error, log) })
        : error;
    return refuse(store, context, { ...access, outcome: 4 }, told);
  }
}

type Issues = NonNullable<NonNullable<Parameters<typeof fhirError>[2]>['issues']>;

function withLog(error: { readonly outcome: { readonly issue: Issues } }, log: RunLog): Issues {
  return error.outcome.issue.map((issue) => ({ ...issue, diagnostics: log.text }));
}

async function startLater(
  { services, request, context }: FhirCall,
  { bot, access }: BotCall,
  kept: Parameters<typeof services.bots.start>[2],
): Promise<FhirResponse> {
  const query = request.query === '' ? '' : `?${request.query}`;
  const url = `${request.base}/${request.askedPath ?? request.path}${query}`;
  const id = await services.bots.start(context, bot, kept, url);
  await recordAccess(services.store, context, { ...access, detail: `Started as job/${id}` });
  const text = 'The run has been accepted; its status is at the Content-Location';
  return outcome(202, successOutcome('SUCCESSFUL_CREATE', text), {
    'Content-Location': `${request.base}/job/${id}/status`,
  });
}
