import type { OperationOutcome } from '@medplum/fhirtypes';
import { checkStockPolicy } from '../../access/stock/check-stock-policy.ts';
import type { StockFinding } from '../../access/stock/stock-finding.ts';
import { recordAccess } from '../../storage/repository/judging/deny.ts';
import { parameterValue, parametersOf } from '../parameters-body.ts';
import { readJson } from '../read-body.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { outcome } from '../respond.ts';
import type { CoreOperation } from './core-operation.ts';

const NAME = 'check';

/**
 * `AccessPolicy/$check`: what becomes here of an AccessPolicy of a stock Medplum server. What is wrong with it is the
 * content of the answer, so that is 200.
 */
export const check: CoreOperation = {
  name: NAME,
  types: ['AccessPolicy'],
  permission: 'operation',
  definition: 'https://diga-server.dev/fhir/OperationDefinition/AccessPolicy-check',
  documentation: 'What an AccessPolicy of a stock Medplum server means here.',
  handle,
};

const SEVERITY = {
  holds: ['information', 'informational'],
  differs: ['warning', 'business-rule'],
  refused: ['error', 'not-supported'],
} as const satisfies Record<StockFinding['level'], readonly [string, string]>;

async function handle({ services, context, request, principal }: FhirCall): Promise<FhirResponse> {
  const body = readJson(request).value;
  const isParameters = (body as { resourceType?: unknown } | null)?.resourceType === 'Parameters';
  const given = isParameters
    ? parametersOf(body, NAME).find(({ name }) => name === 'resource')
    : undefined;
  const policy = given === undefined ? body : parameterValue(given);
  const findings = checkStockPolicy(services.definitions, policy);
  await recordAccess(services.store, context, {
    interaction: `operation:${NAME}`,
    rule: principal.policy.operation(NAME) ?? '',
    type: 'AccessPolicy',
  });
  const resource: OperationOutcome = {
    resourceType: 'OperationOutcome',
    issue: findings.map(({ level, path, text }) => ({
      severity: SEVERITY[level][0],
      code: SEVERITY[level][1],
      details: { text },
      ...(path === undefined ? {} : { expression: [`AccessPolicy.${path}`] }),
    })),
  };
  return outcome(200, resource);
}
