import type { OperationOutcome, OperationOutcomeIssue } from '@medplum/fhirtypes';
import type { Principal } from '../../access/principal.ts';
import { recordAccess } from '../../storage/repository/judging/deny.ts';
import type { FhirCall, FhirRequest, FhirResponse } from '../request.ts';
import type { Route } from '../route.ts';
import { askedOfRoute } from './asked.ts';
import { findCoreOperation } from '../operations/core-operations.ts';
import { type ExplainedCaller, explainRequest } from './explain-request.ts';

/** Longest value of the header, in characters. */
const MAX_HEADER = 2_000;

/** Entries that an OperationOutcome tells of. */
const MAX_ISSUES = 200;

/** True for a request with `X-Explain: true` whose caller may ask for explanations; the header of others is ignored. */
export function wantsExplanation(
  { policy }: Pick<Principal, 'policy'>,
  { headers }: Pick<FhirRequest, 'headers'>,
): boolean {
  return headers['x-explain'] === 'true' && policy.operation('explain') !== undefined;
}

/** The answer with the rules under which its accesses stand on the ledger, in the header `X-Explain-Rule`. */
export function withRules(answer: FhirResponse, recorded: readonly string[]): FhirResponse {
  const rules = [...new Set(recorded.flatMap((rule) => rule.split('|')))].filter(
    (rule) => rule !== '',
  );
  if (rules.length === 0) return answer;
  let text = '';
  for (const rule of rules) {
    const next = text === '' ? rule : `${text}, ${rule}`;
    if (next.length > MAX_HEADER) break;
    text = next;
  }
  return { ...answer, headers: { ...answer.headers, 'X-Explain-Rule': text } };
}

/** A denial with an issue for each entry of the caller's policies that was considered. It is on record as an explanation. */
export async function withEntries(
  { services, context, principal }: FhirCall,
  { query }: FhirRequest,
  found: Route | undefined,
  answer: FhirResponse,
): Promise<FhirResponse> {
  const denied = answer.status === 403 || answer.status === 401;
  const asked = found === undefined || !denied ? undefined : askedOfRoute(found, query);
  if (asked === undefined || answer.body === undefined) return answer;
  const { scope, acr } = principal;
  const caller: ExplainedCaller = {
    identity: principal.reference,
    ...(scope === undefined ? {} : { scope }),
    ...(acr === undefined ? {} : { acr }),
    ...(context.network === undefined ? {} : { address: context.network }),
  };
  // What the request was about is not asked of any resource: a denial never depends on one.
  const { id: _, ...general } = asked;
  const { entries, policies } = await explainRequest(
    services.store,
    context,
    caller,
    general,
    findCoreOperation,
  );
  await recordAccess(services.store, context, {
    interaction: 'operation:explain',
    rule: principal.policy.operation('explain') ?? '',
  });
  const outcome = JSON.parse(answer.body) as OperationOutcome;
  const told = [
    ...policies.flatMap(({ role, rests }) =>
      rests === undefined ? [] : [issue(`AccessPolicy/${role}: does not hold: ${rests}`)],
    ),
    ...entries.map(({ rule, reason }) => issue(`${rule}: ${reason}`)),
  ];
  const body = JSON.stringify({
    ...outcome,
    issue: [...outcome.issue, ...told.slice(0, MAX_ISSUES)],
  });
  return { ...answer, body };
}

function issue(text: string): OperationOutcomeIssue {
  return { severity: 'information', code: 'informational', details: { text } };
}
