import type { Definitions } from '../../definitions/model.ts';
import type { PolicyRule } from '../policy.ts';
import { type KeyPath, restrictionsOf } from './restrictions.ts';

/** True if a rule hides or masks an element, something around it, or a part of it. */
export function hidesElement(
  definitions: Definitions,
  type: string,
  { view }: Pick<PolicyRule, 'view'>,
  element: KeyPath,
): boolean {
  if (view === undefined) return false;
  return restrictionsOf(definitions, type, view).some(({ keys }) =>
    keys.every((key, index) => index >= element.length || key === element[index]),
  );
}
