import type { Definitions } from '../definitions/model.ts';
import type { PolicyRule } from './policy.ts';
import { isElementSteps, parseElementPath } from './view/element-path.ts';
import type { EntryFields } from './view/entry-fields.ts';
import type { ElementPath, FieldMask, FieldView } from './view/field-view.ts';
import { type ResolvedElement, resolveElementPath } from './view/resolve-element-path.ts';
import { unhideable } from './view/unhideable.ts';

/** What a rule says about fields. */
export type RuleFields = Pick<
  PolicyRule,
  'view' | 'readonlyFields' | 'writeConstraint' | 'aggregateOnly'
>;

const DATES: ReadonlySet<string> = new Set(['date', 'dateTime', 'instant']);
const TEXTS: ReadonlySet<string> = new Set([
  'string',
  'markdown',
  'code',
  'id',
  'uri',
  'url',
  'canonical',
  'oid',
  'uuid',
]);

/**
 * What an entry says about fields, for each type that it is about. A path that a type lacks has nothing to hide there;
 * one that all types lack is a mistake and refused.
 * @param types the one type that the entry names, or all that `*` reaches
 * @returns what holds for a type; `undefined` where the entry cannot hold for the type because its fields cannot be hidden
 */
export function compileFields(
  definitions: Definitions,
  types: readonly string[],
  fields: EntryFields,
  refuse: (reason: string) => never,
): (type: string) => RuleFields | undefined {
  const { hidden, masks, blockedParameters, writeConstraint, aggregateOnly } = fields;
  const resolve = (type: string, path: ElementPath): ResolvedElement | { missing: string } => {
    const steps = parseElementPath(path);
    return isElementSteps(steps)
      ? resolveElementPath(definitions, type, steps)
      : { missing: steps.malformed };
  };
  const has = (type: string, path: ElementPath): boolean => !('missing' in resolve(type, path));
  const refuseIn = (element: string, path: ElementPath, reason: string): never =>
    refuse(`${element} ${JSON.stringify(path.slice(0, 100))}: ${reason}`);
  const checkExists = (element: string, path: ElementPath): void => {
    if (!types.some((type) => has(type, path))) refuseIn(element, path, 'there is no such element');
  };
  const checkShown = (element: string, path: ElementPath): void => {
    const reason = unhideable(path);
    if (reason !== undefined) refuseIn(element, path, reason);
    checkExists(element, path);
  };
  for (const path of hidden) checkShown('hiddenFields', path);
  for (const path of fields.readonly) checkExists('readonlyFields', path);
  for (const { path, kind } of masks) {
    checkShown('mask', path);
    const wanted = kind.startsWith('prefix-') ? TEXTS : DATES;
    for (const type of types) {
      const found = resolve(type, path);
      if (!('missing' in found) && !found.types.every((one) => wanted.has(one))) {
        refuseIn('mask', path, `${kind} does not fit its type`);
      }
    }
  }
  const plain: RuleFields = {
    ...(writeConstraint.length === 0 ? {} : { writeConstraint }),
    ...(aggregateOnly === undefined ? {} : { aggregateOnly }),
  };
  const nothing =
    hidden.length + masks.length + blockedParameters.length + fields.readonly.length === 0;
  if (nothing) return () => plain;
  const [only] = types;
  if (types.length === 1 && only === 'Binary' && hidden.length + masks.length > 0) {
    refuse('a Binary is content and has no fields to hide');
  }
  return (type) => {
    const view = viewOf(
      hidden.filter((path) => has(type, path)),
      masks.filter(({ path }) => has(type, path)),
      blockedParameters,
    );
    // The content of a Binary goes out as it is, so that who must not see all of it sees none.
    if (type === 'Binary' && view !== undefined && view.hidden.length + view.masks.length > 0) {
      return undefined;
    }
    const readonlyFields = fields.readonly.filter((path) => has(type, path));
    return {
      ...plain,
      ...(view === undefined ? {} : { view }),
      ...(readonlyFields.length === 0 ? {} : { readonlyFields }),
    };
  };
}

function viewOf(
  hidden: readonly ElementPath[],
  masks: readonly FieldMask[],
  blockedParameters: readonly string[],
): FieldView | undefined {
  if (hidden.length + masks.length + blockedParameters.length === 0) return undefined;
  return { hidden, masks, blockedParameters };
}
