/** Where something was found. */
export interface Place {
  readonly file: string;
  /** Line of an NDJSON file or entry of a Bundle, from 1. */
  readonly position?: number;
}

/** A resource to be stored by itself. */
export interface ResourceItem extends Place {
  readonly kind: 'resource';
  readonly type: string;
  readonly id?: string;
  /** JSON text with the numbers as they were written. */
  readonly text: string;
}

/** A transaction or batch, to be posted whole. */
export interface BundleItem extends Place {
  readonly kind: 'bundle';
  readonly entries: number;
  readonly text: string;
}

/** Something that is not sent. */
export interface SkippedItem extends Place {
  readonly kind: 'skipped';
  readonly reason: string;
}

/** Something that should have been a resource. */
export interface UnreadableItem extends Place {
  readonly kind: 'unreadable';
  readonly reason: string;
}

/** What a file holds. */
export type Item = ResourceItem | BundleItem | SkippedItem | UnreadableItem;
