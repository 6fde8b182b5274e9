import { type JsonObject, type Project, projection } from '../../../access/view/projection.ts';
import { seenResource } from '../../../access/write/seen-resource.ts';
import type { Shown } from '../../../access/write/merge-hidden.ts';
import type { PolicyRule } from '../../../access/policy.ts';
import { structurePlans } from '../../../definitions/structure-plan.ts';
import { parseExact } from '../../../json/exact.ts';
import { holdingRules } from '../judging/holding-rules.ts';
import type { Unit } from './unit.ts';
import type { JudgedRow } from '../judging/visible.ts';

/** Gives what somebody who writes by some rules sees of the resource they change. */
export type ViewForWrite = (rules: readonly PolicyRule[]) => Shown;

/**
 * How the caller sees a stored resource that they change: as they would read it or find it; whom no rule lets see it, as
 * the rules show it by which they change it. It is what the answer to the write shows, too.
 */
export async function viewForWrite(
  unit: Unit,
  type: string,
  current: Pick<JudgedRow, 'id' | 'content'>,
): Promise<ViewForWrite> {
  const { store, context, client } = unit;
  const { definitions } = store;
  const { policy } = context.principal;
  const plans = structurePlans(definitions);
  const stored = parseExact(current.content).exact as JsonObject;
  const seen = (project?: Project): Shown => seenResource(plans, stored, project);
  const writing = projection(policy, definitions, type, 'update');
  if (writing === undefined) {
    const whole = seen();
    return () => whole;
  }
  for (const interaction of ['read', 'search'] as const) {
    const rules = policy.rules(type, interaction);
    const shows = projection(policy, definitions, type, interaction);
    const [holding = []] = await holdingRules(store, client, type, rules, [current]);
    if (shows === undefined || holding.length === 0) continue;
    const read = seen(shows.project(holding));
    return () => read;
  }
  return (rules) => seen(writing.project(rules));
}
