import { evalFhirPathTyped } from '@medplum/core';
import type { Definitions, SearchParameterDefinition } from '../../definitions/model.ts';
import { startAt, walk } from './branch.ts';
import { branchesOf } from './branches-of.ts';
import { compileComposite } from './compile-composite.ts';
import type { CompiledParameter } from './compiled-parameter.ts';
import { converterFor } from './convert.ts';
import type { LocalBases } from './convert-reference.ts';

/** Compiles a search parameter. */
export function compileParameter(
  resourceType: string,
  parameter: SearchParameterDefinition,
  definitions: Definitions,
  bases: LocalBases,
): CompiledParameter {
  const { code, type: kind } = parameter;
  const branches = branchesOf(parameter.expression, startAt(resourceType), definitions);
  if (kind === 'composite') return compileComposite(resourceType, parameter, definitions, bases);
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
