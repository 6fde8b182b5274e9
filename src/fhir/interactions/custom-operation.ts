import { operationDenied } from '../../access/denied.ts';
import { searchCurrent } from '../../storage/repository/reading/system-read.ts';
import { refuse } from '../../storage/repository/judging/deny.ts';
import type { ClinicalStore } from '../../storage/clinical-store.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import type { Route } from '../route.ts';
import { runBot } from './run-bot.ts';

/** Extension of OperationDefinition that names the bot behind it. */
const IMPLEMENTATION =
  'https://medplum.com/fhir/StructureDefinition/operationDefinition-implementation';

type OperationRoute = Extract<Route, { kind: 'operation' }>;

interface Definition {
  readonly status?: string;
  readonly code?: string;
  readonly affectsState?: boolean;
  readonly system?: boolean;
  readonly type?: boolean;
  readonly instance?: boolean;
  readonly resource?: readonly string[];
  readonly extension?: readonly {
    readonly url: string;
    readonly valueReference?: { readonly reference?: string };
  }[];
}

/**
 * An operation that an active OperationDefinition gives to a bot. The caller needs a policy that names the operation.
 * Operations of the server and of its plugins come first.
 * @returns undefined where no OperationDefinition does
 * @throws FhirError `ACCESS_OPERATION_DENIED`, `BOT_*`
 * @see https://www.medplum.com/docs/bots/custom-fhir-operations
 */
export async function customOperation(
  call: FhirCall,
  route: OperationRoute,
): Promise<FhirResponse | undefined> {
  const { services, principal, context } = call;
  const { store } = services;
  const bot = await implementation(store, route, call.request.method !== 'POST');
  if (bot === undefined) return undefined;
  const { name, type, id } = route;
  const access = {
    interaction: `operation:${name}`,
    ...(type === undefined ? {} : { type }),
    ...(id === undefined ? {} : { id }),
  };
  const rule = principal.policy.operation(name);
  if (rule === undefined) return refuse(store, context, access, operationDenied(principal, name));
  return runBot(call, { bot, trigger: 'operation', access: { ...access, rule } });
}

async function implementation(
  store: ClinicalStore,
  { name, type, id }: OperationRoute,
  reads: boolean,
): Promise<string | undefined> {
  if (!/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(name)) return undefined;
  const where = { kind: 'token', param: 'code', code: name } as const;
  for (const resource of await searchCurrent(store, 'OperationDefinition', where)) {
    const definition = resource as unknown as Definition;
    if (definition.status !== 'active' || definition.code !== name) continue;
    // By GET only what says that it changes nothing.
    if (reads && definition.affectsState !== false) continue;
    if (!offeredAt(definition, type, id)) continue;
    const extension = definition.extension?.find(({ url }) => url === IMPLEMENTATION);
    const bot = /^Bot\/([A-Za-z0-9\-.]{1,64})$/.exec(extension?.valueReference?.reference ?? '');
    if (bot?.[1] !== undefined) return bot[1];
  }
  return undefined;
}

function offeredAt(
  definition: Definition,
  type: string | undefined,
  id: string | undefined,
): boolean {
  if (type === undefined) return definition.system === true;
  const { resource = [] } = definition;
  if (resource.length > 0 && !resource.includes(type) && !resource.includes('Resource'))
    return false;
  return id === undefined ? definition.type === true : definition.instance === true;
}
