import type { SqlClient } from '../../database.ts';
import { unresolved, visibleAmong } from './integrity.ts';
import { heldReferences } from './references.ts';
import type { Refusal } from '../writing/refusal.ts';
import type { Unit } from '../writing/unit.ts';

/**
 * Of units that are to be written together, those that refer to what does not exist, what the writer may not read, or what
 * is itself not written because of that. One query asks for all references.
 * @param units each with the writes that stand and fall together
 * @returns the refusal of each unit that cannot be written
 */
export async function unresolvedUnits(
  units: readonly Unit[],
  client: SqlClient,
): Promise<ReadonlyMap<Unit, Refusal>> {
  const refused = new Map<Unit, Refusal>();
  const [first] = units;
  if (first === undefined) return refused;
  if (first.store.referentialIntegrity !== true || first.context.principal.plansIds === true)
    return refused;
  const held = units.map((unit) => ({ unit, references: heldReferences(unit) }));
  const written = new Map<string, Unit>();
  for (const unit of units)
    for (const { type, id } of unit.events) written.set(`${type}/${id}`, unit);
  const asked = new Map(held.flatMap(({ references }) => [...references]));
  const found =
    asked.size === 0 ? new Set() : await visibleAmong(first, client, [...asked.values()]);
  for (let before = -1; before < refused.size; ) {
    before = refused.size;
    for (const { unit, references } of held) {
      if (refused.has(unit)) continue;
      for (const [key, reference] of references) {
        const writer = written.get(key);
        const there = found.has(key) || (writer !== undefined && !refused.has(writer));
        const refusal = there ? undefined : unresolved(unit, reference);
        if (refusal === undefined) continue;
        refused.set(unit, refusal);
        break;
      }
    }
  }
  return refused;
}
