import type { CodeableConcept, Coding, Resource } from '@medplum/fhirtypes';
import { fhirError } from '../outcome/codes.ts';
import { mediaType, readJson } from '../fhir/read-body.ts';
import { parametersOf, parameterValue } from '../fhir/parameters-body.ts';
import type { FhirRequest } from '../fhir/request.ts';
import { parseQuery } from '../search/parse-query.ts';

/** What a parameter holds; everything but Coding, CodeableConcept and resources can stand in a URL. */
export type ParameterKind =
  | 'string'
  | 'boolean'
  | 'integer'
  | 'Coding'
  | 'CodeableConcept'
  | 'resource';

/** Input parameters of an operation, by name. */
export type ParameterKinds = Readonly<Record<string, ParameterKind>>;

/** The input of one call. */
export interface OperationInput {
  string(name: string): string | undefined;
  strings(name: string): readonly string[];
  boolean(name: string): boolean | undefined;
  integer(name: string): number | undefined;
  coding(name: string): Coding | undefined;
  codeableConcept(name: string): CodeableConcept | undefined;
  resource(name: string): Resource | undefined;
}

/** Parameters at most. */
const MAX_INPUT = 200;
const TOO_MANY = `it has more than ${String(MAX_INPUT)} parameters`;
const MAX_TEXT = 2_048;

/**
 * Reads the input of an operation: the query, and with POST the Parameters resource of the body. Parameters that the
 * operation does not have are refused, since what they were meant to say would be lost; those that begin with an
 * underscore concern the answer and are not looked at.
 * @param body name of the parameter that the body may be by itself, without a Parameters around it
 * @throws FhirError `OPERATION_INVALID_PARAMETERS`, `SEARCH_INVALID_CONTROL`, and those of the body
 * @see https://hl7.org/fhir/R4/operations.html#request
 */
export function readInput(
  request: FhirRequest,
  operation: string,
  kinds: ParameterKinds,
  body?: string,
): OperationInput {
  const refuse = (reason: string): Error =>
    fhirError('OPERATION_INVALID_PARAMETERS', { operation, reason });
  const values = new Map<string, unknown[]>();
  const set = (name: string, value: unknown): void => {
    const kind = kinds[name];
    if (kind === undefined || !Object.hasOwn(kinds, name)) {
      if (name.startsWith('_')) return;
      throw refuse(`there is no parameter "${name.slice(0, 64)}"`);
    }
    if (!fits(kind, value)) throw refuse(`"${name}" is no ${kind}`);
    values.set(name, [...(values.get(name) ?? []), value]);
  };
  const query = parseQuery(request.query);
  if (query.length > MAX_INPUT) throw refuse(TOO_MANY);
  for (const [name, text] of query) set(name, fromText(kinds[name], text));
  for (const [name, value] of bodyParameters(request, operation, refuse, body)) set(name, value);
  const one = (name: string): unknown => {
    const [first, ...more] = values.get(name) ?? [];
    if (more.length > 0) throw refuse(`"${name}" can be given once only`);
    return first;
  };
  return {
    string: (name) => one(name) as string | undefined,
    strings: (name) => (values.get(name) ?? []) as readonly string[],
    boolean: (name) => one(name) as boolean | undefined,
    integer: (name) => one(name) as number | undefined,
    coding: (name) => one(name) as Coding | undefined,
    codeableConcept: (name) => one(name) as CodeableConcept | undefined,
    resource: (name) => one(name) as Resource | undefined,
  };
}

function bodyParameters(
  request: FhirRequest,
  operation: string,
  refuse: (reason: string) => Error,
  body: string | undefined,
): readonly (readonly [string, unknown])[] {
  if (request.method !== 'POST') return [];
  if (request.json === undefined && (request.body === undefined || request.body.length === 0)) {
    return [];
  }
  if (mediaType(request.headers['content-type']) === 'application/x-www-form-urlencoded') return [];
  const value = readJson(request).value as { readonly resourceType?: unknown } | null;
  if (value?.resourceType !== 'Parameters' && body !== undefined && value !== null) {
    return [[body, value]];
  }
  const parameters = parametersOf(value, operation);
  if (parameters.length > MAX_INPUT) throw refuse(TOO_MANY);
  return parameters.map((parameter) => {
    const { name } = parameter;
    const content = parameterValue(parameter);
    if (content === undefined)
      throw refuse(`"${name.slice(0, 64)}" has neither a value nor a resource`);
    return [name, content] as const;
  });
}

function fromText(kind: ParameterKind | undefined, text: string): unknown {
  if (kind === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  if (kind === 'integer') return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  return text;
}

function fits(kind: ParameterKind, value: unknown): boolean {
  switch (kind) {
    case 'string':
      return typeof value === 'string' && value.length > 0 && value.length <= MAX_TEXT;
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
      return Number.isInteger(value) && (value as number) >= 0;
    case 'Coding':
      return isObject(value) && texts(value, ['system', 'version', 'code', 'display']);
    case 'CodeableConcept': {
      if (!isObject(value)) return false;
      const coding: unknown = value['coding'] ?? [];
      return (
        Array.isArray(coding) &&
        coding.length <= MAX_INPUT &&
        coding.every((it) => fits('Coding', it))
      );
    }
    case 'resource':
      return isObject(value) && typeof value['resourceType'] === 'string';
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function texts(object: Readonly<Record<string, unknown>>, keys: readonly string[]): boolean {
  return keys.every((key) => object[key] === undefined || typeof object[key] === 'string');
}
