import type { IndexedResource } from '../../../search/index-values.ts';
import { type JsonResource, storedContent } from '../../content.ts';
import { formerCompartments } from '../../former-compartments.ts';
import { textRow } from '../../full-text.ts';
import { resourceKey } from '../../index-keys.ts';
import { indexRows, NO_INDEX } from '../../index-rows.ts';
import { sideDigest } from '../../side-digest.ts';
import type { PreparedVersion } from '../../write-statement.ts';
import type { Unit } from './unit.ts';
import type { JudgedRow } from '../judging/visible.ts';

/** Digest of a resource that is found by nothing. */
const NO_SIDE = sideDigest(NO_INDEX);

/**
 * A version with all that is stored of it.
 * @param before the version that it follows
 */
export function prepare(
  unit: Unit,
  exact: JsonResource,
  judged: IndexedResource,
  rid: string,
  version: number,
  before?: Pick<JudgedRow, 'side' | 'patients'>,
): PreparedVersion {
  const { store, now } = unit;
  const index = indexRows(
    judged.type,
    judged.values,
    judged.patients,
    store,
    textRow(exact, store.fullText),
  );
  const side = sideDigest(index);
  return {
    rid,
    self: store.hash(resourceKey(judged.type, judged.id)),
    type: store.types.code(judged.type),
    id: judged.id,
    version,
    lastUpdated: now,
    deleted: false,
    patients: judged.patients.join(','),
    content: storedContent(exact, judged.id, version, now),
    index,
    side,
    keepsSide: side === before?.side,
    left: before === undefined ? [] : formerCompartments(store, before.patients, judged.patients),
  };
}

/** The deletion of a resource: it is found by nothing any more. */
export function prepareDeletion(
  { store, now }: Unit,
  type: string,
  current: JudgedRow,
): PreparedVersion {
  return {
    rid: current.rid,
    self: store.hash(resourceKey(type, current.id)),
    type: current.type,
    id: current.id,
    version: current.version + 1,
    lastUpdated: now,
    deleted: true,
    patients: '',
    content: '',
    index: NO_INDEX,
    side: NO_SIDE,
    keepsSide: current.side === NO_SIDE,
    left: formerCompartments(store, current.patients, []),
  };
}
