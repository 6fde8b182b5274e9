import { fhirError } from '../../outcome/codes.ts';
import type { FhirError } from '../../outcome/fhir-error.ts';
import type {
  Definitions,
  SearchParameterDefinition,
  SearchParameterType,
} from '../../definitions/model.ts';
import { type ParameterElements, parameterElements } from '../extract/element-types.ts';
import { parseCompartment } from './compartment.ts';
import { compositeParser } from './composite.ts';
import { parseDate } from './date.ts';
import { shownName } from './limits.ts';
import { parseNumber } from './number.ts';
import type { ParameterName } from './parameter-name.ts';
import { parseQuantity } from './quantity.ts';
import { parseReference } from './reference.ts';
import { parseId } from './resource-id.ts';
import { parseString } from './string.ts';
import { parseText } from './text.ts';
import { parseToken } from './token.ts';
import { unsupportedKind } from './unsupported.ts';
import { parseUri } from './uri.ts';
import type { ValueParser } from './value-context.ts';

/** A parameter that can be searched by, and how its values are read. */
export interface Searchable {
  readonly code: string;
  readonly parse: ValueParser;
  readonly type: SearchParameterType;
  readonly targets: readonly string[];
  /** What is known of the elements it looks at. */
  readonly elements?: Pick<ParameterElements, 'types'>;
  /** What `:missing` says about it: `value` asks the resource, `never` is a parameter that every resource has. */
  readonly missing: 'value' | 'never' | 'refused';
}

const PARSERS: Readonly<Partial<Record<SearchParameterType, ValueParser>>> = {
  token: parseToken,
  reference: parseReference,
  string: parseString,
  date: parseDate,
  uri: parseUri,
  number: parseNumber,
  quantity: parseQuantity,
};

/** Parameters that are columns of the store, whatever the definitions say of them. */
const OF_THE_STORE: ReadonlyMap<string, Searchable> = new Map([
  [
    '_id',
    {
      code: '_id',
      parse: parseId,
      type: 'token',
      targets: [],
      elements: { types: new Set(['id']) },
      missing: 'never',
    },
  ],
  [
    '_lastUpdated',
    { code: '_lastUpdated', parse: parseDate, type: 'date', targets: [], missing: 'never' },
  ],
  [
    '_compartment',
    {
      code: '_compartment',
      parse: parseCompartment,
      type: 'special',
      targets: [],
      missing: 'refused',
    },
  ],
]);

/** Finds the parameter, or the error to refuse it with; lenient searches leave it out instead. */
export function findSearchable(
  definitions: Definitions,
  type: string,
  name: ParameterName,
): Searchable | FhirError {
  const definition = definitions.searchParameters(type).get(name.code);
  if (definitions.fullText?.has(name.code) === true) {
    return { code: name.code, parse: parseText, type: 'special', targets: [], missing: 'refused' };
  }
  const kind = unsupportedKind(name, definition);
  if (kind !== undefined) {
    return fhirError('SEARCH_UNSUPPORTED_PARAMETER', { kind, name: shownName(name.text) });
  }
  return (
    OF_THE_STORE.get(name.code) ??
    searchable(definitions, type, definition) ??
    fhirError('SEARCH_UNKNOWN_PARAMETER', { name: shownName(name.code), type })
  );
}

function searchable(
  definitions: Definitions,
  type: string,
  definition: SearchParameterDefinition | undefined,
): Searchable | FhirError | undefined {
  if (definition === undefined) return undefined;
  const { code, type: kind, targets } = definition;
  if (definition.indexing === true) {
    return fhirError('SEARCH_PARAMETER_INDEXING', { name: shownName(code), type });
  }
  if (kind === 'composite') {
    const parse = compositeParser(definitions, type, definition, (part) => PARSERS[part]);
    if (parse === undefined) {
      return fhirError('SEARCH_UNSUPPORTED_PARAMETER', { kind, name: shownName(code) });
    }
    return { code, parse, type: kind, targets, missing: 'refused' };
  }
  const parse = PARSERS[kind];
  if (parse === undefined) return undefined;
  const elements = parameterElements(definitions, type, definition);
  return {
    code,
    parse: kind === 'token' ? (context, value) => parseToken(context, value, elements) : parse,
    type: kind,
    targets,
    missing: 'value',
    ...(elements.types.size === 0 ? {} : { elements }),
  };
}
