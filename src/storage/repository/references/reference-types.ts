import { fhirError } from '../../../outcome/codes.ts';
import type { Definitions } from '../../../definitions/model.ts';
import { referencePath } from './reference-path.ts';
import { ReferenceRefusal } from './reference-refusal.ts';
import { writtenValues } from './references.ts';
import type { Unit } from '../writing/unit.ts';

/** A parameter with more target types than this may lead to anything. */
const ANY = 100;

/**
 * Refuses a reference whose target type no parameter of the resource allows there: an Observation whose subject is an
 * Encounter. What several parameters look at is allowed where one of them allows it.
 * @throws Refusal with `FHIR_REFERENCE_TYPE`
 */
export function checkTargetTypes(unit: Unit): void {
  const { definitions } = unit.store;
  for (const [event, write] of unit.events.entries()) {
    const { interaction, type } = write;
    if (interaction === 'delete') continue;
    const wrong = new Map<string, string>();
    const right = new Set<string>();
    for (const value of writtenValues(unit, write)) {
      if (value.kind !== 'reference' || value.type === undefined || value.url !== undefined)
        continue;
      const key = `${value.type}/${value.id ?? ''}`;
      if (allows(definitions, type, value.param, value.type)) right.add(key);
      else wrong.set(key, value.type);
    }
    for (const [key, target] of wrong) {
      if (right.has(key)) continue;
      const path = referencePath(write.visible?.after ?? write.resource, key);
      const error = fhirError('FHIR_REFERENCE_TYPE', { target, path }, { expression: [path] });
      throw new ReferenceRefusal(unit, event, error);
    }
  }
}

function allows(definitions: Definitions, type: string, param: string, target: string): boolean {
  const targets = definitions.searchParameters(type).get(param)?.targets ?? [];
  return targets.length === 0 || targets.length > ANY || targets.includes(target);
}
