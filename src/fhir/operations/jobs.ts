import type { ParametersParameter } from '@medplum/fhirtypes';
import { recordAccess } from '../../storage/repository/judging/deny.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { parametersAnswer } from './checkpoint-parameters.ts';
import type { CoreOperation } from './core-operation.ts';

/** Failures that are named; how many there are stands in the count. */
const MAX_FAILURES = 100;

/**
 * `$jobs`: how much work waits in each queue over all nodes, and which jobs failed for good. It shows no payload, so no
 * patient.
 */
export const jobs: CoreOperation = {
  name: 'jobs',
  system: true,
  get: true,
  permission: 'operation',
  definition: 'https://diga-server.dev/fhir/OperationDefinition/jobs',
  documentation: 'How much work waits in the queues, and which jobs failed.',
  handle,
};

async function handle({ services, context, principal }: FhirCall): Promise<FhirResponse> {
  const queues = await services.jobs(MAX_FAILURES);
  await recordAccess(services.store, context, {
    interaction: `operation:${jobs.name}`,
    rule: principal.policy.operation(jobs.name) ?? '',
  });
  const counts = queues.map(({ queue, statistics }): ParametersParameter => {
    const { waiting, delayed, running, failed, lag } = statistics;
    return {
      name: 'queue',
      part: [
        { name: 'name', valueString: queue },
        { name: 'waiting', valueInteger: waiting },
        { name: 'delayed', valueInteger: delayed },
        { name: 'running', valueInteger: running },
        { name: 'failed', valueInteger: failed },
        { name: 'lag', valueDecimal: Math.round(lag * 10) / 10 },
      ],
    };
  });
  const failures = queues.flatMap(({ queue, failures: failed }) =>
    failed.map(({ id, name, attempts, failedAt, error }) => ({
      name: 'failure',
      part: [
        { name: 'queue', valueString: queue },
        { name: 'id', valueString: id },
        { name: 'name', valueString: name },
        { name: 'attempts', valueInteger: attempts },
        { name: 'failed', valueInstant: failedAt.toISOString() },
        ...(error === null ? [] : [{ name: 'error', valueString: error }]),
      ],
    })),
  );
  return parametersAnswer([...counts, ...failures]);
}
