import type { Definitions, SearchParameterDefinition } from '../../definitions/model.ts';
import { fhirError } from '../../outcome/codes.ts';
import { type PartValue, partName } from '../index-values.ts';
import { type Step, walk } from './branch.ts';
import type { CompiledParameter } from './compiled-parameter.ts';
import { type CompositePart, compositePlan } from './composite-plan.ts';
import { converterFor } from './convert.ts';
import type { Add, Convert } from './converter.ts';
import type { LocalBases } from './convert-reference.ts';

/** Values of all parts of one element. */
const MAX_PART_VALUES = 1_000;

interface CompiledPart {
  readonly name: string;
  readonly fromResource: boolean;
  readonly ways: readonly { readonly steps: readonly Step[]; readonly convert: Convert }[];
}

/**
 * Compiles a composite parameter: a value for each of its elements in which every part has one. What the parts say of the
 * resource as a whole is no value of its own, because the parameters of the parts say it already.
 * @see https://hl7.org/fhir/R4/search.html#composite
 */
export function compileComposite(
  resourceType: string,
  parameter: SearchParameterDefinition,
  definitions: Definitions,
  bases: LocalBases,
): CompiledParameter {
  const { code } = parameter;
  const plan = compositePlan(definitions, resourceType, parameter);
  const elements = plan?.indexedAs === code ? plan.elements : [];
  const compiled = elements.map(({ steps, parts }) => ({
    steps,
    parts: parts.map((part, number) => compilePart(part, partName(code, number), bases)),
  }));
  return {
    code,
    by: plan === undefined ? 'nothing' : compiled.length === 0 ? 'others' : 'branches',
    extract(resource, add) {
      for (const { steps, parts } of compiled) {
        walk(resource, steps, (element) => {
          const values = valuesOf(parts, resource, element);
          if (values !== undefined) add({ kind: 'composite', param: code, values });
        });
      }
    },
  };
}

function compilePart(
  { type, fromResource, branches }: CompositePart,
  name: string,
  bases: LocalBases,
): CompiledPart {
  const ways = branches.flatMap(({ steps, type: of }) => {
    const convert = converterFor(type, of, bases);
    return convert === undefined ? [] : [{ steps, convert }];
  });
  return { name, fromResource, ways };
}

/** Undefined where a part has no value: then the element cannot match. */
function valuesOf(
  parts: readonly CompiledPart[],
  resource: unknown,
  element: unknown,
): readonly PartValue[] | undefined {
  const values: PartValue[] = [];
  for (const { name, fromResource, ways } of parts) {
    const before = values.length;
    const add: Add = (value) => {
      // What stands beside a value (labels, identifiers of references) is no part of the composite.
      if (value.param !== name || value.kind === 'label' || value.kind === 'composite') return;
      if (values.length >= MAX_PART_VALUES) {
        const what = 'values under one composite search parameter';
        throw fhirError('FHIR_TOO_MANY_VALUES', { limit: MAX_PART_VALUES, what });
      }
      values.push(value);
    };
    for (const { steps, convert } of ways) {
      walk(fromResource ? resource : element, steps, (value) => {
        convert(value, name, add);
      });
    }
    if (values.length === before) return undefined;
  }
  return values;
}
