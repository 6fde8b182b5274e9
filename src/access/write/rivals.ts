import type { StructurePlan, StructureProperty } from '../../definitions/structure-plan.ts';

/** The other names under which the same choice could be written: `valueString` for `valueQuantity`; none of no choice. */
export function rivalsOf(
  plan: StructurePlan | undefined,
  property: StructureProperty | undefined,
): readonly string[] {
  if (property === undefined || property.path === property.name) return [];
  return [...(plan?.properties.values() ?? [])]
    .filter(({ path, name }) => path === property.path && name !== property.name)
    .map(({ name }) => name);
}
