import { parseQuery } from '../../search/parse-query.ts';
import { fhirError } from '../../outcome/codes.ts';
import { parameterValue, parametersBody } from '../parameters-body.ts';
import type { FhirRequest } from '../request.ts';

/** One parameter of an operation. */
export interface OperationParameter {
  readonly name: string;
  /** The value as text where it is a primitive or a reference. */
  readonly text?: string;
  /** Value of a complex type, or the resource. */
  readonly value?: unknown;
}

/**
 * The parameters of an operation: of the query, and of the Parameters resource that a POST brings.
 * @throws FhirError `OPERATION_INVALID_PARAMETERS`
 * @see https://hl7.org/fhir/R4/operations.html#executing
 */
export function operationParameters(
  request: FhirRequest,
  operation: string,
): readonly OperationParameter[] {
  const query = parseQuery(request.query)
    .filter(([, value]) => value !== '')
    .map(([name, text]) => ({ name, text }));
  const given = parametersBody(request, operation).map((parameter): OperationParameter => {
    const value = parameterValue(parameter);
    const text = textOf(value);
    return { name: parameter.name, ...(text === undefined ? { value } : { text }) };
  });
  return [...query, ...given];
}

/** The texts of a parameter, in their order. */
export function textsOf(
  parameters: readonly OperationParameter[],
  name: string,
): readonly string[] {
  return parameters.flatMap((parameter) =>
    parameter.name === name && parameter.text !== undefined ? [parameter.text] : [],
  );
}

/**
 * The only text of a parameter, or undefined where it is not given.
 * @throws FhirError `OPERATION_INVALID_PARAMETERS` where it is given more than once
 */
export function textOfOne(
  parameters: readonly OperationParameter[],
  name: string,
  operation: string,
): string | undefined {
  const texts = textsOf(parameters, name);
  if (texts.length > 1) {
    const reason = `${name} is given more than once`;
    throw fhirError('OPERATION_INVALID_PARAMETERS', { operation, reason });
  }
  return texts[0];
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const reference = (value as { reference?: unknown } | undefined)?.reference;
  return typeof reference === 'string' ? reference : undefined;
}
