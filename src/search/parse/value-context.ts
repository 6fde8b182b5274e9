import type { Definitions } from '../../definitions/model.ts';
import type { SearchExpression } from '../expression.ts';

/** What the reader of one value knows of its parameter. */
export interface ValueContext {
  /** As sent, for errors. */
  readonly name: string;
  /** Code of the parameter. */
  readonly param: string;
  /** Modifier that changes how a value is read; `missing` and `not` are dealt with before. */
  readonly modifier?: string;
  readonly definitions: Definitions;
  readonly baseUrls: readonly string[];
}

/** Reads one alternative of a value, still escaped. @throws FhirError `SEARCH_INVALID_VALUE` */
export type ValueParser = (context: ValueContext, value: string) => SearchExpression;
