import { denied } from '../../../access/denied.ts';
import type { PolicyRule } from '../../../access/policy.ts';
import { hasViews } from '../../../access/view/has-views.ts';
import type { JsonMembers } from '../../../access/write/json-object.ts';
import { keepLocked } from '../../../access/write/keep-locked.ts';
import { mergeHidden, type Shown, unstamped } from '../../../access/write/merge-hidden.ts';
import {
  isFree,
  type Restraint,
  restraintsAmong,
  restraintsOf,
} from '../../../access/write/restraints.ts';
import { withoutLabel } from '../../../access/write/seen-resource.ts';
import { sameJson } from '../../../json/canonical.ts';
import { parseExact } from '../../../json/exact.ts';
import type { Access } from '../../access-context.ts';
import type { JsonResource } from '../../content.ts';
import type { AllowedWrite } from './allowed-create.ts';
import { firstHolding } from '../judging/ground.ts';
import { holdingRules } from '../judging/holding-rules.ts';
import { type Proposed, proposed } from './proposed.ts';
import { constraintRefusal, lockRefusal } from './refused-by-rule.ts';
import { Refusal } from './refusal.ts';
import type { ResourceInput, Unit, VisibleChange } from './unit.ts';
import { validateSent } from './validate-sent.ts';
import { viewForWrite } from './view-for-write.ts';
import type { JudgedRow } from '../judging/visible.ts';

/**
 * The resource that an update comes to. A rule that holds for the resource as it was and one that holds for it as it will be
 * have to allow all of the change; mostly they are one. What the caller does not see stays as it is.
 * @param current judged by the rules for updates, and shown by one of them
 * @throws Refusal with `ACCESS_DENIED`, `ACCESS_FIELD_HIDDEN`, `ACCESS_FIELD_READONLY`, `ACCESS_CONSTRAINT`;
 * FhirError `FHIR_INVALID_RESOURCE`, `FHIR_PROFILE_VIOLATED`
 */
export async function allowedUpdate(
  unit: Unit,
  input: ResourceInput,
  current: JudgedRow,
  previous: JsonResource,
  access: Access & { readonly type: string },
): Promise<AllowedWrite> {
  const { store, context } = unit;
  const { principal } = context;
  const { definitions } = store;
  const restraints = restraintsOf(definitions, principal.policy, access.type, 'update');
  if (!hasViews(principal.policy, definitions) && restraints.every(isFree)) {
    const after = await proposed(unit, input, current.id, previous);
    const rules = principal.policy.rules(access.type, 'update');
    const rule = await firstHolding(store, unit.client, rules, after.judged);
    if (rule !== undefined) return { ...after, rule };
    throw new Refusal(access, denied(principal, 'update', access.type));
  }
  return allowedByPair(unit, input, current, previous, access, restraints);
}

async function allowedByPair(
  unit: Unit,
  input: ResourceInput,
  current: JudgedRow,
  previous: JsonResource,
  access: Access & { readonly type: string },
  restraints: readonly Restraint[],
): Promise<AllowedWrite> {
  const { store, context, client } = unit;
  const { type } = access;
  const all = context.principal.policy.rules(type, 'update');
  const [holding = []] = await holdingRules(store, client, type, all, [current]);
  const before = restraintsAmong(store.definitions, type, holding);
  const view = await viewForWrite(unit, type, current);
  const attempts = new Map<string, Promise<Proposed>>();
  let refusal: Refusal | undefined;
  for (const pair of pairsOf(before, restraints)) {
    const seen = view(pair.flatMap(({ rules }) => rules));
    const kept = keptBy(seen, pair, withoutLabel(input.exact));
    if (kept instanceof BrokenLock) {
      refusal ??= lockRefusal(access, kept.restraint, kept.lock);
      continue;
    }
    const narrative = pair.some(({ hidesNarrative }) => hidesNarrative);
    const after = await once(attempts, JSON.stringify([kept, narrative]), () =>
      merged(unit, seen, kept, narrative, current.id, previous),
    );
    const [, last] = pair;
    const rule = await firstHolding(store, client, last.rules, after.judged);
    if (rule === undefined) continue;
    const asked = pair[0] === last ? [last] : pair;
    const resource = { ...after.resource, id: current.id };
    const failed = await constraintRefusal(unit, access, asked, previous, resource);
    if (failed === undefined) return { ...after, rule, ...visibleChange(seen, kept) };
    refusal ??= failed;
  }
  throw refusal ?? new Refusal(access, denied(context.principal, 'update', type));
}

/** What the caller sees of a change, where they see a part. */
function visibleChange(
  { stored, shown }: Shown,
  kept: JsonMembers,
): { readonly visible?: VisibleChange } {
  if (shown === stored) return {};
  const plain = (resource: JsonMembers): JsonResource =>
    JSON.parse(JSON.stringify(resource)) as JsonResource;
  const changed = !sameJson(unstamped(shown), unstamped(kept));
  return { visible: { before: plain(shown), after: plain(kept), changed } };
}

/** Rules before and rules after; first those that are the same both times. */
function pairsOf(
  before: readonly Restraint[],
  after: readonly Restraint[],
): readonly (readonly [Restraint, Restraint])[] {
  const same: [Restraint, Restraint][] = [];
  const other: [Restraint, Restraint][] = [];
  for (const last of after) {
    for (const first of before) {
      // Rules that restrain alike are one restraint, of which some hold before.
      if (last.rules.includes(first.rules[0] as PolicyRule)) same.push([last, last]);
      else other.push([first, last]);
    }
  }
  return [...same, ...other];
}

class BrokenLock {
  readonly restraint: Restraint;
  readonly lock: Parameters<typeof lockRefusal>[2];
  constructor(restraint: Restraint, lock: Parameters<typeof lockRefusal>[2]) {
    this.restraint = restraint;
    this.lock = lock;
  }
}

function keptBy(
  { shown }: Shown,
  restraints: readonly Restraint[],
  sent: JsonMembers,
): JsonMembers | BrokenLock {
  let own = sent;
  for (const restraint of restraints) {
    const kept = restraint.locks && keepLocked(restraint.locks, shown, own);
    if (kept === undefined) continue;
    if ('broken' in kept) return new BrokenLock(restraint, kept.broken);
    own = kept.kept;
  }
  return own;
}

/** What was sent, valid in itself, with what is not shown put back. */
async function merged(
  unit: Unit,
  seen: Shown,
  kept: JsonMembers,
  keepsNarrative: boolean,
  id: string,
  previous: JsonResource,
): Promise<Proposed> {
  const isPart = seen.shown !== seen.stored;
  if (isPart) await validateSent(unit.store, kept, seen.shown);
  const exact = mergeHidden(seen, kept, keepsNarrative);
  const parsed = parseExact(JSON.stringify(exact));
  const input = { resource: parsed.value as JsonResource, exact: parsed.exact as JsonResource };
  return proposed(unit, input, id, previous, isPart);
}

function once<T>(made: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const known = made.get(key) ?? make();
  made.set(key, known);
  return known;
}
