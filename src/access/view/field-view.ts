/**
 * Path of an element below the root of a resource, without its type: names with dots between (`contact.name.family`).
 * Elements of lists are meant all. A choice is named without its type (`value`, also `value[x]`), or with it
 * (`valueQuantity`) where only that is meant. `extension('https://…')` is the extension of that URL, at the root or
 * after an element (`address.extension('https://…')`).
 */
export type ElementPath = string;

/**
 * How a mask changes what it shows: dates shortened to the year or the month; texts and codes shortened to their first
 * characters (`prefix-3` leaves of an ICD code its category, `prefix-2` of a postal code its region).
 */
export type MaskKind = 'year' | 'month' | `prefix-${number}`;

/** An element that is shown less exactly than it is stored. */
export interface FieldMask {
  readonly path: ElementPath;
  readonly kind: MaskKind;
}

/** What a rule shows of a resource that it lets somebody see. A rule without a view shows all of it. */
export interface FieldView {
  /** Elements that are left out, with everything below them. */
  readonly hidden: readonly ElementPath[];
  readonly masks: readonly FieldMask[];
  /** Search parameters that the policy blocks by name, beyond those that touch what is hidden or masked. */
  readonly blockedParameters: readonly string[];
}
