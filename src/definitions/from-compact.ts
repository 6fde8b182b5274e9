import type { CompactDefinitions, CompactElement } from './compact.ts';
import type {
  Definitions,
  ElementDefinition,
  SearchParameterDefinition,
  StructureDefinition,
} from './model.ts';

const NO_PARAMETERS: ReadonlyMap<string, SearchParameterDefinition> = new Map();
const NO_CODES: readonly string[] = [];

/** Opens the compact form: everything is looked up by name, nothing is computed per request. */
export function definitionsFrom(compact: CompactDefinitions): Definitions {
  const resourceTypes = new Set(compact.resourceTypes);
  const structures = new Map<string, StructureDefinition>();
  for (const [path, kind, elements] of compact.structures) {
    structures.set(path, {
      path,
      kind,
      elements: new Map(elements.map((element) => [element[0], elementFrom(element)])),
    });
  }
  const parameters = new Map<string, Map<string, SearchParameterDefinition>>();
  for (const { resourceType, ...parameter } of compact.searchParameters) {
    const ofType = parameters.get(resourceType) ?? new Map<string, SearchParameterDefinition>();
    parameters.set(resourceType, ofType.set(parameter.code, parameter));
  }
  const compartment = new Map(Object.entries(compact.patientCompartment));
  const codes = new Map(
    Object.entries(compact.requiredCodes).map(([url, list]) => [url, new Set(list)]),
  );
  const systems = new Map(Object.entries(compact.requiredSystems));
  return {
    resourceTypes: compact.resourceTypes,
    isResourceType: (name) => resourceTypes.has(name),
    structure: (path) => structures.get(path),
    searchParameters: (resourceType) => parameters.get(resourceType) ?? NO_PARAMETERS,
    patientCompartment: (resourceType) => compartment.get(resourceType) ?? NO_CODES,
    requiredCodes: (valueSet) => codes.get(valueSet),
    requiredSystem: (valueSet) => systems.get(valueSet),
  };
}

function elementFrom(compact: CompactElement): ElementDefinition {
  const [, min, max, types, structure, binding, summary] = compact;
  return {
    min,
    max: max < 0 ? Number.POSITIVE_INFINITY : max,
    types,
    summary: summary === 1,
    ...(structure === '' ? {} : { structure }),
    ...(binding === '' ? {} : { requiredBinding: binding }),
  };
}
