import type { ElementPath, FieldMask } from './field-view.ts';

/** What one entry of an AccessPolicy says about fields, understood but not yet held against the definitions. */
export interface EntryFields {
  readonly hidden: readonly ElementPath[];
  readonly readonly: readonly ElementPath[];
  readonly masks: readonly FieldMask[];
  readonly blockedParameters: readonly string[];
  /** FHIRPath with `%before` and `%after`. */
  readonly writeConstraint: readonly string[];
  /** Smallest number of patients that a cell of an aggregate may stand for. */
  readonly aggregateOnly?: number;
}
