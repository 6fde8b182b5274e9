import { Refusal } from '../../storage/repository/writing/refusal.ts';
import { FhirError, isFhirError } from '../../outcome/fhir-error.ts';

/** Says in the issues of an error which entry of the Bundle it is about; what is no coded error is returned as it is. */
export function atEntry(error: unknown, index: number): unknown {
  if (error instanceof Refusal)
    return new Refusal(error.access, atEntry(error.error, index) as FhirError);
  if (!isFhirError(error)) return error;
  const issues = error.outcome.issue.map((issue) => ({
    ...issue,
    expression: (issue.expression ?? ['']).map((path) =>
      path === ''
        ? `Bundle.entry[${String(index)}]`
        : `Bundle.entry[${String(index)}].resource.${path.replace(/^\w+\.?/, '')}`,
    ),
  }));
  const definition = { status: error.status, issue: 'processing' as const, text: '' };
  return new FhirError(error.code, definition, error.message, {
    cause: error,
    issues,
    headers: error.headers,
    ...(error.retryAfter === undefined ? {} : { retryAfter: error.retryAfter }),
  });
}
