import type { OperationOutcome, Parameters } from '@medplum/fhirtypes';
import type { OperationResult } from '../../../../src/plugin/sdk.ts';
import { isFhirError } from '../../../../src/plugin/sdk.ts';

/** Values of an answer by parameter name. */
export function valuesOf({ resource }: OperationResult): Record<string, unknown> {
  const { parameter = [] } = resource as Parameters;
  return Object.fromEntries(
    parameter.map(({ name, resource: inner, ...value }) => [
      name,
      inner ?? Object.values(value)[0],
    ]),
  );
}

/** Code of the outcome inside a pending answer. */
export function pendingCode(result: OperationResult): string | undefined {
  const outcome = valuesOf(result)['outcome'] as OperationOutcome | undefined;
  return outcome?.issue[0]?.details?.coding?.[0]?.code;
}

/** Code of the error that a call ends with; `none` when it does not. */
export async function errorCode(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'none';
  } catch (error) {
    if (isFhirError(error)) return error.code;
    throw error;
  }
}
