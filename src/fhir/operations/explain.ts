import { fhirError } from '../../outcome/codes.ts';
import { recordAccess } from '../../storage/repository/judging/deny.ts';
import { type Asked, askedOf } from '../explain/asked.ts';
import {
  type ExplainedCaller,
  explainRequest,
  type FindOperation,
} from '../explain/explain-request.ts';
import { explainedParameters } from '../explain/explained-parameters.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { json } from '../respond.ts';
import type { CoreOperation } from './core-operation.ts';
import { operationParameters, textOfOne } from './operation-parameters.ts';

const NAME = 'explain';
const IDENTITY = /^[A-Z][A-Za-z]{1,63}\/[A-Za-z0-9\-.]{1,64}$/;
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** Longest text of a parameter, in characters. */
const MAX_TEXT = 4_000;

/**
 * `$explain`: which entries of which policies are considered for a request, why each matches or does not, and the filter
 * that comes of it. For those whose policy names it.
 * @param find finds the operations of the host
 */
export function explain(find: FindOperation): CoreOperation {
  return {
    name: NAME,
    system: true,
    get: true,
    permission: 'operation',
    definition: 'https://diga-server.dev/fhir/OperationDefinition/explain',
    documentation: 'Why a request of an identity is allowed, narrowed or denied.',
    handle: (call) => handle(call, find),
  };
}

async function handle(call: FhirCall, find: FindOperation): Promise<FhirResponse> {
  const { services, context, principal } = call;
  const { store } = services;
  const { caller, asked, query } = readRequest(call);
  const explanation = await explainRequest(store, context, caller, asked, find);
  const [type, id] = caller.identity.split('/') as [string, string];
  await recordAccess(store, context, {
    interaction: `operation:${NAME}`,
    rule: principal.policy.operation(NAME) ?? '',
    query,
    ...(services.definitions.isResourceType(type) ? { type, id } : {}),
  });
  return json(200, JSON.stringify(explainedParameters(caller, asked, explanation)));
}

function readRequest({ request, principal, services, context }: FhirCall): {
  readonly caller: ExplainedCaller;
  readonly asked: Asked;
  readonly query: string;
} {
  const parameters = operationParameters(request, NAME);
  const one = (name: string): string | undefined => {
    const text = textOfOne(parameters, name, NAME);
    if (text !== undefined && text.length > MAX_TEXT) throw invalid(`${name} is too long`);
    return text;
  };
  const url = one('url');
  if (url === undefined) throw invalid('url is missing');
  // `GET Observation?code=x` in one text, as it stands in logs.
  const [, verb, rest] = /^([A-Z]+) +(.*)$/.exec(url) ?? [];
  const method = one('method') ?? verb ?? 'GET';
  if (!METHODS.has(method)) throw invalid('method is no HTTP method');
  const asked = askedOf(services.definitions, method, rest ?? url);
  if (asked === undefined) throw invalid('url is not about one resource type or operation');
  const identity = one('identity');
  if (identity !== undefined && !IDENTITY.test(identity)) {
    throw invalid('identity is not a reference such as Practitioner/example');
  }
  const query = `${method} ${rest ?? url}`;
  const own = identity === undefined || identity === principal.reference;
  const from = (name: 'scope' | 'acr', value: string | undefined) =>
    one(name) ?? (own ? value : undefined);
  const scope = from('scope', principal.scope);
  const acr = from('acr', principal.acr);
  const address = one('address') ?? (own ? context.network : undefined);
  return {
    caller: {
      identity: identity ?? principal.reference,
      ...(scope === undefined ? {} : { scope }),
      ...(acr === undefined ? {} : { acr }),
      ...(address === undefined ? {} : { address }),
    },
    asked,
    query,
  };
}

function invalid(reason: string): Error {
  return fhirError('OPERATION_INVALID_PARAMETERS', { operation: NAME, reason });
}
