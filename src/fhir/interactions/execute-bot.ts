import { operationDenied } from '../../access/denied.ts';
import { fhirError } from '../../outcome/codes.ts';
import { parseQuery } from '../../search/parse-query.ts';
import { parseSearch } from '../../search/parse.ts';
import { readResource } from '../../storage/repository/reading/read.ts';
import { refuse } from '../../storage/repository/judging/deny.ts';
import { searchResources } from '../../storage/repository/searching/search.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { runBot } from './run-bot.ts';

/** Where a bot is executed: by its id, or by an identifier in the query; with what stands behind it in the path. */
export interface ExecuteTarget {
  readonly id?: string;
  readonly path?: string;
}

const NAME = 'execute';

/**
 * `Bot/[id]/$execute` and `Bot/$execute?identifier=`: runs a bot and answers with what it returns. The caller needs a policy
 * that shows the Bot and allows the operation `execute`; the bot itself acts under its own policy, not under the caller's.
 * @throws FhirError `ACCESS_OPERATION_DENIED`, `FHIR_NOT_FOUND`, `BOT_*`
 * @see https://www.medplum.com/docs/api/fhir/operations/bot-execute
 */
export async function executeBot(
  call: FhirCall,
  { id, path }: ExecuteTarget,
): Promise<FhirResponse> {
  const { services, principal, context } = call;
  const { store } = services;
  const access = {
    interaction: `operation:${NAME}`,
    type: 'Bot',
    ...(id === undefined ? {} : { id }),
  };
  const rule = principal.policy.operation(NAME);
  if (rule === undefined) {
    return refuse(store, context, access, operationDenied(principal, NAME));
  }
  const bot = id ?? (await identified(call));
  await readResource(store, context, 'Bot', bot);
  return runBot(call, {
    bot,
    trigger: 'execute',
    access: { ...access, id: bot, rule },
    ...(path === undefined ? {} : { path }),
  });
}

/** The one Bot of the identifier, among those that the caller sees. */
async function identified({ services, request, context }: FhirCall): Promise<string> {
  const [, identifier] = parseQuery(request.query).find(([name]) => name === 'identifier') ?? [];
  const invalid = (reason: string): Error =>
    fhirError('OPERATION_INVALID_PARAMETERS', { operation: NAME, reason });
  if (identifier === undefined || identifier === '')
    throw invalid('identifier is expected, or the id of the Bot in the path');
  const search = parseSearch(services.definitions, 'Bot', [['identifier', identifier]], {
    defaultCount: 2,
    maxCount: 2,
  });
  const { entries } = await searchResources(services.store, context, search);
  const [found, other] = entries;
  if (found === undefined) throw fhirError('FHIR_NOT_FOUND', { reference: 'Bot' });
  if (other !== undefined) throw invalid('several Bots have this identifier');
  return found.id;
}
