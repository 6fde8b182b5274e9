import { isReachedByWildcard } from '../../../access/admin-types.ts';
import type { IndexedResource, ReferenceValue } from '../../../search/index-values.ts';
import type { Unit, UnitEvent } from '../writing/unit.ts';

/** A reference to a resource of this server that a write of the unit holds. */
export interface HeldReference {
  readonly type: string;
  readonly id: string;
  /** Index of the write among the events of the unit. */
  readonly event: number;
}

/** Identities of the server and of plugins, which are declared in code and stored nowhere. */
const DECLARED = /^Device\/(?:diga-server|plugin-.*)$/;

/**
 * The literal references that a unit writes and that have to lead somewhere, each target once. References by absolute URL
 * of elsewhere, to contained resources and by identifier lead to nothing here. What steers access (memberships, policies)
 * is judged where it takes effect, and so neither its references nor those to it are.
 */
export function heldReferences(unit: Unit): ReadonlyMap<string, HeldReference> {
  const held = new Map<string, HeldReference>();
  const own = unit.context.principal.reference;
  for (const [event, write] of unit.events.entries()) {
    const { interaction, type: source, id } = write;
    if (interaction === 'delete' || !isReachedByWildcard(source)) continue;
    for (const value of writtenValues(unit, write)) {
      if (!isLiteral(value) || isExempt(value)) continue;
      const key = `${value.type}/${value.id}`;
      // Who writes may name themselves, and the resource itself.
      if (key === own || held.has(key) || (value.id === id && value.type === source)) continue;
      held.set(key, { type: value.type, id: value.id, event });
    }
  }
  return held;
}

/** What the index finds in what the writer wrote; what they do not see was not written by them. */
export function writtenValues(
  { store }: Unit,
  { values, visible, id }: UnitEvent,
): IndexedResource['values'] {
  return visible === undefined
    ? values.values
    : store.extractor.extract({ ...visible.after, id }).values;
}

/** True for a reference by type and id; with a URL it is a canonical, which names a definition wherever it is. */
function isLiteral(
  value: Unit['events'][number]['values']['values'][number],
): value is ReferenceValue & { readonly type: string; readonly id: string } {
  return (
    value.kind === 'reference' &&
    value.type !== undefined &&
    value.id !== undefined &&
    value.url === undefined
  );
}

function isExempt({ type, id }: { readonly type: string; readonly id: string }): boolean {
  return (
    type === 'AuditEvent' ||
    !isReachedByWildcard(type) ||
    (type === 'Device' && DECLARED.test(`${type}/${id}`))
  );
}
