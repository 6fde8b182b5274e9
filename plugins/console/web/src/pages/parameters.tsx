import type { Parameters, ParametersParameter } from '@medplum/fhirtypes';

/** Value of a parameter, as text. */
export function textOf(parameter: ParametersParameter | undefined): string | undefined {
  if (parameter === undefined) return undefined;
  const {
    valueString,
    valueCode,
    valueInteger,
    valueDecimal,
    valueBoolean,
    valueInstant,
    valueReference,
  } = parameter;
  const value =
    valueString ??
    valueCode ??
    valueInteger ??
    valueDecimal ??
    valueBoolean ??
    valueInstant ??
    valueReference?.reference;
  return value === undefined ? undefined : String(value);
}

/** Parameters of a name. */
export function named(
  parameters: Parameters | ParametersParameter | undefined,
  name: string,
): readonly ParametersParameter[] {
  if (parameters === undefined) return [];
  const list = 'resourceType' in parameters ? parameters.parameter : parameters.part;
  return (list ?? []).filter((one) => one.name === name);
}

/** Text of the first parameter of a name. */
export function oneText(
  parameters: Parameters | ParametersParameter | undefined,
  name: string,
): string | undefined {
  return textOf(named(parameters, name)[0]);
}
