import type { Definitions } from '../../../definitions/model.ts';
import type { Knowledge } from './knowledge.ts';
import type { Resolve } from './references.ts';
import type { RuleTree } from './rule.ts';
import type { Site } from './site.ts';

/** What a check works with. */
export interface Checker {
  readonly definitions: Definitions;
  readonly knowledge: Knowledge;
  readonly resolve: Resolve;
  /** Whether a value conforms to a profile, without a word about it. */
  readonly conforms: (site: Site, tree: RuleTree) => boolean;
  /** Elements that may still be looked at. */
  budget: number;
}
