import type { BlobStore } from '../../blobs/blob-store.ts';
import type { SqlClient } from '../../storage/database.ts';

/** Name of the job that sweeps. */
export const SWEEP_BLOBS = 'binary/sweep';

/** Blobs looked at by one statement. */
const STEP = 500;

/**
 * Age in seconds from which a blob that no version names is an orphan: longer than an upload can take, so that none is
 * taken away between its content and its version.
 */
const GRACE = 3_600;

const UNNAMED = `
  select key, named from (
    select b.key, exists (
      select from resource r join resource_version v on v.rid = r.rid
      where r.type = $1 and r.id = b.id and strpos(v.content, b.key) > 0) as named
    from binary_blob b
    where b.key > $2 and b.created < now() - $3 * interval '1 second'
    order by b.key limit $4) step`;

/**
 * Removes blobs that no version of a Binary names: of writes that failed, of processes that were killed, of versions that
 * were expunged. First the blob and then its row, so that what is interrupted is done again.
 * @param type number of the type Binary
 * @param grace seconds that a blob may wait for its version
 * @returns how many were removed
 * @throws FhirError `BLOB_STORE_UNAVAILABLE`
 */
export async function sweepBlobs(
  database: SqlClient,
  blobs: BlobStore,
  type: number,
  { signal, grace = GRACE }: { readonly signal: AbortSignal; readonly grace?: number },
): Promise<number> {
  await blobs.tidy(grace);
  let removed = 0;
  for (let after = ''; ; ) {
    signal.throwIfAborted();
    const rows = await database.query<{ key: string; named: boolean }>({
      name: 'binary-sweep',
      text: UNNAMED,
      values: [type, after, grace, STEP],
    });
    for (const { key, named } of rows) {
      after = key;
      if (named) continue;
      await blobs.remove(key);
      await database.query({ text: 'delete from binary_blob where key = $1', values: [key] });
      removed += 1;
    }
    if (rows.length < STEP) return removed;
  }
}
