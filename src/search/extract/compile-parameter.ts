import { evalFhirPathTyped } from '@medplum/core';
import type { Definitions, SearchParameterDefinition } from '../../fhir/definitions/model.ts';
import { type Branch, walk } from './branch.ts';
import { compilePath, UnsupportedPath } from './compile-path.ts';
import { converterFor } from './convert.ts';
import type { Add } from './converter.ts';
import type { LocalBases } from './convert-reference.ts';
import { parsePath } from './fhirpath.ts';

/** One search parameter of one resource type, compiled. */
export interface CompiledParameter {
  readonly code: string;
  /**
   * `branches`: compiled; `fhirpath`: left to the FHIRPath engine, some hundred times slower; `nothing`: the definitions
   * have no such element, or none of a type that fits.
   */
  readonly by: 'branches' | 'fhirpath' | 'nothing';
  extract(resource: unknown, add: Add): void;
}

/** Compiles a search parameter. */
export function compileParameter(
  resourceType: string,
  parameter: SearchParameterDefinition,
  definitions: Definitions,
  bases: LocalBases,
): CompiledParameter {
  const { code, type: kind } = parameter;
  const branches = branchesOf(resourceType, parameter.expression, definitions);
  if (branches === undefined) return byFhirPath(resourceType, parameter, bases);
  const found = branches.flatMap(({ steps, type }) => {
    const convert = converterFor(kind, type, bases);
    return convert === undefined ? [] : [{ steps, convert }];
  });
  return {
    code,
    by: found.length === 0 ? 'nothing' : 'branches',
    extract(resource, add) {
      for (const { steps, convert } of found) {
        walk(resource, steps, (value) => convert(value, code, add));
      }
    },
  };
}

function branchesOf(
  resourceType: string,
  expression: string,
  definitions: Definitions,
): readonly Branch[] | undefined {
  const node = parsePath(expression);
  if (node === undefined) return undefined;
  const root = { steps: [], type: resourceType, structure: resourceType, indexable: false };
  try {
    return compilePath(node, root, definitions);
  } catch (error) {
    if (error instanceof UnsupportedPath) return undefined;
    throw error;
  }
}

function byFhirPath(
  resourceType: string,
  { code, type: kind, expression }: SearchParameterDefinition,
  bases: LocalBases,
): CompiledParameter {
  return {
    code,
    by: 'fhirpath',
    extract(resource, add) {
      for (const { type, value } of evalFhirPathTyped(expression, [
        { type: resourceType, value: resource },
      ])) {
        converterFor(kind, type, bases)?.(value, code, add);
      }
    },
  };
}
