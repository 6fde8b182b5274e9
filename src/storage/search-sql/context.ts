import type { LinkExpression } from '../../search/linked.ts';
import type { IndexNaming } from '../index-naming.ts';
import type { SqlParameters } from './parameters.ts';

/** What the printer of conditions needs to know beside the expression. */
export interface SearchSqlContext extends IndexNaming {
  /** Resource type of the row `r`. */
  readonly type: string;
  readonly parameters: SqlParameters;
  /** True where the rows of a patient are looked through anyway: then tokens are compared, not looked up. */
  readonly byPatient?: boolean;
  /** What was found out about chains before; without it each row is asked. */
  readonly links?: Links;
}

/** What chains need of the store. */
export interface Links {
  readonly typeCode: (type: string) => number;
  /**
   * For a chain, the hashes of the resources it leads to; for a reverse chain, those of the resources that are referred
   * to. A link that has none here leads to too many to be listed.
   */
  readonly keys: ReadonlyMap<LinkExpression, readonly string[]>;
  /** Links to so many patients that they are not listed, and that are looked up in a set made once for a statement. */
  readonly sets?: ReadonlySet<LinkExpression>;
}
