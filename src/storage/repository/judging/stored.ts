import type { IndexedResource } from '../../../search/index-values.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import type { JsonResource } from '../../content.ts';

/** A version as it lies in the store. */
export interface StoredVersion {
  readonly type: string;
  readonly id: string;
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly lastUpdated: number;
  readonly content: string;
}

/** Row of the current version of a resource. */
export interface CurrentRow {
  readonly rid: string;
  readonly type: number;
  readonly id: string;
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly updated: number;
  readonly deleted: boolean;
  /** Digest of its rows in the side tables of the index. */
  readonly side: string;
  readonly patients: string;
  readonly content: string;
}

/** Columns of {@link CurrentRow} that stand in the row `r` of `resource`. */
export const CURRENT_COLUMNS = `r.rid, r.type, r.id, r.version,
  (extract(epoch from r.last_updated) * 1000)::float8 as updated, r.deleted, r.side`;

/** What the policy sees of a resource. */
export function indexed(
  store: ClinicalStore,
  resource: JsonResource,
  id: string,
  lastUpdated: number,
): IndexedResource {
  const { values, patients } = store.extractor.extract({ ...resource, id });
  return { type: resource.resourceType, id, lastUpdated, values, patients };
}
